"""Holds the snapshot by which calls are answered, and puts a new one in its place when its files change. It reads no file's meaning.

A thread in each process looks at the files now and then. A new snapshot is made beside the calls and takes the old one's place at once; a
file that is wrong leaves the old one in force, and readiness says so until it is mended. Nothing that is wrong ends the thread or holds
back another file: a kill switch must not wait until somebody has mended the knowledge.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from models.errors import PrecisionError

S = TypeVar("S")
Stamp = tuple[tuple[str, int, int, int], ...]
Watched = Mapping[str, str]  #: what it is ("clients") → path of a file or a folder


class Holder(Generic[S]):
    """`rebuild` makes the next snapshot from the old one and what changed; it raises where a file is wrong."""

    def __init__(
        self,
        first: S,
        watched: Watched,
        rebuild: Callable[[S, frozenset[str]], S],
        *,
        stamps: Mapping[str, Stamp] | None = None,
        every: float = 2.0,
        changed: Callable[[S, S, frozenset[str]], object] = lambda old, new, what: None,
        refused: Callable[[str], object] = lambda problem: None,
    ) -> None:
        self._snapshot, self._watched, self._rebuild, self._every = first, watched, rebuild, every
        self._changed, self._refused = changed, refused
        #: from before `first` was read, so that a change meanwhile is seen
        self._stamps = dict(stamps) if stamps is not None else {what: stamp(path) for what, path in watched.items()}
        self._seen = dict(self._stamps)  #: at the last look, to tell a file that is still being written
        self._problem, self._pending = "", frozenset[str]()  #: pending: what changed and is not in force, since something was wrong
        self._lock = Lock()
        self._watcher = 0  #: process in which the watcher runs
        self._ended = Event()

    def current(self) -> S:
        """The snapshot of this moment. A call keeps the one that it began with."""
        if self._watcher != os.getpid() and self._watched:
            self._watch()
        return self._snapshot

    @property
    def problem(self) -> str:
        """Why a changed file is not in force, in our own words; "" where all are."""
        return self._problem

    def look(self) -> bool:
        """Load what has changed since the last time, unless it changes still. True where a new snapshot is in force now."""
        with self._lock:
            now = {what: stamp(path) for what, path in self._watched.items()}
            still = {what for what in now if now[what] != self._seen[what]}
            what = frozenset(name for name in now if now[name] != self._stamps[name] and name not in still)
            self._seen = now
            return bool(what) and self._load(what | (self._pending - still), now)

    def close(self) -> None:
        self._ended.set()

    def _load(self, what: frozenset[str], now: Mapping[str, Stamp]) -> bool:
        old, before = self._snapshot, self._problem
        self._stamps |= {name: now[name] for name in what}  # a wrong file is not read again until something changes
        new, problem = self._tried(old, what)
        wrong: Mapping[str, str] = dict.fromkeys(what, problem) if problem else {}
        if len(wrong) > 1:
            new, wrong = self._each(old, what)
        self._snapshot, self._problem, self._pending = new, "; ".join(wrong.values()), frozenset(wrong)
        if self._problem and self._problem != before:
            self._refused(self._problem)
        if new is not old:
            self._tell(old, new, what - self._pending)
        return new is not old

    def _tried(self, old: S, what: frozenset[str]) -> tuple[S, str]:
        """The next snapshot, or the old one and what is wrong."""
        try:
            return self._rebuild(old, what), ""
        except Exception as error:  # noqa: BLE001 - whatever a file brings about, the old snapshot stays and the watcher lives
            return old, f"{', '.join(sorted(what))}: {_said(error)}"

    def _each(self, old: S, what: frozenset[str]) -> tuple[S, Mapping[str, str]]:
        """One after the other: what is sound holds, what is wrong waits. Twice, since one may need what another brings."""
        new, left, wrong = old, sorted(what), dict[str, str]()
        for _ in range(2):
            wrong = {}
            for name in left:
                new, problem = self._tried(new, frozenset({name}))
                wrong |= {name: problem} if problem else {}
            left = list(wrong)
        return new, wrong

    def _tell(self, old: S, new: S, what: frozenset[str]) -> None:
        """It holds already; where that cannot be recorded, the log says so."""
        try:
            self._changed(old, new, what)
        except Exception as error:  # noqa: BLE001 - the audit may be out of reach
            self._refused(f"{', '.join(sorted(what))}: in force, but not recorded: {_said(error)}")

    def _watch(self) -> None:
        with self._lock:
            if self._watcher == os.getpid():
                return
            self._watcher = os.getpid()
            Thread(target=self._run, name="reload", daemon=True).start()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            with suppress(Exception):  # of what tells, such as a log that is closed: the next look is due all the same
                self.look()


def _said(error: Exception) -> str:
    """Our own sentences whole; of others neither paths nor what they quote."""
    if isinstance(error, PrecisionError):
        return str(error)
    if isinstance(error, OSError):
        return f"{Path(str(error.filename or 'a file')).name}: {error.strerror or 'cannot be read'}"
    return f"cannot be read ({type(error).__name__}); copy it anew"


def stamp(path: str) -> Stamp:
    """Changes whenever the file, or one in the folder, does: name, time, size and inode of what the path leads to now."""
    return tuple(_stamps(Path(path))) if path else ()


def _stamps(path: Path) -> Iterator[tuple[str, int, int, int]]:
    try:
        real = path.resolve()
        files = sorted(file for file in real.rglob("*") if file.is_file()) if real.is_dir() else [real]
        for file in files:
            found = file.stat()
            yield str(file.relative_to(real)), found.st_mtime_ns, found.st_size, found.st_ino
    except OSError:
        return
