"""Holds the snapshot by which calls are answered, and puts a new one in its place when its files change. It reads no file's meaning.

A thread in each process looks at the files now and then. A new snapshot is made beside the calls and takes the old one's place at once; a
file that is wrong leaves the old one in force, and readiness says so until it is mended.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Generic, TypeVar

from models.errors import PrecisionError

S = TypeVar("S")
Stamp = tuple[tuple[str, int, int, int], ...]
Watched = Mapping[str, str]  #: what it is ("clients") → path of a file or a folder


class Holder(Generic[S]):
    """`rebuild` makes the next snapshot from the old one and what changed; it raises PrecisionError or OSError where a file is wrong."""

    def __init__(
        self,
        first: S,
        watched: Watched,
        rebuild: Callable[[S, frozenset[str]], S],
        *,
        every: float = 2.0,
        changed: Callable[[S, S, frozenset[str]], object] = lambda old, new, what: None,
        refused: Callable[[str], object] = lambda problem: None,
    ) -> None:
        self._snapshot, self._watched, self._rebuild, self._every = first, watched, rebuild, every
        self._changed, self._refused = changed, refused
        self._stamps = {what: stamp(path) for what, path in watched.items()}
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
            return bool(what) and self._load(what, now)

    def close(self) -> None:
        self._ended.set()

    def _load(self, what: frozenset[str], now: Mapping[str, Stamp]) -> bool:
        old, what = self._snapshot, what | self._pending
        self._stamps |= {name: now[name] for name in what}  # a wrong file is not read again until something changes
        try:
            new = self._rebuild(old, what)
        except (PrecisionError, OSError) as error:
            self._problem, self._pending = f"{', '.join(sorted(what))}: {error}", what
            self._refused(self._problem)
            return False
        self._snapshot, self._problem, self._pending = new, "", frozenset()
        self._changed(old, new, what)
        return True

    def _watch(self) -> None:
        with self._lock:
            if self._watcher == os.getpid():
                return
            self._watcher = os.getpid()
            Thread(target=self._run, name="reload", daemon=True).start()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            self.look()


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
