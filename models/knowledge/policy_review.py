"""Which rows of a site's files must be read again, and why. A row that is due stays in force until its owner changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from models.knowledge.policy_rows import advice_of, can_kill, digest_of, unmet
from models.knowledge.policy_types import Policy, Rule
from models.knowledge.reviewed_rows import Reviewed
from models.knowledge.types import Knowledge

FIRST = "000000000000"  #: what a new row writes as `upstream`


def due(policy: Policy, knowledge: Knowledge, today: date) -> tuple[str, ...]:
    """One sentence for each reason; () when nothing is due."""
    lines = [line for rule in policy.rules for line in _of_rule(rule, knowledge)]
    rows = [(f"{rule.place} ({rule.drug.name})", rule.reviewed) for rule in policy.rules]
    rows += [(f"{row.place} ({row.drug.name})", row.reviewed) for row in policy.order_codes.values()]
    return (*lines, *overdue(rows, today))


def overdue(rows: Iterable[tuple[str, Reviewed]], today: date) -> Iterator[str]:
    """Rows whose day has passed."""
    for place, reviewed in rows:
        if reviewed.review_by < today:
            yield f"{place}: to be reviewed by {reviewed.review_by}, which has passed; {reviewed.owner} answers for it"


def _of_rule(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    place, advice, now = f"{rule.place} ({rule.drug.name})", advice_of(rule, knowledge), digest_of(rule, knowledge)
    lost = [f"'{name}'" for name in unmet(rule, knowledge)]
    if not advice:
        missing = f"; not found: {', '.join(lost)}" if lost else ""
        yield f"{place}: matches no shipped advice, so it does nothing{missing}; correct or remove it"
        return
    if lost:
        yield f"{place}: no shipped advice has {', '.join(lost)}; correct or remove the name"
    if rule.upstream != now:
        words = (
            "was not yet written against shipped rows"
            if rule.upstream == FIRST
            else "was written against other rows than those shipped now"
        )
        yield f'{place}: {words}; it holds as it is. Read the rows, then write upstream = "{now}" (it says "{rule.upstream}")'
    if (rule.off or rule.indicator is not None) and can_kill(advice) and not rule.approved:
        yield f"{place}: may meet what can kill, which then stays critical; name two different people in approved_by, or narrow the rule"
