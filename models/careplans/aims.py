"""Targets, and tests whose time has come, by the dates on file. What is not on file is not called undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.careplans.facts import Fact, Facts, verdict
from models.codes import LOINC, SNOMED
from models.features.clinical import means
from models.features.dates import days_of
from models.knowledge.careplan_types import DueRow, TargetRow
from models.knowledge.source_block import Source
from models.knowledge.types import Clinical, Knowledge
from models.patient import Gap, PatientProfile
from models.plan_values import Due, Sentence, Target

MONTH = 30.44  #: days
#: the inputs that hold entries of a code system: what is examined stands among procedures
FIELDS = ((LOINC, "measurements"), (SNOMED, "procedures"))


@dataclass(frozen=True, slots=True)
class DueTests:
    """`asked`: labels of tests that are due and already requested. `missing`: facts without which it is open whether one is due."""

    due: tuple[Due, ...] = ()
    asked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    sources: tuple[Source, ...] = ()


def targets(rows: Sequence[TargetRow], facts: Facts) -> tuple[tuple[Target, ...], tuple[str, ...], tuple[Source, ...]]:
    """(one for each id, facts whose absence leaves an earlier row open, sources)."""
    found: dict[str, Target] = {}
    missing: list[str] = []
    sources: list[Source] = []
    for row in rows:
        if row.id in found:
            continue
        answer = verdict(row.when, facts)
        missing += answer.missing
        if answer.holds:
            found[row.id] = _target(row, facts.get(row.fact, Fact(row.label)))
            sources.append(row.source)
    return tuple(found.values()), tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(sources))


def _target(row: TargetRow, fact: Fact) -> Target:
    last = f"{shown(fact)} {row.unit}" if fact.state == "known" else ""
    dated = f"{last} on {fact.effective}" if last and fact.effective else last
    return Target(row.id, row.label, row.loinc, row.unit, row.low, row.high, Sentence(row.message), dated, fact.origin if last else "")


def shown(fact: Fact) -> str:
    """ "8.4", "<5", ">60"."""
    if fact.value is not None:
        return f"{round(fact.value, 1):g}"
    return f"<{fact.high:g}" if fact.low is None or fact.low == float("-inf") else f">{fact.low:g}"


def above(target: Target, fact: Fact) -> bool | None:
    """Is the last value above the target? None: not known, or there is no upper end."""
    if target.high is None:
        return False
    if fact.state != "known" or fact.low is None or fact.high is None:
        return None
    return True if fact.low >= target.high else False if fact.high < target.high else None


def due_tests(rows: Sequence[DueRow], facts: Facts, profile: PatientProfile, knowledge: Knowledge) -> DueTests:
    """Of each test the first row that holds counts; one whose row is open waits for the facts."""
    settled: set[str] = set()
    due: list[Due] = []
    asked: list[str] = []
    missing: list[str] = []
    gaps: list[Gap] = []
    sources: list[Source] = []
    for row in rows:
        if row.id in settled:
            continue
        answer = verdict(row.when, facts)
        if not answer.holds:
            missing += answer.missing
            continue
        settled.add(row.id)
        names = [knowledge.clinical[name] for name in row.names]
        last = max(_dates(names, profile), key=lambda found: found[0], default=None)
        if last is not None and (profile.as_of - last[0]).days < row.months * MONTH:
            continue
        if unread := sorted({field for name in names for field in _fields(name)} & profile.unread):
            gaps.append(Gap(row.label, "unavailable", f"whether it is due is not known: {' and '.join(unread)} were not, or not all, read"))
        elif _requested(row, names, profile):
            asked.append(row.label)
        else:
            due.append(_due(row, last))
            sources.append(row.source)
    return DueTests(tuple(due), tuple(asked), tuple(dict.fromkeys(missing)), tuple(gaps), tuple(dict.fromkeys(sources)))


def _due(row: DueRow, last: tuple[date, str, str] | None) -> Due:
    said = Sentence(row.message) if row.message else None
    return Due(row.id, row.label, row.system, row.code, row.months, last[1] if last else "", last[2] if last else "", said)


def _dates(names: Sequence[Clinical], profile: PatientProfile) -> Iterator[tuple[date, str, str]]:
    """(last day that it can mean, as written, origin) of everything on file under these names; a date to come tells nothing."""
    found = [(m.effective, m.code, m.origin) for m in profile.measurements]
    found += [(c.began, c.code, c.origin) for c in profile.conditions if c.category == "procedure" and c.state == "past"]
    for stated, code, origin in found:
        span = days_of(stated) if any(means(code, name) for name in names) else None
        if span is not None and span[0] <= profile.as_of + timedelta(days=1):
            yield span[1], stated, origin


def _fields(name: Clinical) -> set[str]:
    return {field for system, field in FIELDS if any(s == system for s, _ in name.codes)}


def _requested(row: DueRow, names: Sequence[Clinical], profile: PatientProfile) -> bool:
    own = (row.system, row.code)
    return any(
        any((c.system, c.code) == own for c in request.code.codings) or any(means(request.code, name) for name in names)
        for request in profile.requests
    )
