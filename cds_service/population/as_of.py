"""A chart as it stood on an earlier day: what came later is taken away, what has ended since is put back. It interprets nothing else.

A model that is tried on charts of the past must not see what nobody could see then. What has no date at all stays: a call would see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.provenance import effective
from fhir_mappings.resource import choice, kind, mapping, mappings, text
from models.features.dates import days_of

_ENDED = frozenset({"completed", "stopped"})
_OVER = frozenset({"inactive", "remission", "resolved"})


def chart_on(resources: Iterable[Resource], index: date, taken_days: int) -> list[Resource]:
    """The resources that were there on `index`, as they stood."""
    stood = (_STOOD[kind(r)](r, index, taken_days) if kind(r) in _STOOD else r for r in resources)
    return [r for r in stood if r is not None]


def told_on(resource: Resource) -> str:
    """The ISO date, maybe partial, on which a resource was known; "" where it says none."""
    return next((day for day in _dates(resource) if day), "")


def _dates(resource: Resource) -> tuple[str, ...]:
    match kind(resource):
        case "Observation":
            return (effective(resource),)
        case "Condition":
            return text(resource.get("recordedDate")), started(resource, "onset")
        case "MedicationRequest":
            return (text(resource.get("authoredOn")),)
        case "MedicationStatement":
            return text(resource.get("dateAsserted")), started(resource, "effective")
        case "FamilyMemberHistory":
            return (text(resource.get("date")),)
    return ()


def started(resource: Mapping[str, Any], stem: str, end: str = "start") -> str:
    """The dateTime of a choice element, or one end of its Period."""
    for name, value in choice(resource, stem):
        if name == f"{stem}DateTime":
            return text(value)
        if name == f"{stem}Period":
            return text(mapping(value).get(end))
    return ""


def later(stated: str, index: date) -> bool:
    """May it lie after the day? A month or a year that holds the day may."""
    days = days_of(stated) if stated else None
    return days is not None and days[1] > index


def _dated(resource: Resource, index: date, _: int) -> Resource | None:
    return None if later(told_on(resource), index) else resource


def _condition(resource: Resource, index: date, taken_days: int) -> Resource | None:
    """A problem that has ended since was active then."""
    if _dated(resource, index, taken_days) is None:
        return None
    if not later(started(resource, "abatement"), index):
        return resource
    kept = {name: value for name, value in resource.items() if not name.startswith("abatement")}
    over = {text(c.get("code")) for c in mappings(mapping(kept.get("clinicalStatus")).get("coding"))} & _OVER
    return kept | {"clinicalStatus": {"coding": [{"code": "active"}]}} if over else kept


def _request(resource: Resource, index: date, taken_days: int) -> Resource | None:
    """An order that has ended since was in force, if its supply reached to that day, or if it was written not long before it."""
    if _dated(resource, index, taken_days) is None:
        return None
    supply = text(mapping(mapping(resource.get("dispenseRequest")).get("validityPeriod")).get("end"))
    return _in_force(resource, later(supply, index - timedelta(days=1)) if supply else _lately(told_on(resource), index, taken_days))


def _statement(resource: Resource, index: date, taken_days: int) -> Resource | None:
    if _dated(resource, index, taken_days) is None:
        return None
    end = started(resource, "effective", "end")
    return _in_force(resource, bool(end) and later(end, index - timedelta(days=1)))


def _in_force(resource: Resource, then: bool) -> Resource:
    return {**resource, "status": "active"} if then and text(resource.get("status")) in _ENDED else resource


def _lately(stated: str, index: date, days: int) -> bool:
    written = days_of(stated) if stated else None
    return written is not None and written[0] >= index - timedelta(days=days)


def _patient(resource: Resource, index: date, _: int) -> Resource:
    """Who has died since was alive then."""
    death = started(resource, "deceased")
    if death and not later(death, index):
        return resource
    return {name: value for name, value in resource.items() if not name.startswith("deceased")}


_STOOD: Mapping[str, Callable[[Resource, date, int], Resource | None]] = {
    "Patient": _patient,
    "Observation": _dated,
    "Condition": _condition,
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
    "FamilyMemberHistory": _dated,
}
