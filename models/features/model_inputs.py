"""The inputs of predictive models as a chart tells them: a value with its origin, or a Gap that says why not. It judges no risk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from models.features.age import Age, age
from models.features.allele_counts import allele_counts
from models.features.carriers import known_carrier
from models.features.clinical import conditions_of, means, measurements_of
from models.features.dates import days_of
from models.features.family import affected_count, family_value, youngest_onset
from models.features.ingredients import ingredients
from models.features.quantities import Quantity, quantity
from models.knowledge.model_types import InputSource, Model, Origin, Value
from models.knowledge.types import Knowledge
from models.patient import Gap, Medication, PatientProfile, Reason
from models.prediction.contract import predict
from models.prediction.variant_score import add_up

YES, NO = 1.0, 0.0
HISPANIC = "hispanic"


@dataclass(frozen=True, slots=True)
class Known:
    """One input's value, in the unit of `InputSource`."""

    value: Value
    origin: str = ""  #: "Observation/12"; of several the first
    effective: str = ""  #: ISO date
    derived: bool = False  #: worked out by a model from other inputs


@dataclass(frozen=True, slots=True)
class _Chart:
    profile: PatientProfile
    knowledge: Knowledge
    years: Age | None

    def gap(self, source: InputSource, reason: Reason, because: str, origin: str = "") -> Gap:
        return Gap(source.label, reason, because, origin)


Told = Mapping[str, Known | Gap]


def read_inputs(names: Collection[str], profile: PatientProfile, knowledge: Knowledge, read: dict[str, Known | Gap] | None = None) -> Told:
    """Each named input of knowledge/inputs. Raises KeyError for a name that is none of them.

    `read`: what was read of the same chart before; it is filled, so that several questions read each input once.
    """
    chart = _Chart(profile, knowledge, age(profile.birth_date, profile.as_of))
    known = {} if read is None else read
    for name in names:
        if name not in known:
            known[name] = _read(knowledge.inputs[name], chart)
    return {name: known[name] for name in names}


def _read(source: InputSource, chart: _Chart) -> Known | Gap:
    if source.model:
        found = _derived(source, chart)
        if isinstance(found, Known):
            return found
    return _READERS[source.origin](source, chart)


def _derived(source: InputSource, chart: _Chart) -> Known | None:
    """By the model that works it out, where the chart has all that it asks."""
    model: Model = chart.knowledge.models[source.model]
    parts = {name: _read(chart.knowledge.inputs[name], chart) for name in model.inputs if chart.knowledge.inputs[name].model == ""}
    known = {name: part for name, part in parts.items() if isinstance(part, Known)}
    found = predict(model, {name: part.value for name, part in known.items()})
    if isinstance(found, tuple):
        return None
    used = [part for part in known.values() if part.effective]
    oldest = min(used, key=lambda part: part.effective, default=Known(0.0))
    return Known(found.value, oldest.origin, oldest.effective, derived=True)


def _age(source: InputSource, chart: _Chart) -> Known | Gap:
    years = chart.years
    if years is None:
        return chart.gap(source, "unavailable", "no birth date is on file, or none that can be read")
    if years.years[0] != years.years[1]:
        return chart.gap(source, "not_understood", "the birth date is not a full one, and no day is assumed")
    return Known(float(years.years[0]), "Patient")


def _sex(source: InputSource, chart: _Chart) -> Known | Gap:
    if chart.profile.sex in ("female", "male"):
        return Known(chart.profile.sex, "Patient")
    return chart.gap(source, "unavailable", "the chart gives no sex that the model was made for")


def _ancestry(source: InputSource, chart: _Chart) -> Known | Gap:
    """As reported, and never guessed. With ethnicity: Hispanic people are one group, whatever race they report."""
    told, hispanic = chart.profile.ancestry, chart.profile.hispanic
    if source.origin == "ethnicity":
        if hispanic:
            return Known(HISPANIC, "Patient")
        if hispanic is None:
            return chart.gap(source, "unavailable", "no ethnicity is on file")
    if len(told) > 1:
        return chart.gap(source, "conflict", "several ancestries are reported, and none is chosen")
    return Known(told[0], "Patient") if told else chart.gap(source, "unavailable", "no ancestry is on file, and none is guessed")


