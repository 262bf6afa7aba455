"""Counts codes of medicines that no table knows, and hands them to the store beside the calls. It keeps nothing of a patient.

A display may hold what was typed by hand, so none is kept; a code or a system that does not look like one is counted and not kept either.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from threading import Lock, Timer

from cds_service.errors import StoreUnavailable
from cds_service.metrics import Metrics
from cds_service.store.unmapped import Key, UnmappedStore
from models.codes import ATC, NCIT, NDC, RXNORM, SNOMED, UNII, Code
from models.features.unidentified import unidentified
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

#: labels of the metric: a sender's own system is no label, or one could make any number of them
SYSTEMS = {RXNORM: "rxnorm", NDC: "ndc", ATC: "atc", SNOMED: "snomed", UNII: "unii", NCIT: "ncit", "": "none"}
WAITING = 1000  #: different codes that are held between two writes
EVERY = 10.0  #: seconds from the first code that waits to the write
_SYSTEM = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*:[^\s\\\"<>]{1,180})?")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+\-]{0,63}")


class Unmapped:
    """`store` None: only the metric is kept."""

    def __init__(self, store: UnmappedStore | None, metrics: Metrics) -> None:
        self._store, self._metrics = store, metrics
        self._lock = Lock()
        self._waiting: Counter[tuple[str, Key]] = Counter()  #: by tenant and code
        self._seen = 0  #: when the last of them was counted, in seconds since 1970
        self._timer: Timer | None = None

    def count(self, profile: PatientProfile, knowledge: Knowledge, tenant: str, now: datetime) -> int:
        """How many there are. Costs a look at each code of the chart where all are known, and no more."""
        found = Counter((place, code.system, code.code) for place, code in unidentified(profile, knowledge))
        if not found:
            return 0
        for (_, system, _), times in found.items():
            self._metrics.unmapped(SYSTEMS.get(system, "other"), times)
        if self._store is not None:
            self._hold(Counter({(tenant, Key(*key)): times for key, times in found.items() if _looks_like_one(Code(*key[1:]))}), now)
        return found.total()

    def _hold(self, found: Counter[tuple[str, Key]], now: datetime) -> None:
        with self._lock:
            for key, times in found.items():
                if key in self._waiting or len(self._waiting) < WAITING:
                    self._waiting[key] += times
            self._seen = int(now.timestamp())
            if self._timer is None and self._waiting:
                self._timer = Timer(EVERY, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what waits. A store that cannot be reached now gets it with the next write."""
        with self._lock:
            waiting, seen, timer = self._waiting, self._seen, self._timer
            self._waiting, self._timer = Counter(), None
        if timer is not None:
            timer.cancel()
        if self._store is None or not waiting:
            return
        for tenant in {tenant for tenant, _ in waiting}:
            self._write(self._store, tenant, Counter({key: times for key, times in waiting.items() if key[0] == tenant}), seen)

    def _write(self, store: UnmappedStore, tenant: str, waiting: Counter[tuple[str, Key]], seen: int) -> None:
        try:
            store.add(tenant, {key: times for (_, key), times in waiting.items()}, seen)
        except StoreUnavailable:
            with self._lock:
                self._waiting = Counter(dict((waiting + self._waiting).most_common(WAITING)))


def _looks_like_one(code: Code) -> bool:
    return _SYSTEM.fullmatch(code.system) is not None and _CODE.fullmatch(code.code) is not None
