"""Memory around one call: asks the store before cards are chosen and tells it which were shown. Without the store the call goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cds_service.addresses import base_of
from cds_service.errors import StoreUnavailable
from cds_service.logs import Log
from cds_service.metrics import Metrics
from cds_service.remembered import Memory, Shown, card_id, family
from cds_service.request import HookRequest
from cds_service.rollup import capped
from cds_service.service import Service
from cds_service.store.items import Item
from cds_service.store.keys import Sitting
from cds_service.store.memory import MemoryStore
from models.finding import Assessment, Finding
from models.patient import Order


class Recall:
    """`store` None: nothing is remembered."""

    def __init__(self, store: MemoryStore | None, most_info: int, metrics: Metrics, log: Log) -> None:
        self.store, self._most_info, self._metrics, self._log = store, most_info, metrics, log

    def of(self, found: Assessment, asked: HookRequest, orders: Sequence[Order], service: Service, tenant: str, now: datetime) -> Memory:
        """What is remembered for this call. Nothing is asked where nothing would be shown: most calls cost nothing here."""
        now = now.astimezone(UTC)
        if self.store is None or not found.findings:
            return Memory(now)
        chosen = [order for order in orders if order.selected]
        about = sorted({name for finding in found.findings for name in (finding.topic, family(finding))})
        try:
            memory = self.store.recall(sitting(asked, chosen, tenant), about, now)
        except StoreUnavailable:
            self._failed("read", asked)
            return self.store.unread(sitting(asked, chosen, tenant), now)
        earlier = tuple(row for row in memory.shown if not _of_this_call(row, asked, service))
        return replace(memory, nameless=any(not order.id for order in chosen), shown=earlier)

    def keep(self, shown: Assessment, asked: HookRequest, service: Service, tenant: str, memory: Memory) -> None:
        """Remember the cards. What a roll-up only named may still be shown, but for a service that tells the same once in a while."""
        own, rest = capped(shown.findings, self._most_info)
        cards = [_card(f, asked, service, memory) for f in (*own, *(rest if service.again_after else ()))]
        if self.store is None or not memory.patient or not cards:
            return
        try:
            self.store.remember(tenant, service.id, memory, cards)
        except StoreUnavailable:
            self._failed("write", asked)

    def settle(self, service: Service, items: Sequence[Item], tenant: str, now: datetime) -> None:
        """What feedback says of remembered cards. Raises StoreUnavailable: the client must send it again."""
        if self.store is not None and items:
            self.store.settle(tenant, service.id, items, now)

    def _failed(self, what: str, asked: HookRequest) -> None:
        self._metrics.memory_failed(what)
        self._log.memory_failed(what=what, correlation=asked.instance.lower())


def sitting(asked: HookRequest, orders: Sequence[Order], tenant: str) -> Sitting:
    """Of whom and of what a call speaks, in the client's own ids."""
    contents = tuple((order.id, content(order)) for order in orders if order.id)
    return Sitting(tenant, base_of(asked.fhir_server) or asked.fhir_server, asked.patient, asked.encounter, contents)


def content(order: Order) -> str:
    """What is ordered, to the dose. Not its status, which changes when it is signed again."""
    codes = sorted((coding.system, coding.code) for concept in (order.medication, *order.ingredients) for coding in concept.codings)
    return repr((codes, order.dosages, [coding.code for coding in order.route.codings]))


def _of_this_call(row: Shown, asked: HookRequest, service: Service) -> bool:
    """A request that is sent again gets the same cards, unless one of them was overridden with a reason in between."""
    return not (row.outcome == "overridden" and row.reason) and row.card == str(card_id(asked.instance, service.id, row.topic))


def _card(finding: Finding, asked: HookRequest, service: Service, memory: Memory) -> Shown:
    return Shown(
        card=str(card_id(asked.instance, service.id, finding.topic)),
        topic=finding.topic,
        family=family(finding),
        indicator=finding.urgency,
        encounter=memory.encounter,
        orders=frozenset(key for order, key in memory.orders.items() if order in finding.orders),
        at=memory.now,
    )
