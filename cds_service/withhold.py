"""What is not said now: advice of another hook, and what was said or overridden before. Pure; it moves findings, it never drops them.

Rules: decisions.md, "Repeats, tolerance, recipients". A card that is louder than the remembered one is always shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args

from cds_service.coverage import subjects
from cds_service.overrides import REASONS
from cds_service.remembered import Memory, Shown, family
from cds_service.service import Service
from models.finding import Assessment, Checked, Finding, Urgency

OVERRIDE_HOLDS = timedelta(days=365)  #: of warning and info, for the same facts
TEST_ASKED = timedelta(days=90)  #: one card that asks for a test, for each patient and drug
#: without an encounter an order's id cannot be trusted for longer to mean this very order: clients use fixed ids for drafts
SAME_ORDER = timedelta(days=1)
_LOUD = get_args(Urgency)  #: the loudest first

Why = tuple[str, str]  #: an outcome of `Checked`, and its `because`


def withhold(found: Assessment, service: Service, memory: Memory | None = None) -> Assessment:
    """Findings that are not told now become `checked`, each with its reason."""
    shown: list[Finding] = []
    held: list[Checked] = []
    for finding in found.findings:
        why = _why_not(finding, service, memory or Memory())
        if why is None:
            shown.append(finding)
        else:
            held += [Checked(subject, *why) for subject in subjects(finding)]
    return Assessment(tuple(shown), found.gaps, (*found.checked, *held))


def _why_not(finding: Finding, service: Service, memory: Memory) -> Why | None:
    if service.speaks and not (finding.recommendations and finding.recommendations[0].action in service.speaks):
        return "deferred", "told when the order is signed"
    known = [row for row in memory.shown if _LOUD.index(row.indicator) <= _LOUD.index(finding.urgency)]
    same = [row for row in known if row.topic == finding.topic]
    return _overridden(finding, same, memory) or _asked(finding, known, service, memory) or _told(finding, same, service, memory)


def _overridden(finding: Finding, same: list[Shown], memory: Memory) -> Why | None:
    """A reason counts, a silent click does not."""
    reasoned = [(row.settled, row) for row in same if row.outcome == "overridden" and row.reason and row.settled]
    if finding.urgency == "critical":
        held = list(_for_these_orders(finding, reasoned, memory))
    else:
        held = [(settled, row) for settled, row in reasoned if memory.now - settled < OVERRIDE_HOLDS]
    if not held:
        return None
    settled, row = max(held, key=lambda pair: pair[0])
    reason = f" ({row.reason})" if row.reason in REASONS else ""
    return "overridden", f"overridden with a reason on {settled.date()}{reason}"


def _for_these_orders(finding: Finding, reasoned: list[tuple[datetime, Shown]], memory: Memory) -> Iterator[tuple[datetime, Shown]]:
    """The overrides, if they speak of each of the finding's orders, to the dose."""
    trusted = [(settled, row) for settled, row in reasoned if memory.encounter or memory.now - settled < SAME_ORDER]
    covered = frozenset[str]().union(*(row.orders for _, row in trusted))
    if finding.orders and not memory.nameless and all(memory.orders.get(order) in covered for order in finding.orders):
        yield from trusted


def _asked(finding: Finding, known: list[Shown], service: Service, memory: Memory) -> Why | None:
    """A test is asked for once. What is still on the screen of who is choosing stays there."""
    if finding.kind != "pre-test" or finding.urgency == "critical":
        return None
    asked = [row for row in known if row.family == family(finding) and memory.now - row.at < TEST_ASKED]
    if not asked or (service.redraws and any(_same_sitting(row, memory) for row in asked)):
        return None
    return "shown before", f"asked for on {max(row.at for row in asked).date()}"


def _same_sitting(row: Shown, memory: Memory) -> bool:
    return row.encounter == memory.encounter and (bool(memory.encounter) or row.at.date() == memory.now.date())


def _told(finding: Finding, same: list[Shown], service: Service, memory: Memory) -> Why | None:
    """Once in an encounter, but for what can kill. A suggestion that was accepted ended that decision; this is a new one."""
    if service.redraws or finding.urgency == "critical":
        return None
    if service.again_after:
        lately = [row.at for row in same if memory.now - row.at < timedelta(days=service.again_after)]
        return ("shown before", f"shown on {max(lately).date()}") if lately else None
    if not memory.encounter:
        return None
    told = [row.at for row in same if row.encounter == memory.encounter and row.outcome != "accepted"]
    return ("shown before", f"shown in this encounter on {max(told).date()}") if told else None
