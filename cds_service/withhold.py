"""What is not said now: advice that belongs to another hook. Pure; it moves findings, it never drops them."""

from __future__ import annotations

from cds_service.service import Service
from models.finding import Assessment, Checked, Finding


def withhold(found: Assessment, service: Service) -> Assessment:
    """Findings whose action this service does not speak of become `checked` as deferred (decisions.md, "Repeats")."""
    kept = tuple(f for f in found.findings if _spoken(f, service))
    held = tuple(c for f in found.findings if not _spoken(f, service) for c in _deferred(f))
    return Assessment(kept, found.gaps, (*found.checked, *held))


def _spoken(finding: Finding, service: Service) -> bool:
    return not service.speaks or (bool(finding.recommendations) and finding.recommendations[0].action in service.speaks)


def _deferred(finding: Finding) -> tuple[Checked, ...]:
    return tuple(Checked(f"{finding.drug.name}–{g.gene}", "deferred", "told when the order is signed") for g in finding.genes)
