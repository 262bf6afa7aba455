"""A database that is opened on first use: SQLAlchemy takes longer to import than a call takes to answer."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine


class _Held:
    """What one process holds."""

    def __init__(self) -> None:
        self.lock, self.engine = Lock(), None  # type: Lock, Engine | None


class Opened:
    """One engine for one user of the store in one process; opened anew when its file was moved away.

    A process that was forked opens its own: connections and locks of the one before belong to that one. They are left
    alone and never given back here, since closing them would end them there too.
    """

    def __init__(self, url: str, busy_ms: int, durable: bool = False) -> None:
        self._url, self._busy_ms, self._durable = url, busy_ms, durable
        self._of: dict[int, _Held] = {}

    def engine(self) -> Engine:
        """Raises OSError, ImportError, SQLAlchemyError or StoreUnavailable when the database cannot be had."""
        from cds_service.store.database import is_gone, open_engine

        held = self._held()
        with held.lock:
            if held.engine is not None and is_gone(held.engine):
                held.engine.dispose()
                held.engine = None
            if held.engine is None:
                held.engine = open_engine(self._url, self._busy_ms, self._durable)
            return held.engine

    def close(self) -> None:
        """Give back the connections; a later use opens them again."""
        held = self._held()
        with held.lock:
            if held.engine is not None:
                held.engine.dispose()
            held.engine = None

    def _held(self) -> _Held:
        return self._of.get(os.getpid()) or self._of.setdefault(os.getpid(), _Held())
