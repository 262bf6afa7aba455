"""Keeps how often each code that no table knows was met. What it means, and whether it matters, is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from cds_service.errors import StoreUnavailable
from cds_service.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("place", "system", "code", "count", "first", "last")
MOST = 5000  #: different codes of one tenant; later ones are counted by the metric alone


class Key(NamedTuple):
    """One code at one place."""

    place: str
    system: str
    code: str


class UnmappedStore:
    """Opened for each use and closed again: it is used a few times a minute at most, beside the calls."""

    def __init__(self, url: str, busy_ms: int = 1000, most: int = MOST) -> None:
        self._database, self._most = Opened(url, busy_ms), most

    def add(self, tenant: str, counts: Mapping[Key, int], seen: int) -> None:
        """Add to what is there. `seen`: seconds since 1970. Raises StoreUnavailable; then nothing was added."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._database.engine().begin() as connection:
                self._add(connection, tenant, counts, seen)
        except (SQLAlchemyError, OSError, ImportError):
            raise _unavailable("written") from None
        finally:
            self._database.close()

    def _add(self, connection: Connection, tenant: str, counts: Mapping[Key, int], seen: int) -> None:
        from sqlalchemy import select

        from cds_service.store.tables import UNMAPPED

        columns = (UNMAPPED.c.place, UNMAPPED.c.system, UNMAPPED.c.code)
        known = {Key(*row) for row in connection.execute(select(*columns).where(UNMAPPED.c.tenant == tenant))}
        fresh = [key for key in counts if key not in known][: max(0, self._most - len(known))]
        kept = [key for key in counts if key in known] + fresh
        if kept:
            rows = [{"tenant": tenant, **key._asdict(), "count": counts[key], "first_seen": seen, "last_seen": seen} for key in kept]
            connection.execute(_upsert(connection.dialect.name), rows)

    def rows(self, tenant: str) -> tuple[tuple[str, ...], ...]:
        """COLUMNS of each code, the most frequent first. Raises StoreUnavailable."""
        from sqlalchemy import select
        from sqlalchemy.exc import SQLAlchemyError

        from cds_service.store.tables import UNMAPPED

        wanted = select(UNMAPPED).where(UNMAPPED.c.tenant == tenant)
        try:
            with self._database.engine().connect() as connection:
                found = connection.execute(wanted.order_by(UNMAPPED.c["count"].desc(), UNMAPPED.c.system, UNMAPPED.c.code)).all()
        except (SQLAlchemyError, OSError, ImportError):
            raise _unavailable("read") from None
        finally:
            self._database.close()
        return tuple((r.place, r.system, r.code, str(r.count), _day(r.first_seen), _day(r.last_seen)) for r in found)


def _upsert(dialect: str) -> Any:
    from cds_service.store.tables import UNMAPPED

    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    statement = insert(UNMAPPED)
    again = {"count": UNMAPPED.c["count"] + statement.excluded["count"], "last_seen": statement.excluded.last_seen}
    return statement.on_conflict_do_update(index_elements=["tenant", "place", "system", "code"], set_=again)


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _unavailable(what: str) -> StoreUnavailable:
    return StoreUnavailable(f"The report of unknown codes cannot be {what} now; see PRECISION_HOOKS_STORE_URL.")
