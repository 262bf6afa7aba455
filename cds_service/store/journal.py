"""Brings what must not be lost into the database, or, while that does not answer, into the spool. It knows no record's meaning.

One thread in each process (`writer`) writes all that waits in one transaction, so that many calls share one commit. A caller waits until
its record is durable: in the database, or after a bounded time in the spool. What is spooled is handed on in its order when the database
is back. A record may be written twice on the way; whoever registers a kind sees to it that it counts once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from threading import Timer
from typing import Literal

from cds_service.audited import Entry
from cds_service.errors import StoreUnavailable
from cds_service.store.entries import KIND, record_of
from cds_service.store.opened import Opened
from cds_service.store.spool import Spool, folder_of
from cds_service.store.writer import Data, Handler, Tell, Waiting, Writer

Fate = Literal["stored", "spooled", "lost"]

WAIT = 0.15  #: seconds for which a caller waits for the database


class Journal:
    """`refuse`: an audit entry that can be kept nowhere is StoreUnavailable, not an alarm alone. `told`: is called with what to count."""

    def __init__(
        self,
        url: str,
        folder: str,
        most_bytes: int,
        *,
        refuse: bool = False,
        told: Tell = lambda what, count: None,
        wait: float = WAIT,
        busy_ms: int = 1000,
    ) -> None:
        self._database, self._folder, self._most = Opened(url, busy_ms, durable=True), folder_of(folder, url), most_bytes
        self._refuse, self._told, self._wait = refuse, told, wait
        self._handlers: dict[str, Handler] = {}
        self._of: dict[int, Writer] = {}

    def register(self, kind: str, handler: Handler) -> None:
        """Before the first write: what to do with records of this kind."""
        self._handlers[kind] = handler

    def append(self, entry: Entry) -> Fate:
        """Returns when the entry is durable, or when it is lost and that was told. Raises StoreUnavailable where calls are refused then."""
        try:
            return self.write(KIND, record_of(entry))
        except StoreUnavailable:
            if self._refuse:
                raise
            return "lost"

    def write(self, kind: str, data: Data) -> Fate:
        """Into the database, or else into the spool. Raises StoreUnavailable where it could be kept in neither, as far as is known now."""
        writer = self._writer()
        waiting = Waiting(kind, data)
        if writer.take(waiting) and waiting.done.wait(self._wait):
            if waiting.fate == "stored":
                self._told("stored", 1)
                return "stored"
            if waiting.fate == "bad":
                return self._aside(writer, waiting)
        self.spool(kind, data)
        waiting.spooled = True  # only now: what cannot be spooled may still be stored
        return "spooled"

    def hand(self, kind: str, data: Data) -> None:
        """As `write`, without waiting: whoever waits for what is written next waits for this too. Raises StoreUnavailable."""
        if not self._writer().take(Waiting(kind, data, ended=self._handed_in)):
            self.spool(kind, data)

    def _handed_in(self, one: Waiting) -> None:
        """What became of a record for which nobody waits."""
        if one.fate == "stored":
            self._told("stored", 1)
            return
        with suppress(StoreUnavailable):  # told as lost by now
            if one.fate == "bad":
                self._aside(self._writer(), one)
            else:
                self.spool(one.kind, one.data)

    def spool(self, kind: str, data: Data) -> None:
        """Straight into the spool, where the caller knows that the database does not answer. Raises StoreUnavailable."""
        writer = self._writer()
        self._keep(writer.spool.write, kind, data)
        self._told("spooled", 1)
        writer.look()

    def behind(self) -> bool:
        """Does anything wait in the spool? Then what depends on it must wait there too."""
        return self._writer().behind()

    def start(self, after: float = 0.0) -> None:
        """Open the database and hand on what was left behind, beside the calls; `after` so many seconds, in which all goes to the spool.

        What the database needs is not imported before then: a first answer is not to share the processor with that.
        """
        writer = self._writer()
        if not after:
            writer.start()
            return
        writer.rest(after)
        later = Timer(after, writer.start)
        later.daemon = True
        later.start()

    def close(self) -> None:
        """Write what waits and let go of everything; a later use opens it again."""
        writer = self._of.pop(os.getpid(), None)
        if writer is not None:
            writer.stop()
        self._database.close()

    def _aside(self, writer: Writer, waiting: Waiting) -> Fate:
        self._keep(writer.spool.set_aside, waiting.kind, waiting.data)
        self._told("aside", 1)
        return "spooled"

    def _keep(self, write: Callable[[bytes], None], kind: str, data: Data) -> None:
        try:
            write(json.dumps({"kind": kind, "data": data}).encode() + b"\n")
        except OSError:
            self._told("lost", 1)
            raise StoreUnavailable("Neither the store nor its spool on this machine can be written now. Send it again later.") from None

    def _writer(self) -> Writer:
        """Of this process: a thread does not come along when a process forks, and a file's lock and a connection must not."""
        pid = os.getpid()
        if (writer := self._of.get(pid)) is None:
            for other in list(self._of.values()):
                other.spool.forget()
            spool = Spool(self._folder, self._most)
            writer = self._of.setdefault(pid, Writer(self._database, spool, self._handlers, self._told, self._wait))
        return writer
