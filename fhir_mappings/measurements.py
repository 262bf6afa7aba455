"""The input `measurements`: laboratory values and vital signs that rules ask for, with their units as reported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.provenance import effective
from fhir_mappings.resource import canonical, choice, concept, kind, latest, mapping, origin, text
from fhir_mappings.tables import spellings
from models.codes import LOINC, Concept
from models.knowledge.types import Knowledge
from models.patient import Gap, Measurement

UCUM = "http://unitsofmeasure.org"
FINAL = frozenset({"final", "amended", "corrected"})


def measurements_input(knowledge: Knowledge) -> Input:
    """The input whose search asks for every LOINC code of a clinical name."""
    codes = sorted({code for name in knowledge.clinical.values() for system, code in name.codes if system == LOINC})
    query = ",".join(f"{LOINC}|{code}" for code in codes)
    return Input(
        "measurements",
        f"Observation?patient={{{{context.patientId}}}}&code={query}&_count=200",
        "Observation",
        read_measurements,
        codes=frozenset((name, code) for code in codes for name in spellings(LOINC)),
        on_demand=True,
    )


def read_measurements(resources: Sequence[Resource]) -> Read:
    """One Measurement for each final value; what has no value that can be read becomes a Gap, once for each code."""
    found: list[Measurement] = []
    told: dict[Concept, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "Observation"]):
        if text(resource.get("status")) not in FINAL or resource.get("dataAbsentReason"):
            continue
        stated = choice(resource, "value")
        read = _value(*stated[0]) if len(stated) == 1 else None
        if read is None:
            gap = Gap("measurements", "not_understood", "a measurement has no single value that can be read", origin(resource))
            told.setdefault(concept(resource.get("code")), gap)
            continue
        value, unit, comparator, answer = read
        found.append(
            Measurement(concept(resource.get("code")), value, unit, comparator, answer, effective(resource)[:10], origin(resource))
        )
    return Read(tuple(found), tuple(told.values()))


def _value(name: str, raw: Any) -> tuple[float | None, str, str, Concept] | None:
    """(number, unit, comparator, answer) of one value[x]; None where it is none of those."""
    if name == "valueQuantity":
        quantity = mapping(raw)
        number = number_of(quantity.get("value"))
        return None if number is None else (number, unit_of(quantity), text(quantity.get("comparator")), Concept())
    if name == "valueInteger" and (number := number_of(raw)) is not None:
        return number, "", "", Concept()
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
