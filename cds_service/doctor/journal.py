"""The audit and the store's tables as the doctor reads them. It makes no database and migrates none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cds_service.audited import Entry
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings


class StoredJournal:
    """Of the store that settings name."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._key = settings.store_url, settings.audit_key

    def entries(self, tenant: str | None, event: str | None, since: datetime | None, limit: int) -> Sequence[Entry]:
        lines = self._audit().entries(tenant=tenant, event=event, since=since, limit=limit)
        return [line.entry for line in lines]

    def verify(self) -> tuple[int, str]:
        verified = self._audit().verify()
        return verified.count, "" if verified.ok else f"entry {verified.broken.seq}: {verified.broken.why}"

    def revision(self) -> tuple[str, str]:
        from sqlalchemy import create_engine
        from sqlalchemy.exc import SQLAlchemyError

        schema = import_module("cds_service.store.schema")
        self._exists()
        try:
            engine = create_engine(self._url, hide_parameters=True)
            with engine.connect() as connection:
                return schema.revision(connection), schema.NEWEST
        except (SQLAlchemyError, OSError, ImportError):
            raise StoreUnavailable("The store cannot be read now; see PRECISION_HOOKS_STORE_URL.") from None

    def _audit(self) -> Any:
        self._exists()
        return import_module("cds_service.store.audit").AuditLog(self._url, self._key)

    def _exists(self) -> None:
        """Asking for it would make it."""
        from sqlalchemy import make_url

        url = make_url(self._url)
        if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
            raise StoreUnavailable("The store's file is not there: it is made when the service first starts.")
