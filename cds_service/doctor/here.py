"""The real surroundings: this machine, these settings. Tests of checks do without it."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import version

from cds_service.clients.client import Client, local
from cds_service.doctor.calls import Setup
from cds_service.doctor.journal import StoredJournal, is_there
from cds_service.doctor.network import Internet
from cds_service.doctor.surroundings import Surroundings
from cds_service.settings import Settings
from cds_service.switches import Switches
from fhir_mappings.inputs import Input
from models.errors import PrecisionError
from models.knowledge.types import Knowledge

_PARTS = ("precision-hooks", "flask", "sqlalchemy", "pyjwt", "cryptography", "requests")


def surroundings(settings: Settings, *, offline: bool) -> Surroundings:
    knowledge = cache(lambda: knowledge_of(settings))
    return Surroundings(
        settings=settings,
        clients=cache(lambda: known_clients(settings)),
        knowledge=knowledge,
        now=datetime.now(UTC),
        network=None if offline else Internet(settings.ca_file),
        journal=journal_of(settings),
        site_files=lambda known: _due(known, settings),
        switches=lambda: switches_of(settings, knowledge()),
        versions=[f"python {platform.python_version()}", *(f"{part} {version(part)}" for part in _PARTS)],
    )


def known_clients(settings: Settings) -> Sequence[Client]:
    """Raises SettingsError where the clients file is wrong."""
    if not settings.clients:
        return (local(settings.fhir_servers, settings.cors_origins, settings.deadline_ms),)
    from cds_service.clients.clients_file import read_clients

    return read_clients(settings).all


def knowledge_of(settings: Settings) -> Knowledge:
    """As the service would load it. Raises PrecisionError."""
    from cds_service.rebuild import load_knowledge

    return load_knowledge(settings)


def inputs_of(knowledge: Knowledge) -> dict[str, Input]:
    """Of all services, by prefetch key."""
    from cds_service.services import load_services

    return {wanted.field: wanted for service in load_services().values() for wanted in service.reads(knowledge)}


def setup_of(here: Surroundings) -> Setup:
    """What sentences about calls name; where something is wrong with it, `doctor` without --inbound says so, and the words do without."""
    try:
        clients = here.clients()
    except PrecisionError:
        clients = ()
    try:
        inputs = inputs_of(here.knowledge())
    except PrecisionError:
        inputs = {}
    base = here.settings.base_url or f"http://{here.settings.host}:{here.settings.port}"
    return Setup(inputs, base, {client.id: client for client in clients})


def journal_of(settings: Settings) -> StoredJournal | None:
    return StoredJournal(settings) if is_there(settings.store_url) else None


def _due(known: Knowledge, settings: Settings) -> list[str]:
    """Rows of the site's codes whose review is due, in words."""
    from cds_service.site_files import summary

    return [line for line in summary(known, settings, date.today()) if "due for review" in line and " 0 due" not in line]


def switches_of(settings: Settings, knowledge: Knowledge) -> Switches:
    """As the service would read them. Raises SettingsError."""
    from cds_service.admit import trust_of
    from cds_service.rebuild import load_switches
    from cds_service.services import load_services

    return load_switches(settings, knowledge, load_services(), trust_of(settings, lambda *_: True))


def unmapped_rows(here: Surroundings) -> list[Sequence[str]]:
    """What `precision-hooks unmapped` prints, of every client; nothing where the store cannot be read, which a check tells."""
    from cds_service.errors import StoreUnavailable
    from cds_service.store.unmapped import UnmappedStore

    store = UnmappedStore(here.settings.store_url)
    try:
        return [row for client in here.clients() for row in store.rows(client.id)]
    except (StoreUnavailable, PrecisionError):
        return []
