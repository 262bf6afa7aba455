"""Answers a recorded request once more, as of then, and compares the bytes. It keeps nothing and calls no FHIR server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cds_service.answer import Trace, answer
from cds_service.audited import Entry
from cds_service.clients.client import Client
from cds_service.errors import answer_for
from cds_service.fhir_answers import Deadline
from cds_service.present import SOFTWARE
from cds_service.record import digest_of
from cds_service.remembered import Memory, Shown
from cds_service.state import State
from cds_service.store.keys import Keys, Sitting
from cds_service.store.memory import MemoryStore
from cds_service.wire import write_json
from cds_service.witness import digest

UNEXPLAINED = "nothing that is recorded differs, so the software answers otherwise than then: report it"
LONG = 60_000  #: milliseconds; nothing is waited for


@dataclass(frozen=True, slots=True)
class Replayed:
    """`same`: byte for byte. `reasons`: what is not as it was, where it is known."""

    same: bool
    reasons: tuple[str, ...] = ()
    response: bytes = b""


class RecordedMemory(MemoryStore):
    """Stands for the store: the cards that the call remembered, as the audit has them."""

    def __init__(self, rows: Sequence[Sequence[Any]], keys: Keys) -> None:
        super().__init__("sqlite://")  # never opened
        self._rows, self._hashes = rows, keys

    def recall(self, of: Sitting, about: Collection[str], now: datetime) -> Memory:
        keys = self._hashes
        return Memory(now, keys.patient(of), keys.encounter(of), keys.orders(of), shown=tuple(map(restored, self._rows)))

    def remember(self, tenant: str, service: str, memory: Memory, cards: Sequence[Shown]) -> None:
        return


def restored(row: Sequence[Any]) -> Shown:
    """One row of `record`."""
    card, topic, family, indicator, encounter, orders, at, outcome, reason, settled = row
    ended = datetime.fromisoformat(settled) if settled else None
    return Shown(card, topic, family, indicator, encounter, frozenset(orders), datetime.fromisoformat(at), outcome, reason, ended)


def replayed(body: bytes, recorded: Entry, caller: Client, state_as_of: Callable[[Entry], State]) -> Replayed:
    """`state_as_of` gives a state whose clock stands at the entry and whose memory is the entry's."""
    told = recorded.details
    state, trace = state_as_of(recorded), Trace()
    try:
        response = write_json(answer(body, state.services_at(recorded.service, caller), caller, state, Deadline.after(LONG), trace))
    except Exception as error:  # noqa: BLE001 - whatever went wrong is an answer here
        return Replayed(False, (f"now it is refused with {answer_for(error).status} ({type(error).__name__})",))
    if digest(response) == told.get("response"):
        return Replayed(True, (), response)
    now = trace.answered
    differences = (
        ("knowledge", told.get("knowledge"), now.knowledge.digest if now else ""),
        ("software", told.get("version"), SOFTWARE),
        ("chart as read", told.get("chart"), digest_of(now.profile) if now else ""),
    )
    reasons = [f"the {what} differs: {then} then, {here} here" for what, then, here in differences if then != here]
    if any(how == "fetched" for how in told.get("inbound", {}).get("inputs", {}).values()):
        reasons.append("part of the chart came from the FHIR server then, and is not in this file")
    return Replayed(False, tuple(reasons) or (UNEXPLAINED,), response)
