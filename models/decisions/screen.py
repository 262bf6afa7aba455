"""Whether an alternative that a recommendation names suits this patient, as far as the chart was read. It names no alternatives of its own.

Refused: allergy, taken already, a finding of its own, its own contraindications, a medicine that it must not be given with.
Rules: DESIGN.md, "One step, no circle"; decisions.md, "Doses and alternatives".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.features.age import Age
from models.features.clinical import conditions_of
from models.features.ingredients import product
from models.features.phenoconversion import Taken
from models.finding import Assessment, Drug, Finding, Screened
from models.knowledge.types import Knowledge, Option
from models.patient import PatientProfile

NEEDED = ("conditions", "allergies", "medications")  #: without these nothing can be said to suit
LOUD = ("critical", "warning")


@dataclass(frozen=True, slots=True)
class Patient:
    """What screening asks of a patient, worked out once."""

    profile: PatientProfile
    age: Age | None
    weight: float | None  #: kg
    medicines: tuple[Taken, ...]


def screen(drug: Drug, patient: Patient, knowledge: Knowledge, assess: Callable[[Drug], Assessment]) -> Screened:
    """`assess` answers an order of one drug, without alternatives: the step that makes no circle."""
    option = knowledge.options.get(drug.key)
    found = next(_refusals(drug, option, patient, knowledge), None) or _own_finding(drug, assess)
    if found is not None and found.verdict == "refused":
        return found
    unread = [field for field in NEEDED if field in patient.profile.unread]
    if unread:
        return Screened(drug, "unknown", "unread", ", ".join(unread))
    if found is not None:
        return found
    if option is None:
        return Screened(drug, "unknown", "not-known")
    return _caution(drug, option, patient) or Screened(drug, "offered", "nothing-against")


def _refusals(drug: Drug, option: Option | None, patient: Patient, knowledge: Knowledge) -> Iterator[Screened]:
    yield from _allergies(drug, patient.profile, knowledge)
    if any(m.drug == drug.key and m.active for m in patient.medicines):
        yield Screened(drug, "refused", "taken")
    if option is None:
        return
    for name in (*option.never_after, *option.not_while):
        states = ("active", "past", "suspected") if name in option.never_after else ("active", "suspected")
        if conditions_of(patient.profile.conditions, knowledge.clinical[name], *states):
            yield Screened(drug, "refused", "condition", knowledge.clinical[name].label)
    for medicine in patient.medicines:
        if medicine.active and medicine.drug in option.avoid_with:
            yield Screened(drug, "refused", "avoid-with", knowledge.drugs.ingredients[medicine.drug].name)


def _allergies(drug: Drug, profile: PatientProfile, knowledge: Knowledge) -> Iterator[Screened]:
    """To the ingredient, or to one of the same chemical group (ATC level 4). One of the past counts too."""
    own = knowledge.drugs.groups.get(drug.key, frozenset())
    for allergy in profile.allergies:
        for coding in allergy.substance.codings:
            known = product(coding, knowledge.drugs)
            for ingredient in known.ingredients if known else ():
                if ingredient == drug.key:
                    yield Screened(drug, "refused", "allergy")
                elif own & knowledge.drugs.groups.get(ingredient, frozenset()):
                    yield Screened(drug, "refused", "allergy-group", knowledge.drugs.ingredients[ingredient].name)


def _own_finding(drug: Drug, assess: Callable[[Drug], Assessment]) -> Screened | None:
    """What the patient's genes say of the alternative itself. Another dose, information and a missing test ask for care."""
    own: list[Finding] = [f for f in assess(drug).findings if f.drug == drug]
    if any(f.urgency in LOUD and f.recommendations[0].action == "alternative" for f in own):
        return Screened(drug, "refused", "own-finding")
    return Screened(drug, "caution", "own-note") if own else None


def _caution(drug: Drug, option: Option, patient: Patient) -> Screened | None:
    if option.caution_from_age is not None:
        if patient.age is None:
            return Screened(drug, "caution", "age-unknown", str(option.caution_from_age))
        if patient.age.years[1] >= option.caution_from_age:
            return Screened(drug, "caution", "age", str(option.caution_from_age))
    if option.caution_below_kg is not None:
        if patient.weight is None:
            return Screened(drug, "caution", "weight-unknown", f"{option.caution_below_kg:g}")
        if patient.weight < option.caution_below_kg:
            return Screened(drug, "caution", "weight", f"{option.caution_below_kg:g}")
    return None
