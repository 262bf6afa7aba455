"""Results that a report contains: what they take from it. It reads no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.provenance import effective, laboratory
from fhir_mappings.resource import kind, mappings, origin, text
from fhir_mappings.tables import reports
from models.patient import GeneResult

_PEOPLE = ("subject", "patient")


def observations_in(report: Resource) -> tuple[Mapping[str, Any], ...]:
    """The Observations that a report contains, each with the report's subject where it has none and beside its neighbours."""
    inside = mappings(report.get("contained")) if "contained" in report else ()
    whose = {name: report[name] for name in _PEOPLE if report.get(name)}
    found = [o for o in inside if kind(o) == "Observation"]
    return tuple({**o, **({} if any(o.get(name) for name in _PEOPLE) else whose), "contained": list(inside)} for o in found)


def origin_within(resource: Resource, report: Resource | None) -> str:
    """'DiagnosticReport/12#a' of the Observation 'a' that it contains."""
    own = text(resource.get("id")).removeprefix("#")
    return f"{origin(report or {})}#{own}" if own else origin(report or {})


def lent(result: GeneResult, resource: Resource, report: Resource) -> GeneResult:
    """The result under its name within the report, with the report's date and laboratory where it has none.

    A report that is not final yet keeps what it contains from being so.
    """
    name = origin(report)
    return replace(
        result,
        origin=origin_within(resource, report),
        derived_from=tuple(f"{name}{o}" if o.startswith("#") else o for o in result.derived_from),
        effective=result.effective or effective(report),
        laboratory=result.laboratory or laboratory(report),
        status=weaker(result.status, report_status(report)),
    )


def report_status(report: Resource) -> str:
    """The report's status as that of a result: 'partial' is preliminary, 'appended' amended; 'dropped' where nothing of it counts."""
    return reports().status.get(text(report.get("status")), "unknown")


def weaker(own: str, around: str) -> str:
    """The one of two statuses that promises less."""
    order = ("final", "corrected", "amended", "preliminary", "registered", "unknown", "dropped")
    return max(own, around, key=lambda s: order.index(s) if s in order else len(order))
