"""A whole service with a clients file: EHRs that sign their calls, a store in a folder, everything else as an operator would have it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cds_service.app import create_app, create_state, holder_of
from cds_service.logs import Log
from cds_service.settings import Settings
from cds_service.store.audit import AuditLog
from models.knowledge.types import Knowledge
from tests.support.tokens import Ehr

BASE = "https://cds.example.org"
SIGN = "/cds-services/precision-order-sign"
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def clients_file(folder: Path, *tables: str, ehrs: tuple[Ehr, ...]) -> str:
    """Of EHRs whose keys were exchanged by hand, so that no server of keys is needed. `tables`: more members, by EHR."""
    for ehr in ehrs:
        ehr.jku = ""
        (folder / f"{ehr.id}.json").write_text(json.dumps(ehr.jwks()), "utf-8")
    more = dict(zip((e.id for e in ehrs), tables, strict=False))
    text = "\n".join(f"{ehr.table(key_set=f'{ehr.id}.json')}{more.get(ehr.id, '')}" for ehr in ehrs)
    path = folder / "clients.toml"
    path.write_text(text, "utf-8")
    return str(path)


class Hospital:
    """`tables`: further members of each EHR's table, as TOML."""

    def __init__(
        self,
        folder: Path,
        knowledge: Knowledge | None,
        *tables: str,
        ehrs: tuple[Ehr, ...] = (),
        now: Callable[[], datetime] = lambda: NOW,
        **settings: Any,
    ) -> None:
        self.ehrs = ehrs or (Ehr("epic-test", now=now),)
        self.ehr, self.folder, self.log = self.ehrs[0], folder, io.StringIO()
        given = {"store_url": f"sqlite:///{folder / 'store.sqlite'}", "base_url": BASE} | settings
        given["clients"] = clients_file(folder, *tables, ehrs=self.ehrs)
        self.settings = Settings(**given)
        self.state = create_state(self.settings, knowledge, log=Log(self.log), now=now, offline=True)
        self.holder = holder_of(self.state)
        self.app = create_app(state=self.state, holder=self.holder)
        self.client = self.app.test_client()
        self.audit = AuditLog(self.settings.store_url)

    def ask(self, path: str, body: Any = None, ehr: Ehr | None = None, token: str | None = None, **headers: str) -> Any:
        """GET, or POST of a body. `token`: another one than a good token for this address; "" for none."""
        sent = self.header(path, ehr) if token is None else f"Bearer {token}" if token else ""
        named = headers | ({"Authorization": sent} if sent else {})
        if body is None:
            return self.client.get(path, headers=named)
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.post(path, data=data, headers=named, content_type="application/json")

    def header(self, path: str, ehr: Ehr | None = None) -> str:
        return (ehr or self.ehr).bearer(BASE + path)
