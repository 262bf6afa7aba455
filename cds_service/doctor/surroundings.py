"""What the checks look at, gathered once: settings, clients, knowledge, store, network, clock. A test gives its own parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cds_service.audited import Entry
from cds_service.clients.client import Client
from cds_service.settings import Settings
from models.knowledge.types import Knowledge


class Network(Protocol):
    """What is asked of other machines. Each address is one that the operator wrote into settings or the clients file."""

    def date_of(self, url: str) -> datetime | None:
        """The Date header that its server answers with, None where it gives none. Raises OSError where it cannot be reached."""

    def certificate_end(self, url: str) -> datetime:
        """When its TLS certificate ends. Raises OSError where it cannot be reached, ssl.SSLError where it is not trusted."""

    def keys_at(self, jku: str) -> tuple[int, str]:
        """How many usable keys its key set holds, and why there are none ("" where it was read)."""


class Journal(Protocol):
    """The audit as the doctor reads it."""

    def entries(self, tenant: str | None, event: str | None, since: datetime | None, limit: int) -> Sequence[Entry]:
        """The newest first. Raises StoreUnavailable."""

    def stream(self, since: datetime) -> Iterable[Entry]:
        """Every entry, the oldest first, however many there are. Raises StoreUnavailable."""

    def verify(self) -> tuple[int, str]:
        """How many entries the chain holds, and where it breaks ("" where it is whole). Raises StoreUnavailable."""

    def revision(self) -> tuple[str, str]:
        """Of the store's tables, and the newest that this version knows. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything that checks may look at."""

    settings: Settings
    clients: Callable[[], Sequence[Client]]  #: raises PrecisionError where the clients file is wrong
    knowledge: Callable[[], Knowledge]  #: raises PrecisionError
    now: datetime  #: with zone
    network: Network | None = None  #: None: nothing outside this machine is asked
    journal: Journal | None = None  #: None: there is no store yet
    site_files: Callable[[Knowledge], Sequence[str]] = lambda _: ()  #: what is due for review, in words
    switches: Callable[[], object] = lambda: None  #: reads the switches file; raises PrecisionError
    versions: Sequence[str] = ()  #: "precision-hooks 0.1.0", …
