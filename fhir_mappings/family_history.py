"""The input `family`: conditions of relatives, as coded. None of them is ever the patient's. No order service reads it yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.measurements import number_of, unit_of
from fhir_mappings.resource import choice, concept, is_true, kind, latest, mapping, mappings, origin, text
from models.chart import FamilyHistory
from models.patient import Gap
from models.units import convert

UNSAID = "a relative is on file without saying who it is"
UNCODED = "a condition of a relative has no code, so no rule can know it"
UNKNOWN_HEALTH = "the family history says that a relative's health is not known"
PARTIAL = "a family history is marked as partial, so what it does not say is not known"
OLDEST = 120  #: years; beyond it an age is a slip of the pen


def read_family(resources: Sequence[Resource]) -> Read:
    """One FamilyHistory for each condition of each relative; a relative without conditions is kept as one without."""
    found: list[FamilyHistory] = []
    told: dict[str, Gap] = {}
    for resource in latest([r for r in resources if kind(r) == "FamilyMemberHistory"]):
        status = text(resource.get("status"))
        if status == "entered-in-error":
            continue
        own = _relative(resource)
        found += own
        wrong = {
            UNSAID: not concept(resource.get("relationship")),
            UNCODED: any(f.condition and not f.condition.codings for f in own),
            UNKNOWN_HEALTH: status == "health-unknown" or bool(resource.get("dataAbsentReason")),
            PARTIAL: status == "partial",
        }
        for because in (b for b, holds in wrong.items() if holds):
            told.setdefault(because, Gap("family", "not_understood", because, origin(resource)))
    return Read(tuple(found), tuple(told.values()))


def _relative(resource: Resource) -> list[FamilyHistory]:
    relationship, sex = concept(resource.get("relationship")), _sex(resource)
    deceased = _deceased(resource)
    conditions = [(concept(c.get("code")), _onset(c)) for c in mappings(resource.get("condition"))] or [(concept(None), None)]
    return [FamilyHistory(relationship, code, onset, deceased, sex, origin(resource)) for code, onset in conditions]


def _sex(resource: Resource) -> str:
    """R4 codes `sex`; before, `gender` was a bare code."""
    stated = concept(resource.get("sex")) or concept(resource.get("gender"))
    said = next((c.code for c in stated.codings), stated.text).lower()
    return said if said in ("male", "female", "other", "unknown") else ""


def _deceased(resource: Resource) -> bool | None:
    """True also where only the age or date of death is given."""
    stated = choice(resource, "deceased")
    if not stated:
        return None
    return any(is_true(value) if name == "deceasedBoolean" else bool(value) for name, value in stated)


def _onset(condition: Any) -> tuple[float, float] | None:
    """Ages in years; a date, words or an age that nobody reaches tell none."""
    for name, value in choice(mapping(condition), "onset"):
        if name == "onsetAge":
            ends = (value, value)
        elif name == "onsetRange":
            ends = (mapping(value).get("low"), mapping(value).get("high"))
        else:
            continue
        low, high = (_years(end) for end in ends)
        if low is not None and high is not None and 0 <= low <= high <= OLDEST:
            return low, high
    return None


def _years(quantity: Any) -> float | None:
    stated = mapping(quantity)
    number = number_of(stated.get("value"))
    return None if number is None or stated.get("comparator") else convert(number, unit_of(stated), "a")


FAMILY = Input("family", "FamilyMemberHistory?patient={{context.patientId}}&_count=200", "FamilyMemberHistory", read_family, on_demand=True)
