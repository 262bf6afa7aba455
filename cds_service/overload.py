"""How much is worked on at once in one process: a call is answered in full, with less, or turned away at once. It knows no HTTP.

Python runs one thread at a time, so more calls at once make every one of them late and none of them sooner.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Literal

from cds_service.errors import Overloaded

Level = Literal["full", "reduced"]
_QUEUE = 7  #: calls that may wait, for each that has a turn
_LONG = 0.05  #: seconds of waiting after which a call does without what is optional
_SOON = 3  #: seconds after which a client may try again, at most; spread, so that they do not all come back at once


class Load:
    """Turns of one process. `turned_away` hears of each call that was shed."""

    def __init__(self, at_once: int, queue_ms: int = 250, turned_away: Callable[[], None] = lambda: None) -> None:
        self._at_once, self._patience, self._turned_away = at_once, queue_ms / 1000, turned_away
        self._turns = Condition()
        self._busy = 0  #: turns that are taken
        self._waiting = 0  #: calls that wait for one; only so many, or threads would be missing that say no
        self._returning = 0  #: calls that had one, waited for another server meanwhile, and go on as soon as there is one
        self._in_vain = False  #: did the last one that waited get no turn? Then one at a time may try, and the others hear no at once
        self._draining = False

    @contextmanager
    def turn(self) -> Iterator[Level]:
        """A turn for one call. "reduced" where it had to wait long: then nothing optional should be fetched. Raises Overloaded."""
        level = self._enter()
        try:
            yield level
        finally:
            self._give_back()

    def _enter(self) -> Level:
        with self._turns:
            if self._free() and not self._waiting:
                self._busy += 1
                return "full"
            since = time.monotonic()
            if self._waiting < self._room() and self._waited():
                self._busy += 1
                return "reduced" if time.monotonic() - since > _LONG else "full"
        raise self.turned_away()

    @contextmanager
    def away(self) -> Iterator[None]:
        """While a call waits for another server somebody else has its turn. It goes on before those that wait for their first."""
        self._give_back()
        try:
            yield
        finally:
            with self._turns:
                self._returning += 1
                self._turns.wait_for(lambda: self._busy < self._at_once)
                self._returning -= 1
                self._busy += 1

    def _free(self) -> bool:
        return self._busy + self._returning < self._at_once

    def _give_back(self) -> None:
        with self._turns:
            self._busy -= 1
            self._turns.notify_all()

    def is_full(self) -> bool:
        """Would a call that comes now be turned away? Asked without the lock: the answer is old when it is given anyway."""
        return self._waiting >= self._room()

    def _room(self) -> int:
        return 1 if self._in_vain else _QUEUE * self._at_once

    def turned_away(self) -> Overloaded:
        """For one call, which is counted."""
        self._turned_away()
        return Overloaded(random.randint(1, _SOON))

    def _waited(self) -> bool:
        self._waiting += 1
        try:
            got = self._turns.wait_for(self._free, self._patience)
            self._in_vain = not got
            return got
        finally:
            self._waiting -= 1

    @property
    def draining(self) -> bool:
        """Is the process about to end? Calls are answered still, but no more should be sent here."""
        return self._draining

    def drain(self) -> None:
        self._draining = True
