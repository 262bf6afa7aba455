"""Keeps feedback, once each. What it can keep neither in the database nor in the spool is an error, never silence."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cds_service.errors import StoreUnavailable
from cds_service.store.items import Item
from cds_service.store.journal import Journal
from cds_service.store.opened import Opened
from cds_service.store.salt import insert_new
from cds_service.store.sealing import Sealing

if TYPE_CHECKING:
    from sqlalchemy import Connection

KIND = "feedback"  #: of records in the journal
_PART = 500  #: rows in one record


@dataclass(frozen=True, slots=True)
class Kept:
    """`new`: what was not kept before; all of it where the database could not be asked and it was spooled."""

    new: tuple[Item, ...]
    spooled: bool = False


class FeedbackStore:
    """Opened on first use: SQLAlchemy takes longer to import than a call takes to answer.

    `comment_key`: Fernet keys separated by commas, of which the first one encrypts. `journal`: where feedback waits for the database.
    """

    def __init__(self, url: str, comment_key: str = "", busy_ms: int = 1000, journal: Journal | None = None) -> None:
        self._database, self._sealing, self._journal = Opened(url, busy_ms), Sealing(comment_key), journal
        if journal is not None:
            journal.register(KIND, _insert)

    def record(self, tenant: str, service: str, items: Sequence[Item], received: datetime) -> int:
        """As `keep`; the number of new rows."""
        return len(self.keep(tenant, service, items, received))

    def take(self, tenant: str, service: str, items: Sequence[Item], received: datetime) -> Kept:
        """As `keep`; into the spool where the database does not answer. Raises StoreUnavailable where neither can be written."""
        try:
            return Kept(self.keep(tenant, service, items, received))
        except StoreUnavailable:
            if self._journal is None:
                raise
        rows = [_spoolable(self._row(tenant, service, item, received)) for item in items]
        for start in range(0, len(rows), _PART):
            self._journal.spool(KIND, {"rows": rows[start : start + _PART]})
        return Kept(tuple(items), spooled=True)

    def keep(self, tenant: str, service: str, items: Sequence[Item], received: datetime) -> tuple[Item, ...]:
        """Store what is not stored yet, and give it back. Raises StoreUnavailable; then nothing of the batch is kept."""
        from sqlalchemy.exc import SQLAlchemyError

        from cds_service.store.tables import FEEDBACK

        rows = [self._row(tenant, service, item, received) for item in items]
        try:
            with self._database.engine().begin() as connection:
                insert = insert_new(connection, FEEDBACK).returning(FEEDBACK.c.id)  # row counts they do not give alike
                return tuple(item for item, row in zip(items, rows, strict=True) if connection.execute(insert, row).first() is not None)
        except (SQLAlchemyError, OSError, ImportError):
            raise StoreUnavailable(
                "The feedback store cannot be written now, so nothing of this batch was kept. Send it again later."
            ) from None

    def reachable(self) -> bool:
        from sqlalchemy import select
        from sqlalchemy.exc import SQLAlchemyError

        from cds_service.store.tables import FEEDBACK

        try:
            with self._database.engine().connect() as connection:
                connection.execute(select(FEEDBACK.c.id).limit(1))  # a table, since a file may open and be something else
            return True
        except (SQLAlchemyError, OSError, ImportError, StoreUnavailable):
            return False

    def close(self) -> None:
        """Give back the database's connections; a later call opens them again."""
        self._database.close()

    def _row(self, tenant: str, service: str, item: Item, received: datetime) -> dict[str, Any]:
        return {
            "tenant": tenant,
            "service": service,
            "card": item.card,
            "outcome": item.outcome,
            "timestamp": item.timestamp,
            "skewed": item.skewed,
            "suggestions": json.dumps(item.suggestions),
            "reason_system": item.reason_system,
            "reason_code": item.reason_code,
            "reason_display": item.reason_display,
            "comment": self._sealed(item.comment),
            "comment_withheld": bool(item.comment) and not self._sealing,
            "received": received,
        }

    def _sealed(self, comment: str) -> bytes | None:
        return self._sealing.seal(comment.encode()) if comment and self._sealing else None


def _spoolable(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON values."""
    comment = row["comment"]
    return {**row, "received": row["received"].isoformat(), "comment": base64.b64encode(comment).decode() if comment else None}


def _insert(connection: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Of the journal."""
    from cds_service.store.tables import FEEDBACK

    rows = [
        {
            **row,
            "received": datetime.fromisoformat(row["received"]),
            "comment": base64.b64decode(row["comment"]) if row["comment"] else None,
        }
        for record in records
        for row in record["rows"]
    ]
    connection.execute(insert_new(connection, FEEDBACK), rows)
