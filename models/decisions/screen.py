"""Whether an alternative that a recommendation names suits this patient, as far as the chart was read. It names no alternatives of its own.

Refused: allergy, taken already, a finding of its own, its own contraindications, a medicine that it must not be given with.
Rules: DESIGN.md, "One step, no circle"; decisions.md, "Doses and alternatives".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from models.decisions.cautions import cautions
from models.features.age import Age
from models.features.circumstances import days_since
from models.features.clinical import conditions_of
from models.features.phenoconversion import Taken
from models.finding import Assessment, Drug, Screened
from models.knowledge.meaning import product
from models.knowledge.types import Knowledge, Option
from models.patient import PatientProfile

NEEDED = ("conditions", "allergies", "medications")  #: without these nothing can be said to suit
LOUD = ("critical", "warning")


@dataclass(frozen=True, slots=True)
class Patient:
    """What screening asks of a patient, worked out once. The draft that an alternative would replace is not among the orders."""

    profile: PatientProfile
    age: Age | None
    weight: float | None  #: kg
    medicines: tuple[Taken, ...]  #: of the chart and of the other drafts
    unclear: tuple[str, ...] = ()  #: of NEEDED: read, but a part of it was not understood


def screen(
    drug: Drug, patient: Patient, knowledge: Knowledge, assess: Callable[[Drug], Assessment], named: Sequence[Drug] = ()
) -> Screened:
    """`assess` answers an order of one drug, without alternatives: the step that makes no circle.

    `named`: every alternative of the same advice, of which one taken already rules the others out.
    """
    option = knowledge.options.get(drug.key)
    refused = next(_refusals(drug, option, patient, knowledge, named), None)
    if refused is not None:
        return refused
    own, untested = _own(drug, patient, assess)
    if own is not None and own.verdict == "refused":
        return own
    unread = ", ".join(field for field in NEEDED if field in patient.profile.unread)
    if unread:
        return Screened(drug, "unknown", "unread", unread)
    care = (
        next(cautions(drug, option, patient.profile, patient.age, patient.weight, patient.medicines, knowledge), None) if option else None
    )
    return own or care or _unsure(drug, option, patient, untested) or _offered(drug, untested)


def _refusals(drug: Drug, option: Option | None, patient: Patient, knowledge: Knowledge, named: Sequence[Drug]) -> Iterator[Screened]:
    yield from _allergies(drug, option, patient.profile, knowledge)
    active = {m.drug for m in patient.medicines if m.active}
    if drug.key in active:
        yield Screened(drug, "refused", "taken")
    for other in named:
        if other.key in active:
            yield Screened(drug, "refused", "other-taken", other.name)
    if option is None:
        return
    for name in (*option.never_after, *option.not_while):
        states = ("active", "past", "suspected") if name in option.never_after else ("active", "suspected")
        for problem in conditions_of(patient.profile.conditions, knowledge.clinical[name], *states):
            yield Screened(drug, "refused", "condition", knowledge.clinical[name].label, problem.origin)
    for medicine in patient.medicines:
        if medicine.drug in option.avoid_with and _still_there(medicine, option, patient):
            yield Screened(drug, "refused", "avoid-with", knowledge.drugs.ingredients[medicine.drug].name)


def _still_there(medicine: Taken, option: Option, patient: Patient) -> bool:
    """Active, or ended less than the option's `avoid_days` ago."""
    ended = days_since(medicine.ended, patient.profile.as_of)
    return medicine.active or (ended is not None and ended < option.avoid_days)


def _allergies(drug: Drug, option: Option | None, profile: PatientProfile, knowledge: Knowledge) -> Iterator[Screened]:
    """To the ingredient, to one of the same chemical group (ATC level 4), or to one that its label names. A past one counts too."""
    own = knowledge.drugs.groups.get(drug.key, frozenset())
    related, unrelated = (option.allergy_to, option.unrelated) if option else (frozenset(), frozenset())
    for allergy in profile.allergies:
        for coding in allergy.substance.codings:
            known = product(coding, knowledge.drugs)
            for ingredient in known.ingredients if known else ():
                if ingredient == drug.key:
                    yield Screened(drug, "refused", "allergy", origin=allergy.origin)
                elif ingredient in related or (ingredient not in unrelated and own & knowledge.drugs.groups.get(ingredient, frozenset())):
                    yield Screened(drug, "refused", "allergy-group", knowledge.drugs.ingredients[ingredient].name, allergy.origin)


def _own(drug: Drug, patient: Patient, assess: Callable[[Drug], Assessment]) -> tuple[Screened | None, tuple[str, ...]]:
    """What the patient's genes say of the alternative itself, and its genes without a result.

    Another dose, information and a missing test that is a must ask for care; what could not be looked at leaves it open.
    """
    answer = assess(drug)
    own = [f for f in answer.findings if f.drug == drug]
    if any(f.urgency in LOUD and f.recommendations[0].action == "alternative" for f in own):
        return Screened(drug, "refused", "own-finding"), ()
    if own:
        return Screened(drug, "caution", "own-note"), ()
    gaps = [gap for gap in answer.gaps if gap not in patient.profile.gaps]
    if any(gap.reason != "not_tested" for gap in gaps):
        return Screened(drug, "unknown", "own-unclear"), ()
    return None, tuple(dict.fromkeys(gap.subject.rpartition("–")[2] for gap in gaps))


def _unsure(drug: Drug, option: Option | None, patient: Patient, untested: Sequence[str]) -> Screened | None:
    """Nothing speaks against it, but not everything was looked at."""
    if option is None:
        return Screened(drug, "unknown", "not-known")
    if patient.unclear:
        return Screened(drug, "unknown", "unclear", ", ".join(patient.unclear))
    return Screened(drug, "unknown", "not-whole", ", ".join((option.unchecked, *untested))) if option.unchecked else None


def _offered(drug: Drug, untested: Sequence[str]) -> Screened:
    return Screened(drug, "offered", "untested", ", ".join(untested)) if untested else Screened(drug, "offered", "nothing-against")
