"""Brings what must not be lost into the database, or, while that does not answer, into the spool. It knows no record's meaning.

One thread in each process writes all that waits in one transaction, so that many calls share one commit. A caller waits until its
record is durable: in the database, or after a bounded time in the spool. What is spooled is handed on in its order when the database
is back. A record may be written twice on the way; whoever registers a kind sees to it that it counts once.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Literal

from cds_service.audited import Entry
from cds_service.errors import StoreUnavailable
from cds_service.store.entries import KIND, record_of
from cds_service.store.opened import Opened
from cds_service.store.spool import Spool

if TYPE_CHECKING:
    from sqlalchemy import Connection

Data = Mapping[str, Any]  #: JSON values
Handler = Callable[["Connection", Sequence[Data]], object]  #: writes records of its kind; doing so twice is as doing so once
Fate = Literal["stored", "spooled", "lost"]
#: what is counted, for the operator. lost: neither database nor spool. torn: a crash cut the last line. aside: no database takes it
Told = Literal["stored", "spooled", "lost", "replayed", "torn", "aside"]

WAIT = 0.15  #: seconds for which a caller waits for the database
REST = 1.0  #: seconds after a failure in which nobody tries it
LOOK = 30.0  #: seconds between two looks for what other processes left behind
MOST = 500  #: records of one transaction
CROWD = 10_000  #: records that wait in memory; more are for the spool


class _Waiting:
    """One record on its way."""

    def __init__(self, kind: str, data: Data) -> None:
        self.kind, self.data = kind, data
        self.done, self.fate = Event(), ""  #: of the database: stored, failed, bad
        self.spooled = False

    def end(self, fate: str) -> None:
        self.fate = fate
        self.done.set()


class Journal:
    """`refuse`: an audit entry that can be kept nowhere is StoreUnavailable, not an alarm alone. `told`: is called with what to count."""

    def __init__(
        self,
        url: str,
        folder: str,
        most_bytes: int,
        *,
        refuse: bool = False,
        told: Callable[[Told, int], object] = lambda what, count: None,
        wait: float = WAIT,
        busy_ms: int = 1000,
    ) -> None:
        self._database, self._folder, self._most = Opened(url, busy_ms, durable=True), Path(folder), most_bytes
        self._refuse, self._told, self._wait = refuse, told, wait
        self._handlers: dict[str, Handler] = {}
        self._of: dict[int, _Writer] = {}

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
        waiting = _Waiting(kind, data)
        if writer.take(waiting) and waiting.done.wait(self._wait):
            if waiting.fate == "stored":
                self._told("stored", 1)
                return "stored"
            if waiting.fate == "bad":
                return self._aside(writer, waiting)
        self.spool(kind, data)
        waiting.spooled = True  # only now: what cannot be spooled may still be stored
        return "spooled"

    def spool(self, kind: str, data: Data) -> None:
        """Straight into the spool, where the caller knows that the database does not answer. Raises StoreUnavailable."""
        writer = self._writer()
        self._keep(writer.spool.write, kind, data)
        self._told("spooled", 1)
        writer.look()

    def behind(self) -> bool:
        """Does anything wait in the spool? Then what depends on it must wait there too."""
        try:
            return self._writer().spool.behind()
        except OSError:
            return False

    def start(self) -> None:
        """Open the database and hand on what was left behind, beside the calls: before the first one, if the operator wants it quick."""
        self._writer().start()

    def close(self) -> None:
        """Write what waits and let go of everything; a later use opens it again."""
        writer = self._of.pop(os.getpid(), None)
        if writer is not None:
            writer.stop()
        self._database.close()

    def _aside(self, writer: _Writer, waiting: _Waiting) -> Fate:
        self._keep(writer.spool.set_aside, waiting.kind, waiting.data)
        self._told("aside", 1)
        return "spooled"

    def _keep(self, write: Callable[[bytes], None], kind: str, data: Data) -> None:
        try:
            write(json.dumps({"kind": kind, "data": data}).encode() + b"\n")
        except OSError:
            self._told("lost", 1)
            raise StoreUnavailable("Neither the store nor its spool on this machine can be written now. Send it again later.") from None

    def _writer(self) -> _Writer:
        """Of this process: a thread does not come along when a process forks, and a file's lock and a connection must not."""
        pid = os.getpid()
        if (writer := self._of.get(pid)) is None:
            for other in list(self._of.values()):
                other.spool.forget()
            spool = Spool(self._folder, self._most)
            writer = self._of.setdefault(pid, _Writer(self._database, spool, self._handlers, self._told, self._wait))
        return writer