def _measured(source: InputSource, chart: _Chart) -> Known | Gap:
    """From the first of its names of which the chart holds anything."""
    for name in source.names:
        found = quantity(chart.profile.measurements, chart.knowledge.clinical[name], chart.profile.as_of, chart.years)
        if isinstance(found, Gap):
            return Gap(source.label, found.reason, found.because, found.origin)
        if isinstance(found, Quantity):
            if found.comparator:
                because = f"the {source.label} on file is only known to lie above or below a value"
                return chart.gap(source, "out_of_range", because, found.origin)
            return Known(found.value, found.origin, found.effective)
    if "measurements" in chart.profile.unread:
        return chart.gap(source, "unavailable", "the measurements were not, or only partly, read")
    return chart.gap(source, "unavailable", f"no {source.label} is on file")


def _answered(source: InputSource, chart: _Chart) -> Known | Gap:
    """By the latest coded answer to the question."""
    asked = chart.knowledge.clinical[source.names[0]]
    latest = next((m for m in measurements_of(chart.profile.measurements, asked) if m.answer.codings), None)
    if latest is None:
        return chart.gap(source, "unavailable", f"no coded answer on {source.label} is on file")
    for answer, names in source.answers.items():
        if any(means(latest.answer, chart.knowledge.clinical[name]) for name in names):
            value: Value = answer if source.kind == "choice" else YES if answer == "yes" else NO
            return Known(value, latest.origin, latest.effective)
    return chart.gap(source, "not_understood", f"the answer on {source.label} is none that is known here", latest.origin)


def _condition(source: InputSource, chart: _Chart) -> Known | Gap:
    """A whole problem list that does not name it means no; one that only suspects it means neither."""
    states = ("active",) if source.origin == "condition" else ("active", "past")
    every = [c for name in source.names for c in conditions_of(chart.profile.conditions, chart.knowledge.clinical[name])]
    sure = [c for c in every if c.state in states]
    if sure:
        return Known(YES, sure[0].origin, sure[0].began)
    if "conditions" in chart.profile.unread:
        return chart.gap(source, "unavailable", "the problem list was not, or only partly, read")
    suspected = next((c for c in every if c.state == "suspected"), None)
    if suspected is not None:
        return chart.gap(source, "conflict", f"{source.label} is suspected only", suspected.origin)
    return Known(NO)


def _medication(source: InputSource, chart: _Chart) -> Known | Gap:
    """A list of medicines means no only where it was read whole and every active one on it is known."""
    active = [m for m in chart.profile.medications if m.active]
    for medicine in active:
        if any(_is_one(drug.key, source, chart) for drug, _ in ingredients(medicine, chart.knowledge.drugs).drugs):
            return Known(YES, medicine.origin, medicine.began)
    if "medications" in chart.profile.unread:
        return chart.gap(source, "unavailable", "the medicines were not, or only partly, read")
    unknown = next((m for m in active if _unidentified(m, chart)), None)
    if unknown is not None:
        return chart.gap(source, "not_understood", "a medicine on the list is not known here, and could be one", unknown.origin)
    return Known(NO)


def _unidentified(medicine: Medication, chart: _Chart) -> bool:
    found = ingredients(medicine, chart.knowledge.drugs)
    return not found.drugs or bool(found.gaps)


def _is_one(drug: str, source: InputSource, chart: _Chart) -> bool:
    groups = chart.knowledge.drugs.groups.get(drug, frozenset())
    beginnings = tuple(d.removeprefix("atc:") for d in source.drugs if d.startswith("atc:"))
    return drug in source.drugs or any(group.startswith(beginnings) for group in groups if beginnings)


def _family(source: InputSource, chart: _Chart) -> Known | Gap:
    value, origin = family_value(source, chart.profile, chart.knowledge)
    if value is not None:
        return Known(value, origin)
    if "family" in chart.profile.unread:
        return chart.gap(source, "unavailable", "the family history was not, or only partly, read")
    return chart.gap(source, "unavailable", f"no family history on {source.label} is on file")


