"""Keeps feedback, once each. What it cannot keep is an error, never silence."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cds_service.errors import StoreUnavailable
from cds_service.store.items import Item
from cds_service.store.opened import Opened


class FeedbackStore:
    """Opened on first use: SQLAlchemy takes longer to import than a call takes to answer."""

    def __init__(self, url: str, comment_key: str = "", busy_ms: int = 1000) -> None:
        self._database, self._key = Opened(url, busy_ms), comment_key

    def record(self, tenant: str, service: str, items: Sequence[Item], received: datetime) -> int:
        """As `keep`; the number of new rows."""
        return len(self.keep(tenant, service, items, received))

    def keep(self, tenant: str, service: str, items: Sequence[Item], received: datetime) -> tuple[Item, ...]:
        """Store what is not stored yet, and give it back. Raises StoreUnavailable; then nothing of the batch is kept."""
        from sqlalchemy.exc import SQLAlchemyError

        rows = [self._row(tenant, service, item, received) for item in items]
        try:
            with self._database.engine().begin() as connection:
                insert = _insert(connection.dialect.name)
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
        except (SQLAlchemyError, OSError, ImportError):
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
            "comment_withheld": bool(item.comment) and not self._key,
            "received": received,
        }

    def _sealed(self, comment: str) -> bytes | None:
        if not comment or not self._key:
            return None
        from cryptography.fernet import Fernet

        return Fernet(self._key).encrypt(comment.encode())


def _insert(dialect: str) -> Any:
    """INSERT that skips a row which is there already and returns the id of one that was not.

    Both databases spell it alike but keep it in their own dialect; row counts they do not give alike.
    """
    from cds_service.store.tables import FEEDBACK

    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(FEEDBACK).on_conflict_do_nothing().returning(FEEDBACK.c.id)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(FEEDBACK).on_conflict_do_nothing().returning(FEEDBACK.c.id)
