"""The keys of every client at hand: fetched when needed, kept for a time, asked for again at most once a minute. It judges no token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock, Thread

from cds_service.clients.client import Client
from cds_service.clients.key_fetch import SECONDS, Fetched, KeyFetch
from cds_service.clients.keys import Key, KeySet, read_keys

COOLDOWN = 60.0  #: seconds between two fetches of one key set: tokens with made-up key ids must not make us flood an EHR
_FIRST_PAUSE = 10.0  #: while there are no keys at all
_EARLY = 0.8  #: of its fresh time, after which a set is fetched again beside the calls
STALE = 86_400.0  #: seconds for which keys stay in use where their server cannot be reached


@dataclass(frozen=True, slots=True)
class KeySetState:
    """What an operator may ask of one key set. `because` is why the last fetch failed, "" where it did not."""

    source: str
    keys: int
    refused: tuple[str, ...]
    because: str
    fetched: datetime | None  #: of the keys in use; None for none, and for a file
    usable_until: datetime | None  #: when the keys in use end, if no fetch succeeds before
    certificate_end: datetime | None


class KeySets:
    """For one process. Each set has a lock of its own, held for no network."""

    def __init__(
        self,
        clients: Iterable[Client],
        *,
        http_on_loopback: bool = False,
        sandbox: bool = False,
        ca_file: str = "",
        clock: Callable[[], float] = time.monotonic,
        seconds: float = SECONDS,
    ) -> None:
        """Reads key sets that are files; raises OSError or NotAKeySet. Others are fetched when a token asks for them.

        `http_on_loopback` and `sandbox` are for development on this machine alone.
        """
        known = tuple(clients)
        jkus = {client.jku for client in known if client.jku}
        fetch = KeyFetch(jkus, http_on_loopback=http_on_loopback, sandbox=sandbox, seconds=seconds, ca_file=ca_file)
        self._fetched = {jku: _Source(jku, fetch.get, clock, seconds) for jku in sorted(jkus)}
        files = sorted({client.key_set for client in known if client.key_set})
        self._files = {path: read_keys(Path(path).read_bytes(), sandbox=sandbox) for path in files}

    def find(self, client: Client, kid: str | None) -> tuple[Key | None, str]:
        """The key, or None and why the key set could not be fetched ("" where it could, and holds no such key)."""
        if client.key_set:
            return self._files[client.key_set].find(kid), ""
        return self._fetched[client.jku].find(kid)

    def take_over(self, earlier: KeySets) -> None:
        """Keep what an earlier one has fetched, for the addresses that both know."""
        self._fetched |= {jku: source for jku, source in earlier._fetched.items() if jku in self._fetched}

    def warm(self) -> None:
        """Begin to fetch every set, so that no first call waits. Once in each process, after it was forked."""
        for source in self._fetched.values():
            source.ask(COOLDOWN, wait=False)

    def states(self) -> tuple[KeySetState, ...]:
        files = [KeySetState(path, len(s.keys), s.refused, "", None, None, s.certificate_end) for path, s in self._files.items()]
        return (*(source.state() for source in self._fetched.values()), *files)


class _Source:
    """One address, and what it last gave."""

    def __init__(self, jku: str, get: Callable[[str], Fetched], clock: Callable[[], float], seconds: float) -> None:
        self._jku, self._get, self._clock, self._seconds = jku, get, clock, seconds
        self._lock = Lock()
        self._running: Event | None = None
        self._tried = float("-inf")
        self._last = Fetched(because="was not fetched yet")
        self._held: Fetched | None = None  #: the last one that brought keys
        self._held_since = 0.0
        self._held_at: datetime | None = None

    def find(self, kid: str | None) -> tuple[Key | None, str]:
        held = self._current()
        key = held.find(kid) if held else None
        if key is None:  # perhaps the EHR has new keys
            self.ask(COOLDOWN if held else _FIRST_PAUSE, wait=True)
            held = self._usable()
            key = held.find(kid) if held else None
        return key, self._last.because if key is None else ""

    def _current(self) -> KeySet | None:
        """Fresh keys, or old ones while a fetch is under way or failed."""
        held = self._held
        if held is not None:
            age = self._clock() - self._held_since
            if age > _EARLY * held.fresh:
                self.ask(COOLDOWN, wait=age > held.fresh and self._running is None)
        return self._usable()

    def _usable(self) -> KeySet | None:
        held = self._held
        return held.keys if held is not None and self._clock() - self._held_since < STALE else None

    def ask(self, pause: float, *, wait: bool) -> None:
        """Fetch, unless that was begun less than `pause` seconds ago; `wait` for the fetch that is under way."""
        with self._lock:
            if self._running is None and self._clock() - self._tried >= pause:
                self._running, self._tried = Event(), self._clock()
                # a thread, because nothing bounds a name look-up: the call goes on without it
                Thread(target=self._run, args=(self._running,), name="key set", daemon=True).start()
            running = self._running
        if wait and running is not None:
            running.wait(self._seconds + 0.1)

    def _run(self, done: Event) -> None:
        fetched = Fetched(because="could not be fetched")
        try:
            fetched = self._get(self._jku)
        finally:
            with self._lock:
                self._last, self._running = fetched, None
                if fetched.keys is not None:  # also one without keys: what an EHR withdraws must not live on
                    self._held, self._held_since, self._held_at = fetched, self._clock(), datetime.now(UTC)
            done.set()

    def state(self) -> KeySetState:
        with self._lock:
            last, held, at = self._last, self._held, self._held_at
        keys = held.keys if held and held.keys else KeySet()
        ends = [end for end in (keys.certificate_end, held.certificate_end if held else None) if end]
        until = at + timedelta(seconds=STALE) if at else None
        return KeySetState(self._jku, len(keys.keys), keys.refused, last.because, at, until, min(ends, default=None))
