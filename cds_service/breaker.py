"""Lets a FHIR server that fails rest for a while, so that calls need not wait for it one by one. It knows no FHIR."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

FAILURES = 3  #: in a row, after which a server rests
MOMENT = 0.5  #: seconds in which failures count as one: the reads of one call are made side by side
REST = 10.0  #: seconds, unless it asked for more itself
LONGEST = 120.0
MOST = 1000  #: servers that are remembered


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    counted: float = float("-inf")  #: monotonic time of the last failure that counted
    until: float = 0.0  #: monotonic time to which the server rests
    asking: bool = False  #: one request tries whether it is well again


class Breaker:
    """One circuit for each key (tenant and origin: what one hospital's server suffers is no other's)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._circuits: OrderedDict[Hashable, _Circuit] = OrderedDict()

    def refusal(self, key: Hashable) -> str:
        """Why this server is not asked now, or ''. After its rest one request at a time may try."""
        with self._lock:
            circuit = self._circuits.get(key)
            if circuit is None or not circuit.until:
                return ""
            if circuit.asking or self._clock() < circuit.until:
                return "the FHIR server failed several times a moment ago, so it is left alone for a while"
            circuit.asking = True
            return ""

    def heard(self, key: Hashable, *, failed: bool, rest: float = 0.0) -> None:
        """What became of a request. `rest`: seconds that the server asked for (Retry-After)."""
        with self._lock:
            if not failed:
                self._circuits.pop(key, None)
                return
            circuit = self._circuits.setdefault(key, _Circuit())
            self._circuits.move_to_end(key)
            circuit.asking, now = False, self._clock()
            if now - circuit.counted >= MOMENT:
                circuit.failures, circuit.counted = circuit.failures + 1, now
            if circuit.failures >= FAILURES or rest:
                circuit.until = now + min(LONGEST, max(REST if circuit.failures >= FAILURES else 0.0, rest))
            while len(self._circuits) > MOST:
                self._circuits.popitem(last=False)
