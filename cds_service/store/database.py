"""Opens the database that settings name: SQLite by default, readable by its owner alone. It knows no table's meaning."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from cds_service.store.schema import make_current

MEMORY = (None, "", ":memory:")
_LOCK_WAIT = "5s"  #: how long PostgreSQL waits for another writer

_CACHE = "cache_size=-256"  #: KiB for each connection: many threads have one each, and what they look up lies together


def open_engine(url: str, busy_ms: int, durable: bool = False) -> Engine:
    """An engine whose tables exist. Raises OSError or SQLAlchemyError when the database cannot be had, StoreUnavailable when it is too old.

    `busy_ms`: how long a write waits for another writer (SQLite). `durable`: a commit outlives a power cut (PostgreSQL's always do).
    """
    engine = bare_engine(url, busy_ms, durable)
    try:
        make_current(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def bare_engine(url: str, busy_ms: int, durable: bool = False) -> Engine:
    """An engine to a database of whatever revision."""
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database not in MEMORY:
        _private_file(Path(str(parsed.database)))
    engine = create_engine(parsed, pool_pre_ping=not sqlite, hide_parameters=True, connect_args=_patience(parsed), **_pool(parsed))
    if sqlite:
        event.listen(engine, "connect", lambda connection, _: _tuned(connection, busy_ms, durable))
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: it has the write lock from its first statement, or waits for it no longer than a bounded time."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # one that reads first may fail at its first write
        else:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """All that is read is of one moment."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def swept(engine: Engine) -> None:
    """What was deleted is not left in SQLite's log either. PostgreSQL clears it away by itself (autovacuum)."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _patience(parsed: URL) -> dict[str, Any]:
    """PostgreSQL that cannot be reached must not keep a call waiting: two seconds (libpq's least) to connect, and for what was sent."""
    return {"connect_timeout": 2, "tcp_user_timeout": 2000} if parsed.get_backend_name() != "sqlite" else {}


def _pool(parsed: URL) -> dict[str, Any]:
    """As many connections as threads ask for, so that none waits for another's; a database in memory has its own pool."""
    return {} if parsed.get_backend_name() == "sqlite" and parsed.database in MEMORY else {"max_overflow": -1}


def is_gone(engine: Engine) -> bool:
    """Was the database's file taken away? What is written through connections to it would be lost with the last of them."""
    url = engine.url
    return url.get_backend_name() == "sqlite" and url.database not in MEMORY and not Path(str(url.database)).exists()


def _private_file(path: Path) -> None:
    """Create it as 0600 before SQLite would create it by the umask; its WAL files take the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _tuned(connection: Any, busy_ms: int, durable: bool) -> None:
    """What is deleted is overwritten, so that a purge really deletes."""
    cursor = connection.cursor()
    synchronous = "FULL" if durable else "NORMAL"
    kept = (f"busy_timeout={busy_ms}", "journal_mode=WAL", f"synchronous={synchronous}", "secure_delete=ON", _CACHE)
    for pragma in kept:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
