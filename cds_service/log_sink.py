"""Takes lines and writes them beside the calls: a log that nobody reads any more must stop no answer. It knows nothing of what they say."""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Callable
from queue import Empty, Full, Queue
from threading import Lock, Thread

MOST = 10_000  #: lines that wait; more are dropped and counted
_AT_THE_END = 2.0  #: seconds that are given to what still waits


class Sink:
    """One thread a process, started with its first line. `lost` hears of each line that was dropped."""

    def __init__(self, descriptor: int, lost: Callable[[], object], most: int = MOST) -> None:
        self._descriptor, self._lost, self._most = descriptor, lost, most
        self._process = 0  #: in which the thread runs
        self._lock = Lock()
        self._waiting: Queue[bytes] = Queue(most)
        atexit.register(self.flush)

    def write(self, line: bytes) -> None:
        """Never waits."""
        if self._process != os.getpid():
            self._start()
        try:
            self._waiting.put_nowait(line)
        except Full:
            self._lost()

    def flush(self, seconds: float = _AT_THE_END) -> None:
        """Until all is written, or for so long."""
        until = time.monotonic() + seconds
        while self._process == os.getpid() and self._waiting.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.005)

    def _start(self) -> None:
        """Neither thread nor queue comes along when a process forks: the queue's lock may have been held just then."""
        with self._lock:
            if self._process == os.getpid():
                return
            self._waiting = Queue(self._most)
            Thread(target=self._run, args=(self._waiting,), name="log", daemon=True).start()
            self._process = os.getpid()

    def _run(self, waiting: Queue[bytes]) -> None:
        while True:
            lines = [waiting.get()]
            try:
                while len(lines) < 100:
                    lines.append(waiting.get_nowait())
            except Empty:
                pass
            self._out(b"".join(lines))
            for _ in lines:
                waiting.task_done()

    def _out(self, left: bytes) -> None:
        """To the descriptor itself: the buffer of sys.stderr has a lock, which a blocked thread would hold at the interpreter's end."""
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:  # whoever read it is gone
            for _ in range(left.count(b"\n")):
                self._lost()


def stderr_sink(lost: Callable[[], object]) -> Sink | None:
    """None where stderr is no file, as under a test that catches it."""
    try:
        return Sink(sys.stderr.fileno(), lost)
    except (OSError, ValueError, AttributeError):
        return None
