"""The input `measurements`: laboratory values and vital signs that rules ask for, with their units as reported."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from fhir_mappings.inputs import SPECIMENS, Input, Read, Resource
from fhir_mappings.provenance import effective
from fhir_mappings.resource import canonical, choice, concept, kind, latest, mapping, mappings, origin, text
from fhir_mappings.tables import spellings
from models.codes import LOINC, Concept
from models.knowledge.clinical_types import Use
from models.knowledge.types import Knowledge
from models.patient import Gap, Measurement

UCUM = "http://unitsofmeasure.org"
FINAL = frozenset({"final", "amended", "corrected"})
RULES: tuple[Use, ...] = ("rules",)
#: Observations that hold a value in a component and bear a code of their own: a search for the value's code does not find them
PANELS: Mapping[str, tuple[str, ...]] = {"8480-6": ("85354-9", "55284-4"), "8462-4": ("85354-9", "55284-4")}


def measurements_input(knowledge: Knowledge, uses: Collection[Use] = RULES) -> Input:
    """The input whose search asks for every LOINC code of the clinical names of these uses."""
    return _asking(loinc_codes(knowledge, uses))


def measurements_by_name(knowledge: Knowledge, names: Collection[str]) -> Input:
    """The same, for these clinical names alone."""
    return _asking(sorted({code for name in names for system, code in knowledge.clinical[name].codes if system == LOINC}))


def _asking(own: Sequence[str]) -> Input:
    codes = sorted({*own, *(panel for code in own for panel in PANELS.get(code, ()))})
    return Input(
        "measurements",
        observations_query(codes),
        "Observation",
        read_measurements,
        codes=frozenset((name, code) for code in codes for name in spellings(LOINC)),
        beside=SPECIMENS,
        on_demand=True,
    )


def loinc_codes(knowledge: Knowledge, uses: Collection[Use], names: Collection[str] = ()) -> list[str]:
    asked = (name for name in knowledge.clinical.values() if name.use in uses or name.id in names)
    return sorted({code for name in asked for system, code in name.codes if system == LOINC})


def observations_query(codes: Sequence[str]) -> str:
    return f"Observation?patient={{{{context.patientId}}}}&code={','.join(f'{LOINC}|{code}' for code in codes)}&_count=200"


def read_measurements(resources: Sequence[Resource]) -> Read:
    """One Measurement for each final value; what has no value that can be read becomes a Gap, once for each code."""
    found: list[Measurement] = []
    told: dict[Concept, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Observation"]):
        if text(resource.get("status")) not in FINAL or (resource.get("hasMember") and not choice(resource, "value")):
            continue  # a panel's members are Observations of their own
        own = [] if resource.get("dataAbsentReason") else [("", resource)]
        parts = [("Observation.component", c) for c in mappings(resource.get("component")) if not c.get("dataAbsentReason")]
        # a panel has its values in its components and none of its own
        for element, holder in (*(own if not parts or choice(resource, "value") else ()), *parts):
            measured = _measurement(resource, holder, element)
            if measured is None:
                gap = Gap("measurements", "not_understood", "a measurement has no single value that can be read", origin(resource))
                told.setdefault(concept(holder.get("code")), gap)
            else:
                found.append(measured)
    return Read(tuple(found), tuple(told.values()))


def _measurement(resource: Resource, holder: Mapping[str, Any], element: str) -> Measurement | None:
    """The value of an Observation, or of one of its components; None where there is no single one."""
    stated = choice(holder, "value")
    read = _value(*stated[0]) if len(stated) == 1 else None
    if read is None:
        return None
    value, unit, comparator, answer = read
    at = effective(resource)
    low, high = _reference(holder, unit)
    return Measurement(
        concept(holder.get("code")),
        value,
        unit,
        comparator,
        answer,
        at[:10],
        origin(resource),
        at,
        text(resource.get("status")) != "final",
        low,
        high,
        tuple(code.code for stated in mappings(holder.get("interpretation")) for code in concept(stated).codings),
        element,
    )


def _reference(holder: Mapping[str, Any], unit: str) -> tuple[float | None, float | None]:
    """The one reference range, where it is in the value's own unit; several are for several kinds of people."""
    ranges = mappings(holder.get("referenceRange"))
    if len(ranges) != 1:
        return None, None
    low, high = (mapping(ranges[0].get(end)) for end in ("low", "high"))
    ends = [number_of(end.get("value")) if unit_of(end) in (unit, "") else None for end in (low, high)]
    return ends[0], ends[1]


def _value(name: str, raw: Any) -> tuple[float | None, str, str, Concept] | None:
    """(number, unit, comparator, answer) of one value[x]; None where it is none of those. A number in words stays words."""
    if name == "valueQuantity":
        quantity = mapping(raw)
        number = number_of(quantity.get("value"))
        return None if number is None else (number, unit_of(quantity), text(quantity.get("comparator")), Concept())
    if name == "valueInteger" and (number := number_of(raw)) is not None:
        return number, "", "", Concept()
    if name == "valueDateTime":
        return (None, "", "", Concept(text=text(raw))) if text(raw) else None
    answer = concept(raw) if name in ("valueCodeableConcept", "valueString") else Concept()
    return (None, "", "", answer) if answer else None


def number_of(raw: Any) -> float | None:
    """A JSON number; nothing for words, booleans and what is not finite."""
    if isinstance(raw, bool | str):
        return None
    try:
        number = float(raw)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def unit_of(quantity: Any) -> str:
    """The UCUM code, else the unit as written. A code of another system is none of UCUM: there "g" may be anything."""
    stated = mapping(quantity)
    code = text(stated.get("code")) if canonical(stated.get("system")) in ("", UCUM) else ""
    return code or text(stated.get("unit"))
