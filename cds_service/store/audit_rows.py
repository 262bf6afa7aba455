"""The statements on the audit's two tables. They are built once: SQLAlchemy takes longer to build one than the database to run it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cds_service.store.chain import Head, Purges
from cds_service.store.entries import ticks

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 1000  #: rows that are read at once


def head(connection: Connection) -> Head:
    """Where the audit ends."""
    return _read(connection.execute(_head()).first()) or Head()


def locked_head(connection: Connection) -> Head:
    """The head, which nobody else moves until this transaction ends."""
    from cds_service.store.salt import insert_new
    from cds_service.store.tables import AUDIT_HEAD

    if (found := _read(connection.execute(_head(locked=True)).first())) is not None:
        return found
    connection.execute(insert_new(connection, AUDIT_HEAD), {"id": 1, "seq": 0, "link": Head().link, "count": 0})
    return _read(connection.execute(_head(locked=True)).one()) or Head()


def known(connection: Connection, ids: list[str]) -> list[str]:
    """Those of them that are there."""
    return list(connection.execute(_known(), {"ids": ids}).scalars())


def insert(connection: Connection, new: Sequence[Mapping[str, Any]], after: Head) -> None:
    """New rows, and the head after them."""
    add, move = _insert()
    connection.execute(add, list(new))
    connection.execute(move, {"new_seq": after.seq, "new_link": after.link, "new_count": after.count})


def newest(
    connection: Connection, tenant: str | None, instance: str | None, event: str | None, since: datetime | None, limit: int
) -> Sequence[Any]:
    """The newest rows first."""
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT

    wanted = select(AUDIT).where(*_filters(tenant, instance, event, since)).order_by(AUDIT.c.seq.desc()).limit(limit)
    return connection.execute(wanted).all()


def paged(connection: Connection, tenant: str | None = None, since: datetime | None = None) -> Iterator[Any]:
    """Rows in their order, so many at once: the audit may be larger than the memory."""
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT

    last: int | None = None
    while True:
        after = [] if last is None else [AUDIT.c.seq > last]
        wanted = select(AUDIT).where(*_filters(tenant, None, None, since), *after).order_by(AUDIT.c.seq).limit(PAGE)
        page = connection.execute(wanted).all()
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].seq


def purges(connection: Connection) -> Purges:
    """What the 'purged' entries allow. They are linked like any other: a forged one is found when the walk comes to it."""
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT

    found: dict[str, list[tuple[int, int]]] = {}
    said = select(AUDIT.c.seq, AUDIT.c.body).where(AUDIT.c.event == "purged").order_by(AUDIT.c.seq.desc())
    for seq, body in connection.execute(said):
        for tenant, before in _allowed(body).items():
            found.setdefault(tenant, []).append((seq, before))
    return found


def _allowed(body: str | None) -> dict[str, int]:
    """Nothing, where somebody wrote over it."""
    try:
        return {tenant: ticks(datetime.fromisoformat(moment)) for tenant, moment in json.loads(body or "{}").get("before", {}).items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _filters(tenant: str | None, instance: str | None, event: str | None, since: datetime | None) -> list[Any]:
    from cds_service.store.tables import AUDIT

    wanted = ((AUDIT.c.tenant, tenant), (AUDIT.c.instance, instance), (AUDIT.c.event, event))
    exact = [column == value for column, value in wanted if value is not None]
    return exact + ([AUDIT.c.at >= ticks(since)] if since is not None else [])


def _read(row: Any) -> Head | None:
    return None if row is None else Head(row.seq, row.link, row._mapping["count"])


@cache
def _head(locked: bool = False) -> Any:
    from sqlalchemy import select

    from cds_service.store.tables import AUDIT_HEAD

    found = select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == 1)
    return found.with_for_update() if locked else found


@cache
def _known() -> Any:
    from sqlalchemy import bindparam, select

    from cds_service.store.tables import AUDIT

    return select(AUDIT.c.id).where(AUDIT.c.id.in_(bindparam("ids", expanding=True)))


@cache
def _insert() -> tuple[Any, Any]:
    from sqlalchemy import bindparam, update
    from sqlalchemy import insert as insert_into

    from cds_service.store.tables import AUDIT, AUDIT_HEAD

    moved: dict[Any, Any] = {AUDIT_HEAD.c[name]: bindparam(f"new_{name}") for name in ("seq", "link", "count")}
    return insert_into(AUDIT), update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == 1).values(moved)
