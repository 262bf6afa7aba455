"""Whether and when a person had the outcome after the index day, and how long that can be known. It predicts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cds_service.population.as_of import started, told_on
from cds_service.population.study import Event, Study
from fhir_mappings.conditions import read_conditions
from fhir_mappings.inputs import Resource
from fhir_mappings.measurements import read_measurements
from fhir_mappings.resource import kind, text
from models.features.clinical import means
from models.features.dates import days_of
from models.features.quantities import Quantity, quantity
from models.knowledge.types import Clinical, Knowledge
from models.patient import Condition, Measurement

#: before: had it on the index day already · censored: lost from sight too early, without it · unclear: its day cannot be told
State = Literal["event", "none", "before", "censored", "unclear", "untested", "unseen", "dead"]
Days = tuple[date, date]  #: first and last that a date can mean


@dataclass(frozen=True, slots=True)
class Outcome:
    """`days` from the index day to the event, or to the last day on which there was none."""

    state: State
    days: int = 0


def outcome(resources: Sequence[Resource], study: Study, event: Event, knowledge: Knowledge) -> Outcome:
    """Of one patient, from everything that the files hold. Raises ValueError where the study has no days."""
    if study.index is None or study.until is None:
        raise ValueError("the study has no index day")
    index, until = study.index, study.until
    end = index + timedelta(days=study.days)
    dated = [days for r in resources if kind(r) != "Patient" and (days := days_of(told_on(r))) is not None]
    if not any(index - timedelta(days=study.seen_days) <= last <= index for _, last in dated):
        return Outcome("unseen")
    death = next((d for r in resources if kind(r) == "Patient" and (d := days_of(started(r, "deceased")))), None)
    if death is not None and death[1] <= index:
        return Outcome("dead")
    found = list(_events(resources, event, knowledge))
    if None in found:
        return Outcome("unclear")
    signs = sorted(days for days in found if days is not None)
    if any(first <= index for first, _ in signs):
        return Outcome("before") if any(last <= index for _, last in signs) else Outcome("unclear")
    if event.among_tested and not _tested(resources, event, knowledge, index, end):
        return Outcome("untested")
    if signs and signs[0][0] <= end:
        return Outcome("event", (signs[0][0] - index).days) if signs[0][1] <= end else Outcome("unclear")
    if death is not None and death[1] <= until:
        return Outcome("none", study.days)  # nothing more can come
    return _followed(max((last for _, last in dated if last <= until), default=index), until, end, study)


def _followed(last: date, until: date, end: date, study: Study) -> Outcome:
    """Who was seen not long before the end counts as followed to it: people without complaints come seldom."""
    if until >= end and last >= end - timedelta(days=min(study.seen_days, study.days // 2)):
        return Outcome("none", study.days)
    if study.index is None:
        raise ValueError("the study has no index day")
    return Outcome("censored", max(0, (min(last, end, until) - study.index).days))


def _events(resources: Iterable[Resource], event: Event, knowledge: Knowledge) -> Iterator[Days | None]:
    """Days of every sign of it; None for one without a day."""
    names = [knowledge.clinical[name] for name in event.conditions]
    limits = [(knowledge.clinical[r.name], r.at_least) for r in event.reached]
    for resource in resources:
        if kind(resource) == "Condition" and names:
            if any(_is(read, names) for read in read_conditions([resource]).values):
                yield days_of(started(resource, "onset") or text(resource.get("recordedDate")))
        elif kind(resource) == "Observation" and limits:
            for measured in read_measurements([resource]).values:
                if any(_reached(measured, name, least) for name, least in limits):
                    yield days_of(measured.at or measured.effective)


def _is(read: object, names: list[Clinical]) -> bool:
    return isinstance(read, Condition) and read.state != "suspected" and any(means(read.code, name) for name in names)


def _reached(measured: Measurement, name: Clinical, least: float) -> bool:
    value = _value(measured, name)
    return value is not None and value.value >= least and not value.comparator.startswith("<")


def _value(measured: Measurement, name: Clinical) -> Quantity | None:
    """In the unit of its name, as it was on its own day."""
    days = days_of(measured.at or measured.effective)
    if days is None or not means(measured.code, name):
        return None
    found = quantity([measured], name, days[1])
    return found if isinstance(found, Quantity) else None


def _tested(resources: Iterable[Resource], event: Event, knowledge: Knowledge, index: date, end: date) -> bool:
    names = [knowledge.clinical[name] for name in event.among_tested]
    return any(
        _value(measured, name) is not None and (days := days_of(measured.at or measured.effective)) is not None and index < days[0] <= end
        for r in resources
        if kind(r) == "Observation"
        for measured in read_measurements([r]).values
        for name in names
    )
