"""One immutable snapshot of what answers need: settings, knowledge, who may call, stores, what counts and logs. It answers nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from cds_service.admit import Trust
from cds_service.clients.client import Client, local
from cds_service.errors import UnknownService
from cds_service.fhir_client import FhirClient
from cds_service.logs import Log
from cds_service.metrics import Metrics
from cds_service.model_cards.pages import ModelPages
from cds_service.overload import Load
from cds_service.rates import Rates
from cds_service.recall import Recall
from cds_service.reload import Stamp
from cds_service.request import HookRequest
from cds_service.service import Service
from cds_service.settings import Settings
from cds_service.sites import Site
from cds_service.store.feedback import FeedbackStore
from cds_service.store.journal import Journal
from cds_service.switches import Switches
from cds_service.unmapped import Unmapped
from cds_service.witness import Witness
from models.finding import Assessment
from models.knowledge.age import newest_source
from models.knowledge.policy_types import Policy
from models.knowledge.types import Knowledge


class Present(Protocol):
    """How an assessment is said; `width`: characters that a summary should have at most."""

    def __call__(
        self, found: Assessment, asked: HookRequest, service: Service, knowledge: Knowledge, policy: Policy, *, width: int = ...
    ) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class State:
    """One immutable snapshot of what answers need, put together by `app`."""

    settings: Settings
    knowledge: Knowledge  #: of whoever decides nothing for itself
    sites: Mapping[str, Site]  #: what is known and was decided at each site, by name
    stamps: Mapping[str, Stamp]  #: of the watched files, from before they were read
    services: Mapping[str, Service]
    fhir: FhirClient
    feedback: FeedbackStore
    recall: Recall
    unmapped: Unmapped
    journal: Journal | None  #: None: nothing is kept
    witness: Witness
    metrics: Metrics
    log: Log
    load: Load
    rates: Rates
    present: Present
    trust: Trust  #: who may call
    switches: Switches
    cards: ModelPages  #: what /models tells
    now: Callable[[], datetime]  #: the only clock, with zone

    @property
    def offered(self) -> Mapping[str, Service]:
        """The services that there are here: one that predicts only where the site has set it."""
        return offered(self.services, self.settings)

    def services_at(self, service_id: str, caller: Client) -> tuple[Service, ...]:
        """The service of this id, or all that take orders where it is the caller's alias for them. Raises UnknownService."""
        here = self.offered
        if service_id in here:
            return (here[service_id],)
        aliased = tuple(s for s in here.values() if s.under_alias)
        if not service_id or service_id != caller.alias or not aliased:
            raise UnknownService("No service has this id. GET /cds-services lists those that there are.")
        return aliased

    @property
    def local(self) -> Client:
        """Who calls where nobody is told apart, as on the command line."""
        return local(self.settings.fhir_servers, self.settings.cors_origins, self.settings.deadline_ms, self.settings.site)

    @property
    def origins(self) -> frozenset[str]:
        """Of every browser client: before a call is authenticated, none of them is known yet."""
        return frozenset(origin for client in self.trust.clients.all for origin in client.cors_origins)

    @property
    def knowledge_is_old(self) -> bool:
        """Was its newest source read longer ago than the operator allows?"""
        newest = newest_source(self.knowledge)
        return bool(newest) and self.today() - date.fromisoformat(newest) > timedelta(days=self.settings.knowledge_days)

    def refused(self, status: int) -> None:
        """A request that the server itself refused, before the app saw it, is counted and logged like any other."""
        self.metrics.answered("unknown", status, 0.0)
        self.log.refused(status=status)

    def began(self, memory_after: float = 0.0) -> None:
        """In each process, after it was forked: open the stores and fetch keys beside the calls, so that no call waits for that.

        `memory_after`: seconds that the stores wait, so that the first answers have the processor to themselves.
        """
        if self.journal is not None:
            self.journal.start(after=memory_after)
        if self.recall.store is not None:
            self.recall.store.open_beside(self.now(), after=memory_after)
        self.trust.key_sets.warm()

    def ended(self) -> None:
        """Write what waits."""
        self.unmapped.flush()
        if self.journal is not None:
            self.journal.close()

    def today(self) -> date:
        return self.now().astimezone(UTC).date()


def offered(services: Mapping[str, Service], settings: Settings) -> Mapping[str, Service]:
    """Without those whose setting is not on."""
    return {name: one for name, one in services.items() if not one.only_with or getattr(settings, one.only_with)}
