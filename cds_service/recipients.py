"""To whom cards are shown: to those who can act on an order. Roles within a practice are the client's to choose."""

from __future__ import annotations

from models.finding import Assessment, Checked

#: types of context.userId that are no prescribers; a hook without a user is asked by the client itself
NOT_PRESCRIBERS = frozenset({"Patient", "RelatedPerson"})
OUTCOME = "recipient"


def addressed(found: Assessment, user: str) -> Assessment:
    """`found` for a prescriber. For anybody else nothing of it, not even which medicines it speaks of."""
    if user.partition("/")[0] not in NOT_PRESCRIBERS:
        return found
    return Assessment(checked=(Checked("cards", OUTCOME, "cards are shown to prescribers only, and context.userId is none"),))
