"""Keeps the audit: entries are added to a chain, found again and proved whole. What an entry means is not known here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cds_service.audited import Entry
from cds_service.errors import StoreUnavailable
from cds_service.store import audit_rows as rows
from cds_service.store.chain import Break, Head, first_break, linked
from cds_service.store.entries import KIND, Line, columns_of, line_of, record_of, row_of, unplaced
from cds_service.store.journal import Journal
from cds_service.store.opened import Opened
from cds_service.store.retention import Purged, drop, empty
from cds_service.store.salt import AUDIT, salt

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain found: `broken` None means that every entry is the one that was written, in its place."""

    count: int
    head: Head
    broken: Break | None = None

    @property
    def ok(self) -> bool:
        return self.broken is None


class AuditLog:
    """`key`: of the chain; without it a random one is made and kept in the store, where whoever may write the store finds it too."""

    def __init__(self, url: str, key: str = "", busy_ms: int = 1000, journal: Journal | None = None) -> None:
        self._database, self._key = Opened(url, busy_ms, durable=True), key.encode()
        self._made: tuple[Engine, bytes] | None = None
        if journal is not None:
            journal.register(KIND, self.add)

    def append(self, entries: Iterable[Entry]) -> int:
        """Add entries that are not there yet, in this order, all or none; how many were new. Raises StoreUnavailable."""
        from cds_service.store.database import writing

        records = [record_of(entry) for entry in entries]
        with self._trying("written"), writing(self._database.engine()) as connection:
            return self.add(connection, records)

    def add(self, connection: Connection, records: Sequence[Mapping[str, Any]]) -> int:
        """As `append`, within a transaction of the caller's."""
        head = rows.locked_head(connection)
        fresh = {record["id"]: record for record in records}
        for known in rows.known(connection, list(fresh)):
            del fresh[known]
        if not fresh:
            return 0
        new, after = linked(self.key(connection), head, (unplaced(record) for record in fresh.values()))
        rows.insert(connection, [columns_of(row, record) for row, record in zip(new, fresh.values(), strict=True)], after)
        return len(new)

    def key(self, connection: Connection) -> bytes:
        """Of the chain."""
        if self._key:
            return self._key
        if self._made is None or self._made[0] is not connection.engine:
            self._made = connection.engine, salt(connection, AUDIT)
        return self._made[1]

    def entries(
        self,
        tenant: str | None = None,
        instance: str | None = None,
        event: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> tuple[Line, ...]:
        """The newest first. Who asks on somebody's behalf writes an entry "read". Raises StoreUnavailable."""
        with self._trying("read"), self._database.engine().connect() as connection:
            return tuple(line_of(row) for row in rows.newest(connection, tenant, instance, event, since, limit))

    def head(self) -> Head:
        """Where the audit ends: what an operator notes elsewhere. Raises StoreUnavailable."""
        with self._trying("read"), self._database.engine().connect() as connection:
            return rows.head(connection)

    def verify(self, noted: Head | None = None) -> Verified:
        """Walk the whole chain, as it is at this moment. Raises StoreUnavailable."""
        from cds_service.store.database import reading

        with self._trying("read"), reading(self._database.engine()) as connection:
            head, chain = rows.head(connection), (row_of(row) for row in rows.paged(connection))
            found = first_break(self.key(connection), chain, head, rows.purges(connection), noted)
        return Verified(head.count, head, found)

    def export(self, tenant: str | None = None, since: datetime | None = None) -> Iterator[bytes]:
        """One JSON object a line, the oldest first. Raises StoreUnavailable."""
        from cds_service.store.database import reading

        with self._trying("read"), reading(self._database.engine()) as connection:
            for row in rows.paged(connection, tenant, since):
                yield json.dumps(line_of(row).document()).encode() + b"\n"

    def purge(self, retention: Mapping[str, int], now: datetime) -> Purged:
        """Take out what is older than `retention`, days by tenant, and say so in an entry. Raises StoreUnavailable.

        The entry comes first: where this ends early, what it allows is done by the next purge.
        """
        from cds_service.store.database import swept, writing

        with self._trying("purged"):
            engine = self._database.engine()
            with writing(engine) as connection:
                purged = drop(connection, retention, now)
                if purged:
                    self.add(connection, [record_of(Entry("purged", now, "", details=purged.details()))])
                seq = rows.locked_head(connection).seq
            more = bool(purged.before)
            while more:
                with writing(engine) as connection:
                    more = empty(connection, purged, seq)
            swept(engine)
        return purged

    def close(self) -> None:
        """Give back the database's connections; a later use opens them again."""
        self._database.close()

    @contextmanager
    def _trying(self, what: str) -> Iterator[None]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            yield
        except (SQLAlchemyError, OSError, ImportError):
            raise StoreUnavailable(f"The audit cannot be {what} now; see PRECISION_HOOKS_STORE_URL.") from None
