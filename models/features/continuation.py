"""For how long the patient has taken an ordered medicine, at the ordered dose or a higher one. Not whether it did them good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from models.features.ingredients import ingredients
from models.knowledge.types import Drugs
from models.patient import Dosage, Medication, Order, PatientProfile

MASS = frozenset({"ng", "ug", "mg", "g"})  #: UCUM; amounts in tablets are the same for the same product only


def continued_days(profile: PatientProfile, rxnorm: str, drugs: Drugs) -> int:
    """Days since an active medicine of the chart with this ingredient was first ordered; 0 where that is not sure.

    It counts only if its daily dose covers that of every selected order of the ingredient: a higher dose is new. A
    dose that is not said covers nothing, and is covered by nothing.
    """
    ordered = [order for order in profile.orders if order.selected and _route(order, rxnorm, drugs) is not None]
    found = [
        days
        for taken in profile.medications
        if taken.active
        and not (taken.ended and taken.ended < profile.as_of.isoformat())  # a supply that ran out on a list that nobody tidied
        and (days := _days(taken.began, profile.as_of)) > 0
        and ordered
        and all(_covers(taken, order, rxnorm, drugs) for order in ordered)
    ]
    return max(found, default=0)


def _days(began: str, as_of: date) -> int:
    """A partial date is taken at its latest."""
    year, month, day = [*(int(part) if part.isdigit() else 0 for part in began[:10].split("-")), 0, 0, 0][:3]
    try:
        if not year:
            return 0
        if not month:
            return (as_of - date(year, 12, 31)).days
        if not day:
            return (as_of - (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1))).days
        return (as_of - date(year, month, day)).days
    except ValueError:
        return 0


def _covers(taken: Medication, order: Order, rxnorm: str, drugs: Drugs) -> bool:
    by, under = _route(order, rxnorm, drugs), _route(taken, rxnorm, drugs)
    if under is None or (by and under and by != under):
        return False
    same_product = bool({(c.system, c.code) for c in taken.medication.codings} & {(c.system, c.code) for c in order.medication.codings})
    had, wanted = _daily(taken.dosages), _daily(order.dosages)
    if had is None or wanted is None or had[1] != wanted[1] or not (same_product or had[1] in MASS):
        return False
    return taken.dosages == order.dosages or sum(wanted[0]) <= min(had[0])


def _daily(dosages: Sequence[Dosage]) -> tuple[list[float], str] | None:
    """What each instruction gives in a day at most, and the unit; None where any leaves it open.

    Whether instructions add up or follow each other is not told apart: what was ordered is taken as their sum, what
    was taken as the least of them, unless they are the same.
    """
    units = {dosage.unit for dosage in dosages}
    amounts = [dosage.high * dosage.per_day for dosage in dosages if dosage.per_day is not None]
    return (amounts, units.pop()) if len(units) == 1 and len(amounts) == len(dosages) else None


def _route(medicine: Order | Medication, rxnorm: str, drugs: Drugs) -> str | None:
    """The route under which it holds the ingredient ("" when not known); None where it does not hold it."""
    return next((route for drug, route in ingredients(medicine, drugs).drugs if drug.rxnorm == rxnorm), None)
