"""The public contract `org.precision-hooks.coverage`: what was looked at, and what was not and why."""

from __future__ import annotations

from typing import Any

from models.finding import Assessment

LOOKED = ("fired", "silent", "deferred")  #: outcomes of a rule that had what it needed


def coverage_extension(found: Assessment, knowledge: str, software: str) -> dict[str, Any]:
    """`checked` and `notChecked` are left out when empty; knowledge digest and software version never are."""
    checked = list(dict.fromkeys(c.subject for c in found.checked if c.outcome in LOOKED))
    gaps = [{"subject": g.subject, "reason": g.reason, "because": g.because} for g in found.gaps]
    return (
        ({"checked": checked} if checked else {}) | ({"notChecked": gaps} if gaps else {}) | {"knowledge": knowledge, "version": software}
    )
