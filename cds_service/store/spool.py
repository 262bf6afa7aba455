"""Files on this machine in which records wait for a database that does not answer. One file for each process; it knows no record's meaning.

Whoever holds a file's lock owns it: the process that writes it, and once that process is gone (or has let go of it), any process that
takes the lock, hands its records on and removes it. A file that was locked by a dead process is free: the kernel sees to that.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qsl

_PLACES = ("host", "port", "dbname", "service")  #: of what may stand behind the ? of a URL
_WAITING, _ASIDE, _NEW = ".jsonl", ".aside", ".new"


def folder_of(spool: str, url: str) -> Path:
    """Of one database, within the operator's folder: what waits for one must not be handed to another, such as that of a trial.

    User, password and options of the connection may change; another host, port, file or name is another database.
    """
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    if scheme.startswith("sqlite"):
        where = [str(Path(place.removeprefix("/")).absolute())]
    else:
        where = [place.rpartition("@")[2], *sorted(f"{name}={value}" for name, value in parse_qsl(query) if name in _PLACES)]
    return Path(spool) / sha256("\n".join([scheme.partition("+")[0], *where]).encode()).hexdigest()[:16]


class _Ticket:
    """One line that a thread wants written."""

    def __init__(self, line: bytes) -> None:
        self.line, self.done = line, False
        self.error: OSError | None = None


class Spool:
    """Of one process. `most`: bytes of all files in the folder together."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._fd, self._size = -1, 0
        self._lock, self._gate = Lock(), Lock()
        self._tickets: list[_Ticket] = []

    def write(self, line: bytes) -> None:
        """On the disk when this returns: of threads that come at once, one writes for all. Raises OSError: then nothing is kept."""
        ticket = _Ticket(line)
        with self._gate:
            self._tickets.append(ticket)
        with self._lock:
            if not ticket.done:
                with self._gate:
                    waiting, self._tickets = self._tickets, []
                self._write_all(waiting)
        if ticket.error is not None:
            raise ticket.error

    def _write_all(self, tickets: list[_Ticket]) -> None:
        try:
            self._append(b"".join(ticket.line for ticket in tickets))
        except OSError as error:
            if len(tickets) > 1:  # what is left of the space may hold some of them
                for ticket in tickets:
                    self._write_all([ticket])
                return
            tickets[0].error = error
        for ticket in tickets:
            ticket.done = True

    def _append(self, data: bytes) -> None:
        if self._fd >= 0 and os.fstat(self._fd).st_nlink == 0:  # somebody removed it
            self._let_go()
        if self._used() + len(data) > self._most:
            raise OSError(errno.ENOSPC, "the spool is full")
        if self._fd < 0:
            self._open()
        try:
            _written(self._fd, data)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._fd, self._size)  # no half of a line before the next one
            raise
        self._size += len(data)

    def _open(self) -> None:
        """Under another name until it is locked, so that nobody takes it for one that was left behind."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{time.time_ns():020d}-{os.getpid()}{_WAITING}"
        new = path.with_suffix(_NEW)
        fd = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            new.rename(path)
            _settle(self._folder)
        except OSError:
            os.close(fd)
            raise
        self._fd, self._size = fd, 0

    def let_go(self) -> None:
        """Close the file, so that it can be taken like one that was left behind; what comes next goes into another."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = -1, 0

    def forget(self) -> None:
        """In a forked process: this file is the other one's, which goes on writing it."""
        if self._fd >= 0:
            os.close(self._fd)  # its lock stays while the other one has it open
        self._fd = -1

    def set_aside(self, line: bytes) -> None:
        """Keep a line that no database takes, for an operator to look at. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._used() + len(line) > self._most:
            raise OSError(errno.ENOSPC, "the spool is full")
        path = self._folder / f"{os.getpid()}{_ASIDE}"
        fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            _written(fd, line)
        finally:
            os.close(fd)

    def _used(self) -> int:
        return sum(size for _, size in self._files((_WAITING, _ASIDE)))

    def behind(self) -> bool:
        """Does anything wait, of whatever process?"""
        return any(size for _, size in self._files((_WAITING,)))

    def _files(self, kinds: tuple[str, ...]) -> list[tuple[Path, int]]:
        found: list[tuple[Path, int]] = []
        with suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                if path.suffix in kinds:
                    with suppress(FileNotFoundError):  # it was handed on in between
                        found.append((path, path.stat().st_size))
        return sorted(found)

    def left_behind(self) -> Iterator[Iterator[bytes]]:
        """The lines of each file that nobody holds, the oldest first. A file is removed when its lines were taken to the end.

        A last line without its end was torn by a crash: whoever wrote it was never told that it is kept. It comes as it is.
        """
        for path, _ in self._files((_WAITING,)):
            with _claimed(path) as fd:
                if fd is None:
                    continue
                with open(fd, "rb", closefd=False) as lines:
                    yield iter(lines)
                    ended = not lines.read(1)
                if ended:
                    path.unlink()


@contextmanager
def _claimed(path: Path) -> Iterator[int | None]:
    """The file, locked; None where another holds it or was quicker."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield fd if os.fstat(fd).st_nlink else None
    finally:
        os.close(fd)


def _written(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.fsync(fd)


def _settle(folder: Path) -> None:
    """The file's name is on the disk too."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
