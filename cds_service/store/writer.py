"""The one thread of a process that writes: what waits in one transaction, and what was spooled once the database is back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Literal

from cds_service.errors import StoreUnavailable
from cds_service.store.opened import Opened
from cds_service.store.spool import Spool

if TYPE_CHECKING:
    from sqlalchemy import Connection

Data = Mapping[str, Any]  #: JSON values
Handler = Callable[["Connection", Sequence[Data]], object]  #: writes records of its kind; doing so twice is as doing so once
#: what is counted, for the operator. lost: neither database nor spool. torn: a crash cut the last line. aside: no database takes it
Told = Literal["stored", "spooled", "lost", "replayed", "torn", "aside"]
Tell = Callable[[Told, int], object]

REST = 1.0  #: seconds after a failure in which nobody tries it
LOOK = 30.0  #: seconds between two looks for what other processes left behind
MOST = 500  #: records of one transaction
CROWD = 10_000  #: records that wait in memory; more are for the spool


class Waiting:
    """One record on its way."""

    def __init__(self, kind: str, data: Data, ended: Callable[[Waiting], None] = lambda one: None) -> None:
        self.ended = ended  #: hears of the end where nobody waits for it
        self.kind, self.data = kind, data
        self.done, self.fate = Event(), ""  #: of the database: stored, failed, bad
        self.spooled = False

    def end(self, fate: str) -> None:
        self.fate = fate
        self.done.set()
        self.ended(self)


class Writer:
    """The thread of one process."""

    def __init__(self, database: Opened, spool: Spool, handlers: Mapping[str, Handler], told: Tell, wait: float) -> None:
        self._database, self.spool, self._handlers, self._told, self._wait = database, spool, handlers, told, wait
        self._queue: SimpleQueue[Waiting | None] = SimpleQueue()  #: None: look what is to be done
        self._lock = Lock()
        self._thread: Thread | None = None
        self._rest_until = self._look_at = 0.0  #: until then the database is not tried, the spool not looked at
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

    def rest(self, seconds: float) -> None:
        """Leave the database alone for so long: what comes meanwhile is for the spool."""
        self._rest_until = time.monotonic() + seconds

    def stop(self) -> None:
        self._ending = True
        self._queue.put(None)
        if self._thread is not None:
            self._thread.join(5)
        self.spool.let_go()

    def look(self) -> None:
        """There is something new in the spool. While the database is left alone nothing is done about it."""
        if not self._resting():
            self.start()
            self._queue.put(None)

    def take(self, waiting: Waiting) -> bool:
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
            if batch := self._taken(waits=handing_on is None):
                self._store(batch)
            elif self._ending:
                return
            if handing_on is None and self._due():
                handing_on = self._hand_on()
            if handing_on is not None and next(handing_on, self) is self:
                handing_on = None

    def _due(self) -> bool:
        """Is something to be handed on? Not with every record: what waits is written in few large parts."""
        now = time.monotonic()
        if now < max(self._rest_until, self._look_at):
            return False
        self._look_at = now + REST
        return self.behind()

    def behind(self) -> bool:
        """Does anything wait in the spool, of whatever process?"""
        try:
            return self.spool.behind()
        except OSError:
            return False

    def _taken(self, waits: bool) -> list[Waiting]:
        """All that is in the queue; `waits` for the first of it."""
        found: list[Waiting] = []
        try:
            if waits and self._queue.empty():
                one = self._queue.get(timeout=REST if self._resting() or self.behind() else LOOK)
            else:
                one = self._queue.get_nowait()
            while one is not None:
                found.append(one)
                if len(found) == MOST:
                    break
                one = self._queue.get_nowait()
        except Empty:
            pass
        return [one for one in found if not one.spooled]

    def _store(self, batch: list[Waiting]) -> None:
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
        try:
            wrong = self._wrong(records)
        except (ImportError, AttributeError):  # a process that was forked amid an import has half a module; others hand its records on
            wrong = "failed"
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
        except (DataError, IntegrityError, LookupError, TypeError, ValueError, ArithmeticError):
            return "bad"
        except (SQLAlchemyError, OSError, ImportError, StoreUnavailable) as error:
            return "bad" if type(error) is StatementError else "failed"  # its parent: a value that the driver does not take
        return ""

    def _hand_on(self) -> Iterator[None]:
        """What was spooled, by this process or by one that is gone: a part at each step. It ends where the database fails again."""
        if not self.behind() or self._tried([]):
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
        return (record["kind"], record["data"]) if record and isinstance(record["data"], dict) else None
    except (ValueError, TypeError, KeyError):
        return None
