"""Opens the database that settings name: SQLite by default, readable by its owner alone. It knows no table's meaning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

from cds_service.store.tables import METADATA


def open_engine(url: str, busy_ms: int) -> Engine:
    """An engine whose tables exist. Raises OSError or SQLAlchemyError when the database cannot be had.

    `busy_ms`: how long a write waits for another writer (SQLite).
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database and parsed.database != ":memory:":
        _private_file(Path(parsed.database))
    engine = create_engine(parsed, pool_pre_ping=not sqlite, hide_parameters=True, connect_args=_patience(parsed), **_pool(parsed))
    if sqlite:
        event.listen(engine, "connect", lambda connection, _: _tuned(connection, busy_ms))
    METADATA.create_all(engine)
    return engine


def _patience(parsed: URL) -> dict[str, Any]:
    """PostgreSQL that cannot be reached must not keep a call waiting: two seconds (libpq's least) to connect, and for what was sent."""
    return {"connect_timeout": 2, "tcp_user_timeout": 2000} if parsed.get_backend_name() != "sqlite" else {}


def _pool(parsed: URL) -> dict[str, Any]:
    """As many connections as threads ask for, so that none waits for another's; a database in memory has its own pool."""
    return {} if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:") else {"max_overflow": -1}


def is_gone(engine: Engine) -> bool:
    """Was the database's file taken away? What is written through connections to it would be lost with the last of them."""
    url = engine.url
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:") and not Path(str(url.database)).exists()


def _private_file(path: Path) -> None:
    """Create it as 0600 before SQLite would create it by the umask; its WAL files take the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _tuned(connection: Any, busy_ms: int) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={busy_ms}", "journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
