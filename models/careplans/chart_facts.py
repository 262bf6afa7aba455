"""The facts of a care plan as one chart tells them, each by its `FactSource`. It draws no conclusion from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.careplans.facts import Fact, flag, number
from models.features.age import Age, age
from models.features.chart import state_from_chart
from models.features.clinical import conditions_of, means, measurements_of
from models.features.dates import days_of
from models.features.family import affected
from models.features.gene_names import by_gene
from models.features.model_inputs import Known, read_inputs
from models.features.pregnancy import AGES, Told, breastfeeding, pregnant
from models.features.quantities import Quantity, quantity
from models.knowledge.careplan_types import FactSource
from models.knowledge.types import Knowledge
from models.patient import Condition, Gap, Measurement, PatientProfile

YEAR = 365.25  #: days
POSITIVE, NEGATIVE = "positive-answer", "negative-answer"  #: clinical names
#: codes of interpretations, as laboratories send them
SAID: Mapping[str, bool] = {"POS": True, "H": True, "HH": True, "A": True, "NEG": False, "N": False, "ND": False}
UNREAD: Mapping[str, str] = {
    "conditions": "the problem list was not, or not all, read",
    "measurements": "measurements were not, or not all, read",
    "family": "the family history was not, or not all, read",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """What facts are read from. `onset`: every problem that names the disease, of whatever kind."""

    profile: PatientProfile
    knowledge: Knowledge
    years: Age | None
    onset: tuple[Condition, ...]

    def unread(self, field: str) -> bool:
        return field in self.profile.unread


def chart_facts(
    sources: Sequence[FactSource], onset: Sequence[Condition], profile: PatientProfile, knowledge: Knowledge
) -> dict[str, Fact]:
    """Every fact by its id."""
    chart = Chart(profile, knowledge, age(profile.birth_date, profile.as_of), tuple(onset))
    return {source.id: replace(READERS[source.origin](source, chart), quiet=source.quiet) for source in sources}


def _age(source: FactSource, chart: Chart) -> Fact:
    if chart.years is None:
        return Fact(source.label, "absent", because="no birth date is on file, or none that can be read")
    return number(source.label, *chart.years.years, "a", "Patient")


def _sex(source: FactSource, chart: Chart) -> Fact:
    told = chart.profile.sex in ("female", "male")
    return flag(source.label, chart.profile.sex in source.names) if told else Fact(source.label, because="the chart gives no sex")


def _told(source: FactSource, told: Told, chart: Chart) -> Fact:
    """Of a man, and of a woman beyond the age for it, nothing is asked."""
    beyond = chart.years is not None and chart.years.surely_from(AGES[1])
    if told.value is None and (chart.profile.sex == "male" or beyond):
        return flag(source.label, False)
    if told.value is None:
        return Fact(source.label, "unread" if told.origin or chart.unread("conditions") else "absent", because=told.because)
    return flag(source.label, told.value, told.origin)


def _pregnancy(source: FactSource, chart: Chart) -> Fact:
    return _told(source, pregnant(chart.profile, chart.knowledge), chart)


def _breastfeeding(source: FactSource, chart: Chart) -> Fact:
    return _told(source, breastfeeding(chart.profile, chart.knowledge), chart)


def _began(chart: Chart) -> tuple[Condition, tuple[date, date]] | None:
    """The earliest entry of the disease that has a date."""
    dated = [(c, span) for c in chart.onset if (span := days_of(c.began)) is not None]
    return min(dated, key=lambda pair: pair[1][0]) if dated else None


def _onset(source: FactSource, chart: Chart) -> Fact:
    """Age in years at the first entry, as far as both dates tell it."""
    began, born = _began(chart), days_of(chart.profile.birth_date)
    if began is None or born is None:
        return Fact(source.label, "absent", because="no date of the diagnosis is on file")
    condition, (first, last) = began
    low, high = ((first - born[1]).days / YEAR, (last - born[0]).days / YEAR)
    if high < 0:
        return Fact(source.label, "unread", because="the diagnosis is dated before the birth", origin=condition.origin)
    return number(source.label, max(0.0, low), high, "a", condition.origin, condition.began)


def _duration(source: FactSource, chart: Chart) -> Fact:
    began = _began(chart)
    if began is None:
        return Fact(source.label, "absent", because="no date of the diagnosis is on file")
    condition, (first, last) = began
    low, high = ((chart.profile.as_of - last).days / YEAR, (chart.profile.as_of - first).days / YEAR)
    return number(source.label, max(0.0, low), max(0.0, high), "a", condition.origin, condition.began)


def _measurement(source: FactSource, chart: Chart) -> Fact:
    """By the first of its names that has a value that can be used; else by the input that a model derives."""
    gap: Gap | None = None
    for name in source.names:
        found = quantity(chart.profile.measurements, chart.knowledge.clinical[name], chart.profile.as_of, chart.years)
        if isinstance(found, Quantity):
            return _ranged(source.label, found)
        gap = gap or found
    derived = _input(source, chart) if source.input else None
    if derived is not None and derived.state == "known":
        return derived
    if gap is not None:
        return Fact(source.label, "unread", because=gap.because, origin=gap.origin)
    return _nothing(source, "measurements", f"no {source.label} is on file", chart)


def _ranged(label: str, found: Quantity) -> Fact:
    """ "<5" is a range that ends just below 5."""
    value = found.value
    ends = {
        "<": (-math.inf, math.nextafter(value, -math.inf)),
        "<=": (-math.inf, value),
        ">": (math.nextafter(value, math.inf), math.inf),
        ">=": (value, math.inf),
    }
    low, high = ends.get(found.comparator, (value, value))
    return number(label, low, high, found.unit, found.origin, found.effective)


def _nothing(source: FactSource, field: str, because: str, chart: Chart) -> Fact:
    return Fact(source.label, "unread", because=UNREAD[field]) if chart.unread(field) else Fact(source.label, "absent", because=because)


def _condition(source: FactSource, chart: Chart) -> Fact:
    """A whole problem list that does not name it means no; one that only suspects it tells neither."""
    states = ("active", "past") if source.ever else ("active",)
    every = [c for name in source.names for c in conditions_of(chart.profile.conditions, chart.knowledge.clinical[name])]
    sure = next((c for c in every if c.state in states), None)
    if sure is not None:
        return flag(source.label, True, sure.origin, sure.began)
    if chart.unread("conditions"):
        return Fact(source.label, "unread", because=UNREAD["conditions"])
    suspected = next((c for c in every if c.state == "suspected"), None)
    if suspected is not None:
        return Fact(source.label, "unread", because=f"{source.label} is suspected only", origin=suspected.origin)
    return flag(source.label, False)


def _relative(source: FactSource, chart: Chart) -> Fact:
    found = affected(source.names, chart.profile, chart.knowledge)
    if found:
        return flag(source.label, True, found[0][0].origin)
    return _nothing(source, "family", f"no {source.label} is on file", chart)


def _positive(source: FactSource, chart: Chart) -> Fact:
    """Is any of several tests positive? None on file: not tested, which is no no."""
    results, found = _results(source, chart)
    positive = next((m for m, said in results if said), None)
    if positive is not None:
        return flag(source.label, True, positive.origin, positive.effective)
    negative = next((m for m, said in results if said is False), None)
    if negative is not None and not chart.unread("measurements"):
        return flag(source.label, False, negative.origin, negative.effective)
    if found:
        return Fact(source.label, "unread", because=f"the result of {source.label} on file is neither positive nor negative")
    return _nothing(source, "measurements", f"no result of {source.label} is on file", chart)


def _negatives(source: FactSource, chart: Chart) -> Fact:
    """Were enough different tests negative, and none positive?"""
    results, _ = _results(source, chart)
    if any(said for _, said in results):
        return flag(source.label, False)
    negative = [m for m, said in results if said is False]
    kinds = {name for name in source.names for m in negative if means(m.code, chart.knowledge.clinical[name])}
    if len(kinds) >= source.at_least:
        return flag(source.label, True, negative[0].origin, negative[0].effective)
    return _nothing(source, "measurements", f"fewer than {source.at_least} different results of {source.label} are on file", chart)


def _results(source: FactSource, chart: Chart) -> tuple[list[tuple[Measurement, bool | None]], bool]:
    names = [chart.knowledge.clinical[name] for name in source.names]
    found = [m for name in names for m in measurements_of(chart.profile.measurements, name)]
    return [(m, _sign(m, chart)) for m in found], bool(found)


def _sign(result: Measurement, chart: Chart) -> bool | None:
    """By its interpretation, its answer, or the laboratory's own limit."""
    said = {SAID[code] for code in result.interpretation if code in SAID}
    for answer, value in ((POSITIVE, True), (NEGATIVE, False)):
        if means(result.answer, chart.knowledge.clinical[answer]):
            said.add(value)
    if not said and result.value is not None and result.high is not None and not result.comparator:
        said.add(result.value > result.high)
    return said.pop() if len(said) == 1 else None


