"""The audit and the store's tables as the doctor reads them. It makes no database and migrates none."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cds_service.audited import Entry
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store.audit import AuditLog

_SECONDS = 3  #: to connect to a database


class StoredJournal:
    """Of the store that settings name."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._key = settings.store_url, settings.audit_key

    def entries(self, tenant: str | None, event: str | None, since: datetime | None, limit: int) -> Sequence[Entry]:
        with self._audit() as audit:
            return [line.entry for line in audit.entries(tenant=tenant, event=event, since=since, limit=limit)]

    def stream(self, since: datetime) -> Iterator[Entry]:
        with self._audit() as audit:
            for line in audit.export(since=since):
                told = json.loads(line)
                at = datetime.fromisoformat(told["at"])
                yield Entry(told["event"], at, told["tenant"], told["service"], told["instance"], told.get("details", {}), told["id"])

    def verify(self) -> tuple[int, str]:
        with self._audit() as audit:
            verified = audit.verify()
        return verified.count, f"entry {verified.broken.seq}: {verified.broken.why}" if verified.broken else ""

    def revision(self) -> tuple[str, str]:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import SQLAlchemyError

        from cds_service.store.schema import NEWEST, revision

        try:
            patience = {} if self._url.startswith("sqlite") else {"connect_timeout": _SECONDS}
            engine = create_engine(self._url, hide_parameters=True, connect_args=patience)
            try:
                with engine.connect() as connection:
                    return revision(connection), NEWEST
            finally:
                engine.dispose()
        except (SQLAlchemyError, OSError, ImportError):
            raise StoreUnavailable("The store cannot be read now; see PRECISION_HOOKS_STORE_URL.") from None

    @contextmanager
    def _audit(self) -> Iterator[AuditLog]:
        now, newest = self.revision()
        if now < newest:  # opening it would migrate it
            raise StoreUnavailable(f"The store's tables are of revision {now or 'none'}, not {newest}, so nothing of it was read.")
        audit = AuditLog(self._url, self._key)
        try:
            yield audit
        finally:
            audit.close()


def is_there(url: str) -> bool:
    """Asking for a SQLite file that is not there would make it."""
    from sqlalchemy import make_url

    parsed = make_url(url)
    return parsed.get_backend_name() != "sqlite" or bool(parsed.database and Path(parsed.database).exists())
