"""Surroundings for the doctor's checks, with parts that misbehave on demand."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cds_service.audited import Entry
from cds_service.clients.client import Client
from cds_service.doctor.surroundings import Surroundings
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from models.knowledge.types import Knowledge
from tests.conftest import NOW

JKU = "https://ehr.example.org/jwks"
FHIR = "https://fhir.example.org/r4"
EHR = Client("epic", issuer="https://ehr.example.org", jku=JKU, fhir_servers=(FHIR,), dialect="epic")


@dataclass
class FakeNetwork:
    """Other machines: how far ahead they believe to be, when certificates end, how many keys they give."""

    ahead: float = 0.0  #: seconds
    tells_time: bool = True
    reachable: bool = True
    trusted: bool = True
    days_left: int = 90
    keys: int = 2
    asked: list[str] = field(default_factory=list)

    def date_of(self, url: str) -> datetime | None:
        self._ask(url)
        return NOW + timedelta(seconds=self.ahead) if self.tells_time else None

    def certificate_end(self, url: str) -> datetime:
        self._ask(url)
        if not self.trusted:
            raise ssl.SSLCertVerificationError("no")
        return NOW + timedelta(days=self.days_left)

    def keys_at(self, jku: str) -> tuple[int, str]:
        self.asked.append(jku)
        return (self.keys, "") if self.reachable else (0, "cannot be reached")

    def _ask(self, url: str) -> None:
        self.asked.append(url)
        if not self.reachable:
            raise OSError


@dataclass
class FakeJournal:
    """An audit in memory."""

    held: Sequence[Entry] = ()
    broken: str = ""
    reachable: bool = True
    now: str = "0002"

    def entries(self, tenant: str | None, event: str | None, since: datetime | None, limit: int) -> Sequence[Entry]:
        self._reach()
        found = [e for e in self.held if tenant in (None, e.tenant) and event in (None, e.event) and (since is None or e.at >= since)]
        return sorted(found, key=lambda e: e.at, reverse=True)[:limit]

    def stream(self, since: datetime) -> Sequence[Entry]:
        return self.entries(None, None, since, len(self.held))[::-1]

    def verify(self) -> tuple[int, str]:
        self._reach()
        return len(self.held), self.broken

    def revision(self) -> tuple[str, str]:
        self._reach()
        return self.now, "0002"

    def _reach(self) -> None:
        if not self.reachable:
            raise StoreUnavailable("The store cannot be read now.")


def surrounded(knowledge: Knowledge | None = None, *, clients: Sequence[Client] = (EHR,), **parts: Any) -> Surroundings:
    """A sound installation, unless `parts` say otherwise; members of Settings among them go there."""
    own = {name for name in parts if name in Surroundings.__dataclass_fields__}
    settings = Settings(**({"store_url": "sqlite://"} | {name: value for name, value in parts.items() if name not in own}))

    def known() -> Knowledge:
        assert knowledge is not None
        return knowledge

    given: dict[str, Any] = {
        "settings": settings,
        "clients": lambda: clients,
        "knowledge": known,
        "now": NOW,
        "network": FakeNetwork(),
        "journal": FakeJournal(),
    }
    return Surroundings(**(given | {name: parts[name] for name in own}))