class _Writer:
    """The thread of one process."""

    def __init__(
        self, database: Opened, spool: Spool, handlers: Mapping[str, Handler], told: Callable[[Told, int], object], wait: float
    ) -> None:
        self._database, self.spool, self._handlers, self._told, self._wait = database, spool, handlers, told, wait
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()  #: None: look what is to be done
        self._lock = Lock()
        self._thread: Thread | None = None
        self._rest_until = 0.0
        self._busy_since: float | None = None  #: when the database was last asked, while it has not answered
        self._ending = False

    def start(self) -> None:
        """If it does not run yet."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="journal", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        self._ending = True
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(5)
        self.spool.let_go()

    def look(self) -> None:
        """There is something new in the spool."""
        self.start()
        if not self._resting():
            self._queue.put(None)

    def take(self, waiting: _Waiting) -> bool:
        """False where it is not worth waiting: the database failed a moment ago, or others wait for its answer in vain."""
        since = self._busy_since
        if self._resting() or (since is not None and time.monotonic() - since > self._wait) or self._queue.qsize() > CROWD:
            return False
        self._queue.put(waiting)
        self.start()
        return True

    def _resting(self) -> bool:
        return time.monotonic() < self._rest_until

    def _run(self) -> None:
        """What callers wait for goes first, then one part after another of what was spooled."""
        handing_on: Iterator[None] | None = self._hand_on()
        while True:
            batch = self._taken(0 if handing_on else REST if self.spool_is_behind() else LOOK)
            if batch:
                self._store(batch)
            if self._ending and not batch:
                return
            if handing_on is None and not self._resting() and self.spool_is_behind():
                handing_on = self._hand_on()
            if handing_on is not None and next(handing_on, self) is self:
                handing_on = None

    def spool_is_behind(self) -> bool:
        try:
            return self.spool.behind()
        except OSError:
            return False

    def _taken(self, patience: float) -> list[_Waiting]:
        """All that waits; the first is waited for."""
        found: list[_Waiting] = []
        try:
            one = self._queue.get(timeout=patience) if patience else self._queue.get_nowait()
            while one is not None:
                found.append(one)
                if len(found) == MOST:
                    break
                one = self._queue.get_nowait()
        except Empty:
            pass
        return [one for one in found if not one.spooled]

    def _store(self, batch: list[_Waiting]) -> None:
        fates = self._written([(one.kind, one.data) for one in batch])
        for one, fate in zip(batch, fates, strict=True):
            one.end(fate)

    def _written(self, records: list[tuple[str, Data]]) -> list[str]:
        """Of each record: stored, failed (the database) or bad (the record). One that is bad does not keep the others out."""
        wrong = self._tried(records)
        if wrong == "bad" and len(records) > 1:
            return [fate for record in records for fate in self._written([record])]
        return [wrong or "stored"] * len(records)

    def _tried(self, records: list[tuple[str, Data]]) -> str:
        """What was wrong, if anything; callers do not wait for long, nor again, for a database that does not answer."""
        self._busy_since = time.monotonic()
        wrong = self._wrong(records)
        self._busy_since = None
        if wrong == "failed":
            self._rest_until = time.monotonic() + REST
        return wrong

    def _wrong(self, records: list[tuple[str, Data]]) -> str:
        """Write them in one transaction; "" if that was done. No record: does the database answer at all?"""
        from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError, StatementError

        from cds_service.store.database import writing

        try:
            with writing(self._database.engine()) as connection:
                for kind, some in groupby(records, lambda record: record[0]):
                    self._handlers[kind](connection, [data for _, data in some])
        except (DataError, IntegrityError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
            return "bad"
        except (SQLAlchemyError, OSError, ImportError, StoreUnavailable) as error:
            return "bad" if type(error) is StatementError else "failed"  # its parent: a value that the driver does not take
        return ""

    def _hand_on(self) -> Iterator[None]:
        """What was spooled, by this process or by one that is gone: a part at each step. It ends where the database fails again."""
        if not self.spool_is_behind() or self._tried([]):
            return
        self.spool.let_go()
        try:
            for lines in self.spool.left_behind():
                while part := list(islice(lines, MOST)):
                    if not self._handed_on(part):
                        return
                    yield
        except OSError:
            return

    def _handed_on(self, part: list[bytes]) -> bool:
        records = [_read(line) for line in part]
        known = [record for record in records if record is not None]
        fates = iter(self._written(known) if known else [])
        kept = [None if record is None else next(fates) for record in records]
        if "failed" in kept:
            return False
        for line, fate in zip(part, kept, strict=True):
            if fate is None and not line.endswith(b"\n"):
                self._told("torn", 1)
            elif fate != "stored":
                self.spool.set_aside(line)
                self._told("aside", 1)
        self._told("replayed", kept.count("stored"))
        return True


def _read(line: bytes) -> tuple[str, Data] | None:
    """None for what is no record: torn, or of another hand."""
    try:
        record = json.loads(line) if line.endswith(b"\n") else None
        return (record["kind"], record["data"]) if record else None
    except (ValueError, TypeError, KeyError):
        return None
