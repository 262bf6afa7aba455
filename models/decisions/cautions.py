"""What asks for care with an alternative without ruling it out: age, weight, a problem, another medicine. Refusals are in screen.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.features.age import Age
from models.features.clinical import conditions_of
from models.features.phenoconversion import Taken
from models.finding import Drug, Screened
from models.knowledge.types import Knowledge, Option
from models.patient import PatientProfile


def cautions(
    drug: Drug,
    option: Option,
    profile: PatientProfile,
    age: Age | None,
    weight: float | None,
    medicines: Sequence[Taken],
    knowledge: Knowledge,
) -> Iterator[Screened]:
    """Each caution of the option that holds, or that may hold because age or weight (kg) is not known."""
    for name in option.caution_while:
        for problem in conditions_of(profile.conditions, knowledge.clinical[name], "active", "suspected"):
            yield Screened(drug, "caution", "caution-condition", knowledge.clinical[name].label, problem.origin)
    for medicine in medicines:
        if medicine.active and medicine.drug in option.caution_with:
            yield Screened(drug, "caution", "caution-with", knowledge.drugs.ingredients[medicine.drug].name)
    yield from _by_age(drug, option, age)
    if option.caution_below_kg is not None:
        limit = f"{option.caution_below_kg:g}"
        if weight is None:
            yield Screened(drug, "caution", "weight-unknown", limit)
        elif weight < option.caution_below_kg:
            yield Screened(drug, "caution", "weight", limit)


def _by_age(drug: Drug, option: Option, age: Age | None) -> Iterator[Screened]:
    if option.caution_from_age is not None:
        limit = str(option.caution_from_age)
        if age is None:
            yield Screened(drug, "caution", "age-unknown", limit)
        elif age.years[1] >= option.caution_from_age:
            yield Screened(drug, "caution", "age", limit)
    if option.caution_below_age is not None:
        limit = str(option.caution_below_age)
        if age is None:
            yield Screened(drug, "caution", "young-unknown", limit)
        elif age.years[0] < option.caution_below_age:
            yield Screened(drug, "caution", "young", limit)
