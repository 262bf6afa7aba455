"""Dosage instructions of an order: how much each time, and how often a day. What cannot be read gives no Dosage, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.measurements import number_of, unit_of
from fhir_mappings.resource import concept_codes, mapping, mappings, text
from models.patient import Dosage

#: Timing.repeat.periodUnit in days
_DAYS: Mapping[str, float] = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1, "wk": 7, "mo": 30, "a": 365}
#: members of Timing.repeat that change how often "frequency per period" comes true
_BESIDE = ("frequencyMax", "periodMax", "dayOfWeek")
_ABBREVIATIONS = ("http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation", "http://terminology.hl7.org/CodeSystem/timing-abbreviation")
#: Timing.code: times a day
_A_DAY: Mapping[str, float] = {
    **dict.fromkeys(("QD", "AM", "PM", "BED"), 1.0),
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "QOD": 0.5,
    "WK": 1 / 7,
    "MO": 1 / 30,
    **{f"Q{hours}H": 24 / hours for hours in (1, 2, 3, 4, 6, 8)},
}


def dosages_of(resource: Resource) -> tuple[Dosage, ...]:
    """One Dosage for each instruction, in their order; () where any of them cannot be read: a part of a dose is no dose."""
    found = []
    for instruction in instructions_of(resource):
        amounts = _amounts(_dose(instruction))
        if amounts is None or instruction.get("modifierExtension"):
            return ()
        found.append(Dosage(*amounts, _per_day(mapping(instruction.get("timing")))))
    return tuple(found)


def instructions_of(resource: Resource) -> tuple[Mapping[str, Any], ...]:
    """Of a request, or of a statement, which names them otherwise."""
    return mappings(resource.get("dosageInstruction")) or mappings(resource.get("dosage"))


def _dose(instruction: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one dose of an instruction: where it stands beside its calculation, the ordered one. {} where it is not one."""
    stated = mappings(instruction.get("doseAndRate"))
    ordered = [d for d in stated if any(code == "ordered" for _, code in concept_codes(d.get("type")))] if len(stated) > 1 else stated
    return ordered[0] if len(ordered) == 1 else {}


def _amounts(dose: Mapping[str, Any]) -> tuple[float, float, str] | None:
    if dose.get("doseQuantity") and dose.get("doseRange"):
        return None
    if quantity := mapping(dose.get("doseQuantity")):
        if quantity.get("comparator"):
            return None
        low, high, units = number_of(quantity.get("value")), number_of(quantity.get("value")), {unit_of(quantity)}
    else:
        span = mapping(dose.get("doseRange"))
        ends = mapping(span.get("low")), mapping(span.get("high"))
        low, high, units = number_of(ends[0].get("value")), number_of(ends[1].get("value")), {unit_of(end) for end in ends}
    if low is None or high is None or len(units) != 1 or "" in units or not 0 <= low <= high:
        return None
    return low, high, units.pop()


def _per_day(timing: Mapping[str, Any]) -> float | None:
    """By Timing.repeat, else by Timing.code; None where neither says it plainly."""
    repeat = mapping(timing.get("repeat"))
    named = [repeat[name] for name in ("timeOfDay", "when") if repeat.get(name)]
    if any(repeat.get(name) is not None for name in _BESIDE) or any(_length(times) != repeat.get("frequency") for times in named):
        return None
    frequency, period, unit = number_of(repeat.get("frequency")), number_of(repeat.get("period")), text(repeat.get("periodUnit"))
    if frequency and period and frequency > 0 and period > 0 and unit in _DAYS:
        return frequency / (period * _DAYS[unit])
    said = {_A_DAY[code] for system, code in concept_codes(timing.get("code")) if system in _ABBREVIATIONS and code in _A_DAY}
    return said.pop() if len(said) == 1 and not repeat else None


def _length(times: Any) -> int:
    """How many times of the day are named: where that is not the frequency, one of both is wrong."""
    return len(times) if isinstance(times, list) else 1
