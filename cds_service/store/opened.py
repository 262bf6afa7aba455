"""A database that is opened on first use: SQLAlchemy takes longer to import than a call takes to answer."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Opened:
    """One engine for one user of the store; opened anew when its file was moved away."""

    def __init__(self, url: str, busy_ms: int) -> None:
        self._url, self._busy_ms = url, busy_ms
        self._engine: Engine | None = None
        self._lock = Lock()

    def engine(self) -> Engine:
        """Raises OSError, ImportError or SQLAlchemyError when the database cannot be had."""
        from cds_service.store.database import is_gone, open_engine

        with self._lock:
            if self._engine is not None and is_gone(self._engine):
                self._engine.dispose()
                self._engine = None
            if self._engine is None:
                self._engine = open_engine(self._url, self._busy_ms)
            return self._engine

    def close(self) -> None:
        """Give back the connections; a later use opens them again."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None
