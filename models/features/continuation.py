"""For how long the patient has taken an ordered medicine, at the ordered dose or a higher one. Not whether it did them good."""

from __future__ import annotations

from models.features.circumstances import MG, days_since
from models.features.ingredients import ingredients
from models.knowledge.types import Drugs
from models.patient import Medication, Order, PatientProfile
from models.units import convert


def continued_days(profile: PatientProfile, key: str, drugs: Drugs) -> int:
    """Days since an active medicine of the chart with this ingredient was first ordered; 0 where that is not sure.

    It counts only if its daily dose covers that of every selected order of the ingredient: a higher dose is new. A
    dose that is not said covers nothing, and is covered by nothing.
    """
    ordered = [order for order in profile.orders if order.selected and _route(order, key, drugs) is not None]
    found = [
        days
        for taken in profile.medications
        if taken.active
        and not (taken.ended and taken.ended < profile.as_of.isoformat())  # a supply that ran out on a list that nobody tidied
        and (days := days_since(taken.began, profile.as_of))
        and ordered
        and all(_covers(taken, order, key, drugs) for order in ordered)
    ]
    return max(found, default=0)


def _covers(taken: Medication, order: Order, key: str, drugs: Drugs) -> bool:
    wanted_by, had_by = _route(order, key, drugs), _route(taken, key, drugs)
    if had_by is None or (wanted_by and had_by and wanted_by != had_by):
        return False
    had, wanted = _daily(taken, drugs), _daily(order, drugs)
    if had is None or wanted is None:
        return False
    return taken.dosages == order.dosages or sum(wanted) <= min(had)


def _daily(medicine: Order | Medication, drugs: Drugs) -> list[float] | None:
    """What each instruction gives in a day at most, in mg; None where any leaves it open, or it is a combination product's.

    Whether instructions add up or follow each other is not told apart: what was ordered is taken as their sum, what
    was taken as the least of them, unless they are the same. What a number of tablets holds is not known.
    """
    each = [convert(dosage.high, dosage.unit, MG) for dosage in medicine.dosages]
    amounts = [mg * d.per_day for mg, d in zip(each, medicine.dosages, strict=True) if mg is not None and d.per_day is not None]
    if not amounts or len(amounts) != len(medicine.dosages):
        return None
    read = ingredients(medicine, drugs)
    return amounts if len(read.drugs) == 1 and not read.gaps else None


def _route(medicine: Order | Medication, key: str, drugs: Drugs) -> str | None:
    """The route under which it holds the ingredient ("" when not known); None where it does not hold it."""
    return next((route for drug, route in ingredients(medicine, drugs).drugs if drug.key == key), None)
