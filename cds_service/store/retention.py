"""Takes out what is older than a tenant keeps it: feedback, shown cards and used tokens wholly, of an audit entry its details.

An entry's place, columns, digest and link stay, so that the chain still holds; one entry "purged" says what was taken out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cds_service.store.entries import ticks

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVENT = "purged"
BATCH = 1000  #: entries that are emptied in one transaction, so that calls need not wait long


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was taken out."""

    before: Mapping[str, datetime]  #: by tenant: entries of before that moment were emptied
    emptied: int = 0
    feedback: int = 0
    shown: int = 0
    tokens: int = 0

    def details(self) -> dict[str, Any]:
        """For the entry: JSON values."""
        counts = {"emptied": self.emptied, "feedback": self.feedback, "shown": self.shown, "tokens": self.tokens}
        return {"before": {tenant: moment.isoformat() for tenant, moment in self.before.items()}, **counts}

    def __bool__(self) -> bool:
        return bool(self.emptied or self.feedback or self.shown or self.tokens)


def drop(connection: Connection, retention: Mapping[str, int], now: datetime) -> Purged:
    """Delete rows that are too old, and count the entries that are to be emptied. `retention`: days, by tenant."""
    from sqlalchemy import delete, func, select

    from cds_service.store.tables import AUDIT, FEEDBACK, JTI, SHOWN

    before: dict[str, datetime] = {}
    counts = {"emptied": 0, "feedback": 0, "shown": 0}
    for tenant, days in retention.items():
        moment = now - timedelta(days=days)
        seconds = int(moment.timestamp())
        old = connection.execute(select(func.count()).where(*_too_old(AUDIT, tenant, moment))).scalar_one()
        if old:
            before[tenant] = moment
        counts["emptied"] += old
        counts["feedback"] += connection.execute(delete(FEEDBACK).where(FEEDBACK.c.tenant == tenant, FEEDBACK.c.received < moment)).rowcount
        counts["shown"] += connection.execute(delete(SHOWN).where(SHOWN.c.tenant == tenant, SHOWN.c.shown_at < seconds)).rowcount
    tokens = connection.execute(delete(JTI).where(JTI.c.until < int(now.timestamp()))).rowcount
    return Purged(before, **counts, tokens=tokens)


def empty(connection: Connection, purged: Purged, seq: int) -> bool:
    """Empty some of the entries that `purged`, the entry at `seq`, speaks of; whether there may be more."""
    from sqlalchemy import select, update

    from cds_service.store.tables import AUDIT

    done = 0
    for tenant, moment in purged.before.items():
        old = select(AUDIT.c.seq).where(*_too_old(AUDIT, tenant, moment), AUDIT.c.seq < seq).limit(BATCH - done)
        some = list(connection.execute(old).scalars())
        if some:
            connection.execute(update(AUDIT).where(AUDIT.c.seq.in_(some)).values(body=None, profile=None))
        done += len(some)
        if done == BATCH:
            return True
    return False


def _too_old(audit: Any, tenant: str, moment: datetime) -> tuple[Any, ...]:
    """What purges said stays for ever: it tells that nothing of theirs is missing."""
    return audit.c.tenant == tenant, audit.c.at < ticks(moment), audit.c.body.is_not(None), audit.c.event != EVENT
