"""Tells the audit what happened: one entry for each call, feedback, discovery and refusal. It decides nothing and shows nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import Any

from cds_service.audited import Entry, Event
from cds_service.recall import sitting
from cds_service.record import Answered, call_details, profile_json
from cds_service.store.journal import Journal
from cds_service.store.keys import Keys
from cds_service.store.sealing import Sealing

RECENT = 10_000  #: calls of one process among which a second one under the same hookInstance is noticed


class Witness:
    """`journal` None: nothing is kept (the command line). `sealing`: what was read of a patient is kept, encrypted by it."""

    def __init__(
        self,
        journal: Journal | None,
        keys: Callable[[], Keys | None],
        now: Callable[[], datetime],
        sealing: Sealing | None = None,
    ) -> None:
        self._journal, self._keys, self._now, self._sealing = journal, keys, now, sealing
        self._recent: OrderedDict[tuple[str, str, str], str] = OrderedDict()
        self._lock = Lock()

    def call(self, tenant: str, of: Answered, request: str, response: bytes, how: Mapping[str, Any]) -> None:
        """An answered call. `request`: digest of its body; `how`: status, time, level of service."""
        if self._journal is None:
            return
        asked = of.asked
        instance = asked.instance.lower()
        details = dict(how) | call_details(of, sitting(asked, of.profile.orders, tenant), self._keys())
        details |= {"request": request, "response": digest(response)}
        if self._another(tenant, of.service.id, instance, request):
            details["another"] = True
        profile = b""
        if self._sealing:
            profile, details["profile"] = self._sealing.seal_profile(profile_json(of.profile))
        self._journal.append(Entry("call", self._moment(), tenant, of.service.id, instance, details, profile=profile))

    def other(self, event: Event, tenant: str, service: str = "", instance: str = "", **details: Any) -> None:
        """Anything else. `details` in our own words, numbers and digests."""
        if self._journal is not None:
            told = {name: value for name, value in details.items() if value not in (None, "", [], {}, 0)}
            self._journal.append(Entry(event, self._moment(), tenant, service, instance, told))

    def _another(self, tenant: str, service: str, instance: str, request: str) -> bool:
        """Did this hookInstance come before with another body? Then one of the two is not what the clinician saw."""
        key = (tenant, service, instance)
        with self._lock:
            earlier = self._recent.pop(key, request)
            self._recent[key] = request
            while len(self._recent) > RECENT:
                self._recent.popitem(last=False)
        return earlier != request

    def _moment(self) -> datetime:
        return self._now().astimezone(UTC)


def digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]
