"""What a predicted dose rests on beside genes: each value as it was read, with its date and entry of the chart. It reads no value anew."""

from __future__ import annotations

from collections.abc import Iterator

from models.dosing.question import DosingQuestion
from models.estimates import InputUsed
from models.features.clinical import conditions_of, measurements_of
from models.features.dates import day_of
from models.features.ingredients import ingredients
from models.knowledge.dosing_types import EquationSet, MedicineInput
from models.patient import Medication, Order

PATIENT = "Patient"
ASSUMED = "assumed"
NOT_REPORTED = "not reported"


def inputs_used(q: DosingQuestion, wanted: EquationSet) -> tuple[InputUsed, ...]:
    """In the order in which a card tells them."""
    return tuple(_used(q, {name for model in q.equations(wanted) for name in model.inputs}))


def _used(q: DosingQuestion, asked: set[str]) -> Iterator[InputUsed]:
    person, known = q.person, q.knowledge
    yield InputUsed("age", f"{person.age or 0:.0f}", "a", origin=PATIENT)
    for name, read in person.body.items():
        yield InputUsed(known.inputs[name].label, f"{read.value:.0f}", read.unit, dated(read.effective), read.origin)
    reported = f"{' and '.join(person.ancestry)} as reported" if person.ancestry else NOT_REPORTED
    yield InputUsed("ancestry", reported, origin=PATIENT if person.ancestry else "")
    yield InputUsed(known.inputs["target-inr"].label, f"{person.target_inr:g} ({ASSUMED})", "")
    for medicine in q.medicines:
        if medicine.input in asked:
            yield InputUsed(medicine.label, "taken", origin=_entry(medicine, q))
    if q.flow.chart["smoking"][1] in asked and person.smoker is not None:
        status = known.clinical[q.flow.chart["smoking"][0]]
        latest = next((m for m in measurements_of(q.profile.measurements, status) if m.answer.codings), None)
        told = "yes" if person.smoker else "no"
        yield InputUsed("smoking", told, "", dated(latest.effective) if latest else "", latest.origin if latest else "")
    if q.flow.clot_input in asked and person.clot:
        names = [known.clinical[name] for name in q.flow.chart["clot"]]
        entry = next((c for name in names for c in conditions_of(q.profile.conditions, name, "active")), None)
        yield InputUsed(
            known.inputs[q.flow.clot_input].label, "yes", "", dated(entry.began) if entry else "", entry.origin if entry else ""
        )


def dated(stated: str) -> str:
    """An ISO day; "" for anything else."""
    day = day_of(stated)
    return day.isoformat() if day is not None else ""


def _entry(medicine: MedicineInput, q: DosingQuestion) -> str:
    """The first entry of the chart or draft that names it."""
    each: tuple[Medication | Order, ...] = (*q.profile.medications, *q.profile.orders)
    for held in each:
        if any(drug.key in medicine.drugs for drug, _ in ingredients(held, q.knowledge.drugs).drugs):
            return held.origin
    return ""


def in_words(used: tuple[InputUsed, ...]) -> str:
    """ "age 65 years, body height 170 cm (2026-11-01)". Entries of the chart are for machines: their ids may be anything."""
    return ", ".join(_told(one) for one in used)


def _told(one: InputUsed) -> str:
    value = " ".join(filter(None, (one.name, one.value, {"a": "years"}.get(one.unit, one.unit))))
    return f"{value} ({one.as_of})" if one.as_of else value
