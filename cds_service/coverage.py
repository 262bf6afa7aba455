"""The public contract `org.precision-hooks.coverage`: what was looked at, and what was not and why."""

from __future__ import annotations

from typing import Any

from models.finding import Assessment

LONGEST = 500  #: characters of one text; some quote what was reported, which may be a whole report
LOOKED = ("fired", "silent", "deferred", "overridden", "shown before", "tolerated")  #: outcomes of a rule that had what it needed
WITHHELD = ("overridden", "shown before", "tolerated", "recipient", "off", "shadow")  #: there may be advice, and it is not shown now


def coverage_extension(found: Assessment, knowledge: str, software: str) -> dict[str, Any]:
    """`checked`, `withheld` and `notChecked` are left out when empty; knowledge digest and software version never are."""
    checked = list(dict.fromkeys(c.subject for c in found.checked if c.outcome in LOOKED))
    gaps = [{"subject": _capped(g.subject), "reason": g.reason, "because": _capped(g.because)} for g in found.gaps]
    held = [{"subject": c.subject, "outcome": c.outcome, "because": c.because} for c in found.checked if c.outcome in WITHHELD]
    lists = {"checked": checked, "withheld": held, "notChecked": gaps}
    return {name: listed for name, listed in lists.items() if listed} | {"knowledge": knowledge, "version": software}


def _capped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
