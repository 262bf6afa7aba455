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
from cds_service.store.chain import Break, Head, Purge, first_break, linked
from cds_service.store.entries import KIND, Line, columns_of, line_of, record_of, row_of, ticks, unplaced
from cds_service.store.journal import Journal
from cds_service.store.opened import Opened
from cds_service.store.retention import Purged, drop, empty
from cds_service.store.salt import AUDIT, salt

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 1000  #: rows that are read at once


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
        from sqlalchemy import insert, update

        from cds_service.store.tables import AUDIT as TABLE
        from cds_service.store.tables import AUDIT_HEAD

        head = locked_head(connection)
        fresh = {record["id"]: record for record in records}
        for known in _known(connection, list(fresh)):
            del fresh[known]
        if not fresh:
            return 0
        rows, after = linked(self.key(connection), head, (unplaced(record) for record in fresh.values()))
        connection.execute(insert(TABLE), [columns_of(row, record) for row, record in zip(rows, fresh.values(), strict=True)])
        connection.execute(update(AUDIT_HEAD).values(seq=after.seq, link=after.link, count=after.count))
        return len(rows)

    def key(self, connection: Connection) -> bytes:
        """Of the chain."""
        return self._key or salt(connection, AUDIT)

    def entries(
        self,
        tenant: str | None = None,
        instance: str | None = None,
        event: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> tuple[Line, ...]:
        """The newest first. Who asks on somebody's behalf writes an entry "read". Raises StoreUnavailable."""
        from sqlalchemy import select

        from cds_service.store.tables import AUDIT as TABLE

        wanted = select(TABLE).where(*_filters(tenant, instance, event, since)).order_by(TABLE.c.seq.desc()).limit(limit)
        with self._trying("read"), self._database.engine().connect() as connection:
            return tuple(line_of(row) for row in connection.execute(wanted))

    def head(self) -> Head:
        """Where the audit ends: what an operator notes elsewhere. Raises StoreUnavailable."""
        with self._trying("read"), self._database.engine().connect() as connection:
            return _head(connection) or Head()

    def verify(self, noted: Head | None = None) -> Verified:
        """Walk the whole chain, as it is at this moment. Raises StoreUnavailable."""
        from cds_service.store.database import reading

        with self._trying("read"), reading(self._database.engine()) as connection:
            head = _head(connection)
            rows = (row_of(row) for row in _paged(connection))
            found = first_break(self.key(connection), rows, head or Head(), _purges(connection), noted)
        return Verified((head or Head()).count, head or Head(), found)

    def export(self, tenant: str | None = None, since: datetime | None = None) -> Iterator[bytes]:
        """One JSON object a line, the oldest first. Raises StoreUnavailable."""
        from cds_service.store.database import reading

        with self._trying("read"), reading(self._database.engine()) as connection:
            for row in _paged(connection, tenant, since):
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
                seq = locked_head(connection).seq
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


def locked_head(connection: Connection) -> Head:
    """The head, which nobody else moves until this transaction ends."""
    from sqlalchemy import select

    from cds_service.store.salt import insert_new
    from cds_service.store.tables import AUDIT_HEAD

    found = select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == 1).with_for_update()
    if (row := connection.execute(found).first()) is None:
        connection.execute(insert_new(connection, AUDIT_HEAD), {"id": 1, "seq": 0, "link": Head().link, "count": 0})
        row = connection.execute(found).one()
    return Head(row.seq, row.link, row._mapping["count"])


def _head(connection: Connection) -> Head | None:
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT_HEAD

    row = connection.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == 1)).first()
    return None if row is None else Head(row.seq, row.link, row._mapping["count"])


def _known(connection: Connection, ids: list[str]) -> list[str]:
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT as TABLE

    return list(connection.execute(select(TABLE.c.id).where(TABLE.c.id.in_(ids))).scalars())


def _filters(tenant: str | None, instance: str | None, event: str | None, since: datetime | None) -> list[Any]:
    from cds_service.store.tables import AUDIT as TABLE

    wanted = ((TABLE.c.tenant, tenant), (TABLE.c.instance, instance), (TABLE.c.event, event))
    exact = [column == value for column, value in wanted if value is not None]
    return exact + ([TABLE.c.at >= ticks(since)] if since is not None else [])


def _paged(connection: Connection, tenant: str | None = None, since: datetime | None = None) -> Iterator[Any]:
    """Rows in their order, so many at once: the audit may be larger than the memory."""
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT as TABLE

    last: int | None = None
    while True:
        after = [] if last is None else [TABLE.c.seq > last]
        page = connection.execute(select(TABLE).where(*_filters(tenant, None, None, since), *after).order_by(TABLE.c.seq).limit(PAGE)).all()
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].seq


def _purges(connection: Connection) -> list[Purge]:
    """What the 'purged' entries allow. They are linked like any other: a forged one is found when the walk comes to it."""
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT as TABLE

    found: list[Purge] = []
    for seq, body in connection.execute(select(TABLE.c.seq, TABLE.c.body).where(TABLE.c.event == "purged")):
        before = json.loads(body or "{}").get("before", {})
        found += [Purge(seq, tenant, ticks(datetime.fromisoformat(moment))) for tenant, moment in before.items()]
    return found
