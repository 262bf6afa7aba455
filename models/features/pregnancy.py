"""What a chart says of pregnancy and breastfeeding: yes, no, or not known, and why. Age and sex only contradict; they never tell.

`pregnant(profile, knowledge)` and `breastfeeding(profile, knowledge)`. No rule is invented from them: a guideline's own
population has to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.features.age import age
from models.features.clinical import conditions_of, means, measurements_of
from models.features.dates import day_of
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

LASTS = 300  #: days from the first entry: longer than any pregnancy
LASTS_MILK = 730  #: days for which "breastfeeding" is believed (our rule)
NO_LASTS = 30  #: days for which "not pregnant" and "not breastfeeding" are believed (our rule)
OVERDUE = 21  #: days after the estimated delivery date
AGES = (8, 60)  #: completed years, between which a pregnancy is not contradicted (our rule)


@dataclass(frozen=True, slots=True)
class Told:
    """`value` None: not known. `because` says what it rests on, or why it is not known, without patient data."""

    value: bool | None
    because: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class _Sign:
    value: bool
    day: date | None
    because: str
    origin: str


def pregnant(profile: PatientProfile, knowledge: Knowledge) -> Told:
    """By the problem list, the pregnancy status and the estimated delivery date."""
    signs = [*_signs(profile, knowledge, ("pregnancy", "pregnancy-status", "pregnant", "not-pregnant")), *_due(profile, knowledge)]
    told = _weighed(signs, profile.as_of, LASTS, "pregnancy")
    return _plausible(told, profile) if told.value else told


def breastfeeding(profile: PatientProfile, knowledge: Knowledge) -> Told:
    """By the problem list and the breastfeeding status."""
    names = ("breastfeeding", "breastfeeding-status", "breastfeeding-now", "not-breastfeeding")
    return _weighed(_signs(profile, knowledge, names), profile.as_of, LASTS_MILK, "breastfeeding")


def _signs(profile: PatientProfile, knowledge: Knowledge, names: tuple[str, str, str, str]) -> list[_Sign]:
    """`names`: the problem, the measurement, and its answers yes and no."""
    problem, status, yes, no = (knowledge.clinical[name] for name in names)
    found = [
        _Sign(True, day_of(c.began), f"{problem.label} is an active problem", c.origin)
        for c in conditions_of(profile.conditions, problem, "active")
    ]
    for measured in measurements_of(profile.measurements, status):
        said = [value for value, answer in ((True, yes), (False, no)) if means(measured.answer, answer)]
        if len(said) == 1:  # an answer that says both, or "unknown", says nothing
            found.append(_Sign(said[0], day_of(measured.at or measured.effective), f"the {status.label} says so", measured.origin))
    return found


def _due(profile: PatientProfile, knowledge: Knowledge) -> list[_Sign]:
    """A delivery date that is near enough makes a pregnancy of today; the day on which it was written down counts."""
    name, found = knowledge.clinical["due-date"], []
    for measured in measurements_of(profile.measurements, name):
        due = day_of(measured.answer.text)
        if due is not None and -OVERDUE <= (due - profile.as_of).days <= LASTS:
            found.append(_Sign(True, day_of(measured.at or measured.effective), f"the {name.label} is ahead", measured.origin))
    return found


def _weighed(signs: Sequence[_Sign], as_of: date, lasts: int, what: str) -> Told:
    """The latest sign that still counts; a yes without a date counts unless a no stands beside it."""
    fresh = [s for s in signs if s.day is None or timedelta(-1) <= as_of - s.day <= timedelta(lasts if s.value else NO_LASTS)]
    dated = [s for s in fresh if s.day is not None]
    last = [s for s in dated if s.day == max(d.day for d in dated if d.day is not None)] + [s for s in fresh if s.day is None]
    if not last:
        return Told(None, f"what the chart says of {what} is too old" if signs else f"the chart says nothing of {what}")
    if len({s.value for s in last}) > 1:
        return Told(None, f"entries of the chart contradict each other on {what}", last[0].origin)
    if not last[0].value and last[0].day is None:
        return Told(None, f"what the chart says of {what} has no date", last[0].origin)
    return Told(last[0].value, last[0].because, last[0].origin)


def _plausible(told: Told, profile: PatientProfile) -> Told:
    years = age(profile.birth_date, profile.as_of)
    if profile.sex == "male":
        return Told(None, "a pregnancy is recorded, and the recorded sex contradicts it", told.origin)
    if years is not None and (years.surely_below(AGES[0]) or years.surely_from(AGES[1])):
        return Told(None, "a pregnancy is recorded, and the age contradicts it", told.origin)
    return told
