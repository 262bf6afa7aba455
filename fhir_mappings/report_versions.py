"""Which of several reports are in force: withdrawn ones are not, nor what an amended one replaced. It reads no result."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.contained import report_status
from fhir_mappings.inputs import Resource
from fhir_mappings.resource import concept_codes, latest, mappings, text

_AMENDING = ("amended", "corrected")


def in_force(reports: Sequence[Resource]) -> list[Resource]:
    """Neither withdrawn nor replaced: by a newer version, or by an amended report of the same number and code."""
    newest = [r for r in latest(reports) if report_status(r) != "dropped"]
    amending = [r for r in newest if report_status(r) in _AMENDING and _numbers(r)] if len(newest) > 1 else []
    return [r for r in newest if not any(_replaces(other, r) for other in amending)]


def _replaces(newer: Resource, older: Resource) -> bool:
    """The same laboratory's number for the same kind of report, and issued later by both dates."""
    same = bool(_numbers(newer) & _numbers(older)) and not set(concept_codes(newer.get("code"))).isdisjoint(
        concept_codes(older.get("code"))
    )
    return same and newer is not older and "" < _issued(older) < _issued(newer)


def _numbers(report: Resource) -> frozenset[tuple[str, str]]:
    named = ((text(i.get("system")), text(i.get("value"))) for i in mappings(report.get("identifier")))
    return frozenset((system, value) for system, value in named if system and value)


def _issued(report: Resource) -> str:
    return text(report.get("issued"))
