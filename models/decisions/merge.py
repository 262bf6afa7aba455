"""Independent findings on one drug become one: the loudest leads, and what they rest on stands side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.finding import Finding, Urgency

LOUD: tuple[Urgency, ...] = ("critical", "warning", "info")
ACTED_ON = "CPIC"


def one_finding(several: Sequence[Finding]) -> Finding:
    """One card for one drug: the highest urgency, a suggestion only where all agree (decisions.md, "How loud", "Which body wins").

    The loudest leads, so a label's stricter word does; among equals CPIC, which is acted on.
    """
    lead, *rest = sorted(several, key=lambda finding: (LOUD.index(finding.urgency), _body(finding) != ACTED_ON))
    if not rest:
        return lead
    removable = any(f.removable for f in several) and all(f.removable or _only_limits(f) for f in several)
    return replace(
        lead,
        tumour=next((f.tumour for f in (lead, *rest) if f.tumour is not None), None),
        condition=next((f.condition for f in (lead, *rest) if f.condition), ""),
        genes=tuple(dict.fromkeys(gene for f in (lead, *rest) for gene in f.genes)),
        recommendations=tuple(said for f in (lead, *rest) for said in f.recommendations),
        evidence=tuple(dict.fromkeys(e for f in (lead, *rest) for e in f.evidence)),
        removable=removable,
        replaceable=removable and all(f.replaceable for f in several if f.removable),
        notes=tuple(dict.fromkeys(note for f in (lead, *rest) for note in f.notes)),
        tests=tuple(dict.fromkeys(test for f in (lead, *rest) for test in f.tests)),
        gaps=tuple(dict.fromkeys(gap for f in (lead, *rest) for gap in f.gaps)),
        remarks=tuple(dict.fromkeys(remark for f in (lead, *rest) for remark in f.remarks)),
    )


def _body(finding: Finding) -> str:
    return finding.recommendations[0].source if finding.recommendations else ""


def _only_limits(finding: Finding) -> bool:
    """Does it say no more than how much is too much? Whoever takes another medicine complies with that."""
    doses = [said.dose for said in finding.recommendations]
    return bool(doses) and all(dose is not None and dose.low is None for dose in doses)
