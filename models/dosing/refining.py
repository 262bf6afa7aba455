"""A new estimate from an early INR: what the chart must tell for it, and the dose. For patients in their first days of the drug alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.dosing.estimate import values_of
from models.dosing.question import DosingQuestion
from models.features.circumstances import MG
from models.features.dates import day_of
from models.features.ingredients import ingredients
from models.features.model_inputs import Known, read_inputs
from models.features.quantities import Quantity, quantity
from models.knowledge.model_types import Model, Value
from models.patient import Gap, Medication
from models.prediction.contract import Prediction, predict
from models.units import convert


@dataclass(frozen=True, slots=True)
class Refined:
    """A maintenance dose in the model's unit, with what it rests on."""

    model: Model
    prediction: Prediction
    values: Mapping[str, Value]
    inr: Quantity
    day: int  #: of treatment, on which the INR was taken
    doses: Mapping[str, float]  #: input → mg on that day
    absent: tuple[str, ...]  #: conditions that the chart leaves open, counted as absent, in words


def refined(q: DosingQuestion) -> Refined | Gap:
    """The dose, or the first reason why there is none. Whether the patient is one for whom equations were made is asked before."""
    use = q.flow.of("refined")
    if not use or any(gene not in q.genotype.keys for gene in q.flow.keys):
        return Gap(q.subject("genotype"), "not_tested", "it is taken already, and the estimate from an early INR needs the genotype")
    own = _treatment(q)
    if isinstance(own, Gap):
        return own
    start, taken = own
    inr = _inr(q, start)
    if isinstance(inr, Gap):
        return inr
    taken_on = day_of(inr.effective) or start
    doses = {name: _dose(taken, start, taken_on - timedelta(days=before)) for name, before in q.flow.predicting.refining.doses.items()}
    known = {name: dose for name, dose in doses.items() if dose is not None}
    if len(known) < len(doses):
        because = "which doses were taken on the days before the INR is not known: an order without a plain daily dose, or one that ended"
        return Gap(q.subject("doses"), "unavailable", because)
    model = q.knowledge.models[use[0].model]
    conditions, absent = _conditions(q)
    flags = frozenset(one.input for one in q.medicines)
    values = values_of(use[0], q.flow, q.person, q.genotype.keys, flags) | {q.flow.predicting.refining.inr: inr.value} | known | conditions
    found = predict(model, {name: value for name, value in values.items() if name in model.inputs})
    if not isinstance(found, Prediction):
        return Gap(q.subject(found[0].subject.rpartition("–")[2]), found[0].reason, f"no dose by {model.label}: {found[0].because}")
    return Refined(model, found, values, inr, (taken_on - start).days + 1, known, absent)


def _treatment(q: DosingQuestion) -> tuple[date, tuple[Medication, ...]] | Gap:
    """The first day, and the orders by which it is taken; a Gap where the chart does not tell one start."""
    own = {order.origin for order in q.profile.orders} - {""}
    held = [m for m in q.profile.medications if m.origin not in own and _is_it(m, q)]
    starts = {day_of(m.began) for m in held}
    start = min((day for day in starts if day is not None), default=None)
    if start is None or None in starts:
        return Gap(q.subject("start"), "unavailable", "it is taken already, and on which day it was started is not known")
    last = q.flow.predicting.refining.days[1] + q.flow.predicting.refining.fresh_days
    if any(not m.active for m in held) and (q.profile.as_of - start).days + 1 > last:
        return Gap(
            q.subject("start"), "out_of_range", "it was taken before: its dose is known, or was, and no starting equation is for that"
        )
    if (q.profile.as_of - start).days + 1 > last:
        because = "it is taken already: equations are for a start or its first days, afterwards the INR decides"
        return Gap(q.subject("start"), "out_of_range", because)
    return start, tuple(held)


def _is_it(medicine: Medication, q: DosingQuestion) -> bool:
    return any(drug == q.flow.drug for drug, _ in ingredients(medicine, q.knowledge.drugs).drugs)


def _inr(q: DosingQuestion, start: date) -> Quantity | Gap:
    """The latest INR, where it is of the days for which the refinement was made, and fresh."""
    how = q.flow.predicting.refining
    name = q.knowledge.clinical[how.inr]
    found = quantity(q.profile.measurements, name, q.profile.as_of, q.years)
    first, last = how.days
    if isinstance(found, Gap):
        return Gap(q.subject(name.label), found.reason, found.because, found.origin)
    wanted = f"an {name.label} of day {first} or {last} of treatment is needed for a new estimate"
    if found is None or found.comparator:
        return Gap(q.subject(name.label), "unavailable", wanted)
    taken = day_of(found.effective)
    if taken is None or not first <= (taken - start).days + 1 <= last:
        return Gap(q.subject(name.label), "unavailable", f"{wanted}; the latest on file is of another day")
    if (q.profile.as_of - taken).days > how.fresh_days:
        return Gap(q.subject(name.label), "out_of_range", f"the {name.label} on file is too old for a new estimate: doses were taken since")
    return found


def _dose(held: tuple[Medication, ...], start: date, day: date) -> float | None:
    """mg taken on a day by every order that ran then; None where it cannot be told. Before the start nothing was taken."""
    if day < start:
        return 0.0
    ran = [m for m in held if (day_of(m.began) or start) <= day]
    each = [_daily(m) for m in ran]
    return None if any(dose is None for dose in each) else sum(dose for dose in each if dose is not None)


def _daily(medicine: Medication) -> float | None:
    """One plain dose every day; None for a range, for several instructions, for what is not said, and for an order that ended."""
    if not medicine.active or len(medicine.dosages) != 1:
        return None
    (dosage,) = medicine.dosages
    each = convert(dosage.high, dosage.unit, MG)
    if each is None or dosage.low != dosage.high or dosage.per_day is None or dosage.per_day < 1:
        return None
    return each * dosage.per_day


def _conditions(q: DosingQuestion) -> tuple[dict[str, Value], tuple[str, ...]]:
    """What the problem list tells; what it leaves open counts as absent, and is told."""
    read = read_inputs(q.flow.predicting.refining.conditions, q.profile, q.knowledge)
    values: dict[str, Value] = {name: one.value if isinstance(one, Known) else 0.0 for name, one in read.items()}
    return values, tuple(q.knowledge.inputs[name].label for name, one in read.items() if isinstance(one, Gap))
