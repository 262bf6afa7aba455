"""The store's own random keys, for where the operator sets none, and the INSERT that passes over what is there already."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

HASHES, AUDIT = 1, 2  #: rows


def salt(connection: Connection, row: int) -> bytes:
    """Made on first use. Of two processes that start at once, both take the one that was kept first."""
    from sqlalchemy import select

    from cds_service.store.tables import SALT

    found = select(SALT.c.value).where(SALT.c.id == row)
    if (known := connection.execute(found).scalar()) is None:
        connection.execute(insert_new(connection, SALT), {"id": row, "value": secrets.token_bytes(32)})
        known = connection.execute(found).scalar_one()
    return bytes(known)


def insert_new(connection: Connection, table: Any) -> Any:
    """INSERT that passes over a row which is there already; both databases spell it alike, in their own dialect."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table).on_conflict_do_nothing()
