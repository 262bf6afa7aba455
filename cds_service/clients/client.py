"""One EHR that may call, and how it is answered. Values only; the clients file is read in `clients_file`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from cds_service.addresses import base_of

ErrorMode = Literal["outcome", "empty-200"]
ALGORITHMS = ("ES384", "RS384")
LOCAL_ID = "default"


@dataclass(frozen=True, slots=True)
class Client:
    """One table of the clients file. Its id is the tenant: what is kept of its calls is found under this id alone."""

    id: str
    issuer: str = ""  #: `iss`, to the letter; "" for the one client of a service without a clients file
    jku: str = ""  #: https URL of its key set, as its tokens name it
    key_set: str = ""  #: path of a JWKS file, where keys were exchanged by hand and tokens name no jku
    audiences: tuple[str, ...] = ()  #: `aud` that is accepted at every endpoint; (): the endpoint's own URL under base_url
    subject: str = ""  #: `sub` that a token must carry; "": any
    tenant: str = ""  #: `tenant` that a token must carry; "": none
    algorithms: tuple[str, ...] = ALGORITHMS
    fhir_servers: tuple[str, ...] = ()  #: base URLs that may be read for it
    cors_origins: tuple[str, ...] = ()
    dialect: str = "spec"
    site: str = ""  #: folder of its own codes and policy, under `sites`
    calls_per_minute: int = 6000
    error_mode: ErrorMode = "outcome"
    deadline_ms: int = 800
    retention_days: int = 2190  #: of feedback and of what the audit says of a call (six years)
    alias: str = ""  #: one service id under which all its order hooks may be called, so that newer cards replace older ones
    prefetch_keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  #: its name of a key → ours

    @classmethod
    def nobody(cls) -> Client:
        """A caller for whom no server is listed and no key is known."""
        return cls("", issuer="urn:nobody")

    @property
    def bases(self) -> frozenset[str]:
        return _bases(self.fhir_servers)

    @property
    def is_local(self) -> bool:
        """Whoever calls from this machine; nobody vouches for it."""
        return not self.issuer


@lru_cache(maxsize=1000)
def _bases(servers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(base_of(server) for server in servers)


def local(fhir_servers: Sequence[str], cors_origins: Sequence[str], deadline_ms: int, site: str = "") -> Client:
    """Whoever calls a service that listens on loopback alone and has no clients file."""
    return _local(tuple(fhir_servers), tuple(cors_origins), deadline_ms, site)


@lru_cache(maxsize=8)
def _local(fhir_servers: tuple[str, ...], cors_origins: tuple[str, ...], deadline_ms: int, site: str) -> Client:
    return Client(LOCAL_ID, fhir_servers=fhir_servers, cors_origins=cors_origins, deadline_ms=deadline_ms, site=site)