def _gene(source: FactSource, chart: Chart) -> Fact:
    """Does every reading of the gene have one of these phenotypes? Readings that differ tell neither."""
    gene = chart.knowledge.genes[source.gene]
    grouped, _ = by_gene(chart.profile.genotypes, chart.knowledge.genes)
    state = state_from_chart(gene, grouped.get(gene.symbol, ()), chart.profile, chart.knowledge)
    if state.missing or not state.readings:
        absent = state.missing == "not_tested" and not chart.unread("genotypes")
        return Fact(source.label, "absent" if absent else "unread", because=state.because or f"{source.label} is not tested")
    answers = {reading.phenotype in source.names for reading in state.readings}
    if len(answers) > 1 or state.certainty == "conflict":
        return Fact(source.label, "unread", because=f"results of {source.label} can be read in ways that differ")
    origins = state.provenance.sources
    return flag(source.label, answers.pop(), origins[0] if origins else "", state.provenance.as_of)


def _input(source: FactSource, chart: Chart) -> Fact:
    """One of the inputs that predictive models ask for."""
    found = read_inputs((source.input,), chart.profile, chart.knowledge)[source.input]
    if isinstance(found, Gap):
        unread = found.reason != "unavailable" or bool(found.origin) or chart.unread("measurements")
        return Fact(source.label, "unread" if unread else "absent", because=found.because, origin=found.origin)
    return _of_input(source, found, chart)


def _of_input(source: FactSource, found: Known, chart: Chart) -> Fact:
    asked = chart.knowledge.inputs[source.input]
    if asked.kind == "number" and isinstance(found.value, float | int):
        return number(source.label, found.value, found.value, asked.unit, found.origin, found.effective)
    return flag(source.label, found.value == 1.0, found.origin, found.effective)


READERS: Mapping[str, Callable[[FactSource, Chart], Fact]] = {
    "age": _age,
    "sex": _sex,
    "pregnancy": _pregnancy,
    "breastfeeding": _breastfeeding,
    "onset": _onset,
    "duration": _duration,
    "measurement": _measurement,
    "condition": _condition,
    "relative": _relative,
    "positive": _positive,
    "negatives": _negatives,
    "gene": _gene,
    "input": _input,
}
