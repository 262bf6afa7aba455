"""What dose equations ask of a person, read from the chart. What is not there, or not understood, stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from models.features.age import Age
from models.features.clinical import conditions_of, means, measurements_of
from models.features.quantities import Quantity, quantity
from models.knowledge.dosing_types import DosingFlow
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the chart tells; None is unknown."""

    age: float | None
    height: float | None
    weight: float | None
    ancestry: tuple[str, ...]
    smoker: bool | None
    clot: bool
    target_inr: float
    excluded: tuple[str, ...] = ()  #: conditions for which another target INR is likely, in words
    unusable: tuple[Gap, ...] = ()  #: measurements that are on file and cannot be used, and why
    body: Mapping[str, Quantity] = field(default_factory=dict)  #: height and weight as they were read

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in ("age", "height", "weight") if getattr(self, name) is None)

    def of(self, ancestry: tuple[str, ...]) -> Person:
        return replace(self, ancestry=ancestry)


def person(profile: PatientProfile, flow: DosingFlow, knowledge: Knowledge, years: Age | None) -> Person:
    """Of a partial birth date the older age counts, which gives the lower dose; one that may be a child's is unknown."""
    adult = years is not None and years.surely_from(flow.adult_from)
    read = {name: _measured(name, profile, flow, knowledge, years) for name in ("height", "weight")}
    body = {name: one for name, one in read.items() if isinstance(one, Quantity)}
    return Person(
        age=float(years.years[1]) if years is not None and adult else None,
        height=body["height"].value if "height" in body else None,
        weight=body["weight"].value if "weight" in body else None,
        ancestry=profile.ancestry,
        smoker=_smoker(profile, flow, knowledge),
        clot=any(_treated(profile, name, knowledge) for name in flow.chart["clot"]),
        target_inr=flow.target_inr,
        excluded=tuple(knowledge.clinical[name].label for name in flow.chart["not_with"] if _treated(profile, name, knowledge)),
        unusable=tuple(one for one in read.values() if isinstance(one, Gap)),
        body=body,
    )


def _measured(name: str, profile: PatientProfile, flow: DosingFlow, knowledge: Knowledge, years: Age | None) -> Quantity | Gap | None:
    """In the unit of the equations, from the first of the flow's names of which the chart holds anything; or why it cannot be used."""
    each = (quantity(profile.measurements, knowledge.clinical[known], profile.as_of, years) for known in flow.chart[name])
    found = next((one for one in each if one is not None), None)
    if isinstance(found, Quantity) and found.comparator:
        label = knowledge.clinical[flow.chart[name][0]].label
        return Gap(label, "out_of_range", f"the {label} on file is only known to lie above or below a value", found.origin)
    return found


def _smoker(profile: PatientProfile, flow: DosingFlow, knowledge: Knowledge) -> bool | None:
    """By the latest coded answer; without one it is not known."""
    status, *smoking = flow.chart["smoking"]
    answers = [m.answer for m in measurements_of(profile.measurements, knowledge.clinical[status]) if m.answer.codings]
    return any(means(answers[0], knowledge.clinical[name]) for name in smoking) if answers else None


def _treated(profile: PatientProfile, name: str, knowledge: Knowledge) -> bool:
    """Is it an active problem, or the reason of an order?"""
    known = knowledge.clinical[name]
    reasons = (reason for order in profile.orders if order.selected for reason in order.reasons)
    return bool(conditions_of(profile.conditions, known, "active")) or any(means(reason, known) for reason in reasons)
