"""Remembers which tokens were used, so that none is used twice, whichever process it comes to. It reads no token."""

from __future__ import annotations

import time
from hashlib import sha256
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from cds_service.errors import StoreUnavailable
from cds_service.store.opened import Opened

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVERY = 300.0  #: seconds between two times that expired tokens are dropped
SHORTEST_REST, LONGEST_REST = 1.0, 10.0  #: seconds after a failure in which nobody tries the database
_REST = 5  #: times as long as the failure took


class JtiStore:
    """`busy_ms`: how long a call waits for another writer (SQLite)."""

    def __init__(self, url: str, busy_ms: int = 100) -> None:
        self._database = Opened(url, busy_ms)
        self._statement: Any = None
        self._drop_at, self._rest_until = time.monotonic() + EVERY, 0.0
        self._dropping = Lock()

    def remember(self, client: str, jti: str, until: int, now: int) -> bool:
        """True the first time, False for one that was used. `until`, `now`: seconds since 1970. Raises StoreUnavailable.

        The jti itself is not kept. One that has expired is refused by its `exp`, before it comes here.
        """
        from sqlalchemy.exc import SQLAlchemyError

        if time.monotonic() < self._rest_until:
            raise _unavailable()
        row = {"client": client, "jti": sha256(jti.encode("utf-8", "surrogatepass")).hexdigest(), "until": until}
        start = time.monotonic()
        try:
            with self._database.engine().begin() as connection:
                new = connection.execute(self._insert(connection), row).first() is not None
        except (SQLAlchemyError, OSError, ImportError):
            end = time.monotonic()
            self._rest_until = end + min(max(_REST * (end - start), SHORTEST_REST), LONGEST_REST)
            raise _unavailable() from None
        if time.monotonic() >= self._drop_at:
            self._drop_at = time.monotonic() + EVERY
            Thread(target=self.drop, args=(now,), daemon=True).start()
        return new

    def drop(self, now: int) -> None:
        """Take out what has expired. What cannot be done now is done the next time."""
        from sqlalchemy import delete
        from sqlalchemy.exc import SQLAlchemyError

        from cds_service.store.tables import JTI

        try:
            with self._dropping, self._database.engine().begin() as connection:
                connection.execute(delete(JTI).where(JTI.c.until < now))
        except (SQLAlchemyError, OSError, ImportError, StoreUnavailable):
            return

    def close(self) -> None:
        """Give back the database's connections; a later call opens them again."""
        self._database.close()

    def _insert(self, connection: Connection) -> Any:
        """Built once: SQLAlchemy takes longer to build it than the database to run it."""
        if self._statement is None:
            from cds_service.store.salt import insert_new
            from cds_service.store.tables import JTI

            self._statement = insert_new(connection, JTI).returning(JTI.c.client)
        return self._statement


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("Whether a token was used before cannot be looked up now; see PRECISION_HOOKS_STORE_URL.")
