"""Ids of tokens that this process has seen, for a time and up to a number. Other processes know nothing of them: that is the store's."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST = 20_000  #: about three megabytes; then the oldest are forgotten, and the store alone knows them


class UsedTokens:
    """Holds digests. Its time is monotonic, so that a clock that is set brings no used token back to life."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._lock = Lock()
        self._ends: OrderedDict[bytes, float] = OrderedDict()

    def add(self, client: str, jti: str, seconds: float) -> bool:
        """True where it is new; of many threads that add the same one at once, one hears True."""
        name, now = _digest(client, jti), self._clock()
        with self._lock:
            if self._ends.get(name, now) > now:
                return False
            self._ends.pop(name, None)
            while self._ends and (next(iter(self._ends.values())) < now or len(self._ends) >= self._most):
                self._ends.popitem(last=False)
            self._ends[name] = now + seconds
            return True

    def forget(self, client: str, jti: str) -> None:
        with self._lock:
            self._ends.pop(_digest(client, jti), None)


def _digest(client: str, jti: str) -> bytes:
    return hashlib.blake2b(f"{client}\0{jti}".encode(), digest_size=16).digest()
