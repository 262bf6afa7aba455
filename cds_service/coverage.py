"""The public contract `org.precision-hooks.coverage`: what was looked at, and what was not and why."""

from __future__ import annotations

from typing import Any

from models.finding import Assessment, Finding

COVERAGE = "org.precision-hooks.coverage"  #: name of the extension
LONGEST = 500  #: characters of one text; some quote what was reported, which may be a whole report
#: outcomes of a rule that had what it needed
LOOKED = ("fired", "silent", "deferred", "referred", "overridden", "shown before", "tolerated", "site policy")
#: there may be advice, and it is not shown now
WITHHELD = ("referred", "overridden", "shown before", "tolerated", "recipient", "off", "shadow", "site policy")


def subjects(finding: Finding) -> tuple[str, ...]:
    """What coverage calls it: the drug with each gene, or with the label whose rule needs none."""
    named = [gene.gene for gene in finding.genes] or [f"{said.source} label" for said in finding.recommendations[:1]] or [finding.kind]
    named = [finding.kind] if finding.kind == "care-plan" and not finding.genes else named
    return tuple(f"{finding.drug.name}–{name}" for name in named)


def coverage_extension(found: Assessment, knowledge: str, software: str, policy: str = "") -> dict[str, Any]:
    """`checked`, `withheld` and `notChecked` are left out when empty; knowledge digest and software version never are.

    `policy` is the digest of what the site decided for itself, "" where it decided nothing.
    """
    checked = list(dict.fromkeys(c.subject for c in found.checked if c.outcome in LOOKED))
    gaps = [{"subject": _capped(g.subject), "reason": g.reason, "because": _capped(g.because)} for g in found.gaps]
    held = [{"subject": c.subject, "outcome": c.outcome, "because": c.because} for c in found.checked if c.outcome in WITHHELD]
    lists = {"checked": checked, "withheld": held, "notChecked": gaps}
    own = {"policy": policy} if policy else {}
    return {name: listed for name, listed in lists.items() if listed} | {"knowledge": knowledge, **own, "version": software}


def _capped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
