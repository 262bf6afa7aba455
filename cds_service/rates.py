"""How often who may come: token buckets for calls and feedback by client, for failed authentication by address. It knows no HTTP.

Each process counts for itself, so each allows its share. What is counted is bounded: the least recently seen is forgotten.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from cds_service.clients.client import Client
from cds_service.errors import TooManyCalls, TooManyFailures

FAILURES = 30  #: failed authentications a minute from one address; beyond, they are counted and no longer told one by one
MOST = 10_000  #: clients or addresses that are told apart
_BURST = 10  #: seconds' worth of the whole rate that may come at once
_FEEDBACK_SHARE = 0.1  #: of a client's calls a minute: clinicians answer few cards, and one item of feedback costs a write
_LEAST_FEEDBACK = 60


class Buckets:
    """One bucket for each key. A key that was forgotten starts with a full one."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()  #: tokens left, and when that was
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def wait(self, key: str, a_second: float, size: float) -> float:
        """0 where there is a token, which is then taken; else the seconds until there is one."""
        now = self._clock()
        with self._lock:
            left, since = self._kept.pop(key, (size, now))
            left = min(size, left + (now - since) * a_second)
            taken = left >= 1
            self._kept[key] = (left - 1 if taken else left, now)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return 0.0 if taken else (1 - left) / a_second


class Rates:
    """What one process allows; `processes` share a client's rate."""

    def __init__(
        self,
        processes: int = 1,
        told: Callable[[str], object] = lambda what: None,
        *,
        failures: int = FAILURES,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`told` hears of each refusal: call, feedback or failure."""
        self._processes, self._told, self._failures_a_minute = processes, told, failures
        self._calls, self._feedback, self._failures = Buckets(most, clock), Buckets(most, clock), Buckets(most, clock)

    def call(self, client: Client) -> None:
        """Raises TooManyCalls."""
        self._count("call", self._calls, client.id, client.calls_per_minute)

    def feedback(self, client: Client) -> None:
        """A bucket of its own: a flood of feedback takes nothing from the calls. Raises TooManyCalls."""
        self._count("feedback", self._feedback, client.id, max(_LEAST_FEEDBACK, client.calls_per_minute * _FEEDBACK_SHARE))

    def _count(self, what: str, buckets: Buckets, key: str, a_minute: float) -> None:
        seconds = buckets.wait(key, a_minute / 60 / self._processes, max(1.0, a_minute / 60 * _BURST))
        if seconds:
            self._told(what)
            raise TooManyCalls(max(1, math.ceil(seconds)))

    def failed(self, address: str) -> None:
        """A call from there could not be authenticated. One that can is never asked here. Raises TooManyFailures."""
        share = max(1.0, self._failures_a_minute / self._processes)
        seconds = self._failures.wait(address, share / 60, share)
        if seconds:
            self._told("failure")
            raise TooManyFailures(max(1, math.ceil(seconds)))


def address_of(environ: Mapping[str, Any], proxy_hops: int) -> str:
    """Whence a call comes: of X-Forwarded-For only what the nearest `proxy_hops` proxies wrote, the rest is the caller's own word.

    Of IPv6 the network, since one caller has all its addresses.
    """
    near = str(environ.get("REMOTE_ADDR", ""))
    told = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    farthest = told[-proxy_hops] if 0 < proxy_hops <= len(told) else near
    return _network(farthest) or _network(near) or "unknown"


def _network(text: str) -> str:
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))
    return str(address)
