"""Dosage instructions of an order: how much each time, and how often a day. What cannot be read gives no Dosage, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.measurements import number_of, unit_of
from fhir_mappings.resource import concept, mapping, mappings, text
from models.patient import Dosage

#: Timing.repeat.periodUnit in days
_DAYS: Mapping[str, float] = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1, "wk": 7, "mo": 30, "a": 365}
#: Timing.code (HL7 GTSAbbreviation): times a day
_A_DAY: Mapping[str, float] = {
    **dict.fromkeys(("QD", "AM", "PM", "BED"), 1.0),
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "QOD": 0.5,
    "WK": 1 / 7,
    **{f"Q{hours}H": 24 / hours for hours in (1, 2, 3, 4, 6, 8)},
}


def dosages_of(resource: Resource) -> tuple[Dosage, ...]:
    """One Dosage for each dose of each instruction, in their order."""
    found = []
    for instruction in mappings(resource.get("dosageInstruction")):
        per_day = _per_day(mapping(instruction.get("timing")))
        for dose in mappings(instruction.get("doseAndRate")):
            amounts = _amounts(dose)
            if amounts is not None:
                low, high, unit = amounts
                found.append(Dosage(low, high, unit, per_day))
    return tuple(found)


def _amounts(dose: Mapping[str, Any]) -> tuple[float, float, str] | None:
    if quantity := mapping(dose.get("doseQuantity")):
        low, high, units = number_of(quantity.get("value")), number_of(quantity.get("value")), {unit_of(quantity)}
    else:
        span = mapping(dose.get("doseRange"))
        ends = mapping(span.get("low")), mapping(span.get("high"))
        low, high, units = number_of(ends[0].get("value")), number_of(ends[1].get("value")), {unit_of(end) for end in ends}
    if low is None or high is None or len(units) != 1 or "" in units or not 0 <= low <= high:
        return None
    return low, high, units.pop()


def _per_day(timing: Mapping[str, Any]) -> float | None:
    """By Timing.repeat, else by Timing.code; None where neither says it."""
    repeat = mapping(timing.get("repeat"))
    frequency, period, unit = number_of(repeat.get("frequency")), number_of(repeat.get("period")), text(repeat.get("periodUnit"))
    if frequency and period and unit in _DAYS:
        return frequency / (period * _DAYS[unit])
    said = {_A_DAY[c.code] for c in concept(timing.get("code")).codings if c.code in _A_DAY}
    return said.pop() if len(said) == 1 and not repeat else None
