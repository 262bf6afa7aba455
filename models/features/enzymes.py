"""What a chart says of a gene without its genotype: enzyme tests and recorded problems. It merges nothing and knows no drugs.

Rules: decisions.md, "Evidence beyond the genotype". A result that no source gives a meaning is a Gap, never a guess.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from models.features.clinical import conditions_of, means, measurements_of
from models.features.dates import surely_apart, surely_before
from models.features.phenotypes import readings_for_phenotype
from models.finding import Reading
from models.knowledge.evidence_types import ChartEvidence, EnzymeTest, Unless
from models.knowledge.types import Clinical, Gene
from models.patient import Gap, Measurement, PatientProfile, Reason
from models.units import convert

RECORDED = "recorded problem"


@dataclass(frozen=True, slots=True)
class Told:
    """Readings by what they rest on, each with its reason in `because`, and where they were seen."""

    measured: tuple[Reading, ...] = ()
    recorded: tuple[Reading, ...] = ()
    decided: bool = False  #: a recorded problem that decides even against the genotype
    contradicting: bool = False  #: enzyme tests of different days mean different phenotypes
    as_of: str = ""  #: of the latest enzyme test that was used
    sources: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()  #: message ids of what the card has to say of the tests that were used


def told_by_chart(gene: Gene, evidence: ChartEvidence, profile: PatientProfile, clinical: Mapping[str, Clinical]) -> Told:
    """All that enzyme tests and problems say of one gene."""
    used: list[tuple[Measurement, tuple[str, ...]]] = []
    gaps: dict[tuple[str, str], Gap] = {}
    notes: list[str] = []
    for test in evidence.tests:
        label = clinical[test.measured].label
        for measurement in measurements_of(profile.measurements, clinical[test.measured]):
            phenotypes = meaning(test, measurement)
            refused = _refused(test, measurement, phenotypes, profile, clinical)
            if refused is not None:
                because = f"{label}: {refused[1]}"
                gaps.setdefault((label, because), Gap(gene.symbol, refused[0], because, measurement.origin))
            else:
                used.append((measurement, phenotypes))
                notes += [u.note for u in test.unless if u.note]
    recorded, decided, origins, problem_gaps = _problems(gene, evidence, profile, clinical)
    return Told(
        measured=_once(r for m, phenotypes in used for r in _readings(gene, phenotypes, _tested(m))),
        recorded=recorded,
        decided=decided,
        contradicting=len({phenotypes for _, phenotypes in used}) > 1,
        as_of=max((m.effective[:10] for m, _ in used), default=""),
        sources=tuple(o for o in dict.fromkeys([m.origin for m, _ in used] + origins) if o),
        gaps=(*gaps.values(), *problem_gaps),
        notes=tuple(dict.fromkeys(notes)),
    )


def _refused(
    test: EnzymeTest, measurement: Measurement, phenotypes: tuple[str, ...], profile: PatientProfile, clinical: Mapping[str, Clinical]
) -> tuple[Reason, str] | None:
    """Why one result is not used; None when it is. A day ahead may be another time zone's today."""
    spoiled = next((u for u in test.unless if _spoils(u, measurement, profile, clinical)), None)
    if spoiled is not None:
        return "not_callable", f"not usable, because of {clinical[spoiled.name].label} at that time"
    if surely_before((profile.as_of + timedelta(days=1)).isoformat(), measurement.at or measurement.effective):
        return "out_of_range", "has a date to come, so it was not used"
    if phenotypes:
        return None
    if measurement.value is not None and not measurement.unit:
        return "not_understood", "the value has no unit, and none is assumed"
    return "not_understood", "no source read here gives what the value means; ask the laboratory"


def meaning(test: EnzymeTest, measurement: Measurement) -> tuple[str, ...]:
    """The phenotypes that one result can mean; () when no border holds all of it, or any of its words is not known."""
    if measurement.value is not None:
        low, high, high_belongs = _interval(measurement)
        for border in test.borders:
            ends = next((ends for unit in border.units if (ends := _in_unit(low, high, measurement.unit, unit)) is not None), None)
            if ends and border.low <= ends[0] and (ends[1] < border.high or (ends[1] == border.high and not high_belongs)):
                return border.phenotypes
        return ()
    words = {" ".join(w.lower().split()) for w in (measurement.answer.text, *(c.display for c in measurement.answer.codings))} - {""}
    meant = {test.words.get(word, ()) for word in words}
    return meant.pop() if len(meant) == 1 else ()


def _interval(measurement: Measurement) -> tuple[float, float, bool]:
    """Lowest and highest value that it can stand for, and whether the highest is one of them. Activities are not negative."""
    value = measurement.value or 0.0
    if measurement.comparator.startswith("<"):
        return 0.0, value, measurement.comparator == "<="
    return value, math.inf if measurement.comparator.startswith(">") else value, not measurement.comparator.startswith(">")


def _in_unit(low: float, high: float, unit: str, wanted: str) -> tuple[float, float] | None:
    """Both ends in the border's unit; what has no upper end keeps none. None where the unit is missing or another thing's."""
    factor = convert(1.0, unit, wanted)
    return None if factor is None else (low * factor, high * factor)


def _tested(measurement: Measurement) -> str:
    return f"enzyme activity of {measurement.effective[:10]}" if measurement.effective else "enzyme activity, date not given"


def _readings(gene: Gene, phenotypes: tuple[str, ...], because: str) -> Iterator[Reading]:
    for phenotype in phenotypes:
        for reading in readings_for_phenotype(gene, phenotype):
            yield replace(reading, because=because)


def _once(found: Iterator[Reading]) -> tuple[Reading, ...]:
    """Each phenotype and score once, with the reason of its first (the latest) test."""
    kept: dict[tuple[str, str], Reading] = {}
    for reading in found:
        kept.setdefault((reading.phenotype, reading.activity_score), reading)
    return tuple(kept.values())


def _problems(
    gene: Gene, evidence: ChartEvidence, profile: PatientProfile, clinical: Mapping[str, Clinical]
) -> tuple[tuple[Reading, ...], bool, list[str], list[Gap]]:
    """Active problems as readings, whether any of them decides, their origins; others are told and not used."""
    found: list[Reading] = []
    origins: list[str] = []
    gaps: list[Gap] = []
    decided = False
    for problem in evidence.problems:
        named = clinical[problem.name]
        for condition in conditions_of(profile.conditions, named):
            if condition.state == "active" or (condition.state == "past" and problem.decides):
                found += _readings(gene, problem.phenotypes, f"{RECORDED}: {named.label}")
                origins.append(condition.origin)
                decided = decided or problem.decides
            else:
                because = f"{named.label} is recorded as {condition.state}, so it was not used"
                gaps.append(Gap(gene.symbol, "not_understood", because, condition.origin))
    return _once(iter(found)), decided, origins, gaps


def _spoils(unless: Unless, measurement: Measurement, profile: PatientProfile, clinical: Mapping[str, Clinical]) -> bool:
    """Is the test worthless because of what happened before or at it? What has no date is not known to be elsewhere."""
    named = clinical[unless.name]
    conditions = conditions_of(profile.conditions, named)
    if unless.days is None:
        return any(
            not surely_before(measurement.effective, c.began) and not (c.ended and surely_before(c.ended, measurement.effective))
            for c in conditions
        )
    events = [c.began for c in conditions] + [m.effective for m in measurements_of(profile.measurements, named)]
    events += [r.authored for r in profile.requests if not r.draft and means(r.code, named)]
    tested = measurement.effective
    return any(not surely_before(tested, event) and not surely_apart(event, tested, unless.days) for event in events)