def _relatives(source: InputSource, chart: _Chart) -> Known | Gap:
    count, origin = affected_count(source, chart.profile, chart.knowledge)
    if count is None:
        return chart.gap(source, "unavailable", f"no whole family history on {source.label} is on file")
    return Known(count, origin)


def _onset(source: InputSource, chart: _Chart) -> Known | Gap:
    """The youngest age that is told: of relatives, or the patient's own at the first record of it."""
    if source.relatives:
        years, origin = youngest_onset(source, chart.profile, chart.knowledge)
        return Known(years, origin) if years is not None else chart.gap(source, "unavailable", f"no {source.label} is on file")
    named = [chart.knowledge.clinical[name] for name in source.names]
    every = [c for name in named for c in conditions_of(chart.profile.conditions, name, "active", "past")]
    first = min(every, key=lambda c: c.began, default=None)  # one without a date comes first, and tells no age
    ends = days_of(first.began) if first else None
    ages = {years for day in ends or () for years in (getattr(age(chart.profile.birth_date, day), "years", (-1, -1)))}
    if first is None or len(ages) != 1 or -1 in ages:
        return chart.gap(source, "unavailable", f"no {source.label} is on file")
    return Known(float(ages.pop()), first.origin, first.began)


def _several(source: InputSource, chart: _Chart) -> Known | Gap:
    """Whether the patient had it more than once. Several entries may be one disease coded twice, which no chart tells."""
    named = [chart.knowledge.clinical[name] for name in source.names]
    every = {c.origin for name in named for c in conditions_of(chart.profile.conditions, name, "active", "past")}
    if "conditions" in chart.profile.unread:
        return chart.gap(source, "unavailable", "the problem list was not, or only partly, read")
    if len(every) > 1:
        return chart.gap(source, "conflict", "the problem list has several entries, and whether they are one is not told", min(every))
    return Known(NO)


def _carrier(source: InputSource, chart: _Chart) -> Known | Gap:
    known, origin = known_carrier(source.genes, chart.profile, chart.knowledge)
    if known is None:
        return chart.gap(source, "unavailable", origin)
    return Known(YES, origin) if known else Known(NO)


def _part(source: InputSource, chart: _Chart) -> Known | Gap:
    """A part of a genetic score, only where each of its variants was seen: nothing is counted as absent here."""
    score = chart.knowledge.scores[source.score]
    if not chart.profile.variants:
        return chart.gap(source, "unavailable", "no variants are on file")
    found = add_up(score, allele_counts(chart.profile.variants, score))
    if isinstance(found, tuple):
        return chart.gap(source, found[0].reason, found[0].because)
    of_part = {v.id for v in score.variants if v.part == source.part}
    lost = [gap for gap in found.missing if gap.subject in of_part]
    if lost:
        return chart.gap(source, lost[0].reason, f"{len(lost)} of its {len(of_part)} variants were not seen, and none is taken as absent")
    if found.doubtful and score.haplotypes and score.haplotypes.part == source.part:
        return chart.gap(source, "conflict", "its variants tell of more than two haplotypes")
    return Known(found.parts[source.part])


def _stated(source: InputSource, chart: _Chart) -> Known | Gap:
    if source.name in chart.knowledge.stated:
        return Known(chart.knowledge.stated[source.name])
    return chart.gap(source, "unavailable", f"no chart tells the {source.label} in codes that are read here, and nobody has stated it")


_READERS: Mapping[Origin, Callable[[InputSource, _Chart], Known | Gap]] = {
    "age": _age,
    "sex": _sex,
    "ancestry": _ancestry,
    "ethnicity": _ancestry,
    "measurement": _measured,
    "answer": _answered,
    "condition": _condition,
    "history": _condition,
    "medication": _medication,
    "family": _family,
    "relatives": _relatives,
    "onset": _onset,
    "several": _several,
    "carrier": _carrier,
    "score": _part,
    "stated": _stated,
}
