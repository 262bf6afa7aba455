"""Independent findings on one drug become one: the loudest leads, and what they rest on stands side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.finding import Finding, Urgency

LOUD: tuple[Urgency, ...] = ("critical", "warning", "info")


def one_finding(several: Sequence[Finding]) -> Finding:
    """One card for one drug: the highest urgency, a suggestion only where all agree (decisions.md, "How loud")."""
    lead, *rest = sorted(several, key=lambda finding: LOUD.index(finding.urgency))
    if not rest:
        return lead
    return replace(
        lead,
        genes=tuple(dict.fromkeys(gene for f in (lead, *rest) for gene in f.genes)),
        recommendations=tuple(said for f in (lead, *rest) for said in f.recommendations),
        evidence=tuple(dict.fromkeys(e for f in (lead, *rest) for e in f.evidence)),
        removable=all(f.removable for f in several),
        notes=tuple(dict.fromkeys(note for f in (lead, *rest) for note in f.notes)),
        gaps=tuple(dict.fromkeys(gap for f in (lead, *rest) for gap in f.gaps)),
        remarks=tuple(dict.fromkeys(remark for f in (lead, *rest) for remark in f.remarks)),
    )
