"""The service as a hospital runs it: real processes on a free port, and clients that press on it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from urllib.parse import urlsplit

import orjson

PATH = "/cds-services/precision-order-sign"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Production:
    """One running service."""

    base: str
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.base)
        return str(parts.hostname), int(parts.port or 0)

    @property
    def pids(self) -> list[int]:
        """Of the processes that answer."""
        return [int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii").split()]

    def ask(self, method: str = "GET", path: str = "/health", body: bytes | None = None) -> tuple[int, Mapping[str, str], bytes]:
        return ask(self.address, method, path, body)

    def send(self, *parts: bytes) -> bytes:
        """What comes back for these bytes, to the end of the connection."""
        with socket.create_connection(self.address, timeout=20) as line:
            for part in parts:
                line.sendall(part)
            got = b""
            while chunk := line.recv(65536):
                got += chunk
        return got


def ask(address: tuple[str, int], method: str, path: str, body: bytes | None = None) -> tuple[int, Mapping[str, str], bytes]:
    connection = http.client.HTTPConnection(*address, timeout=20)
    try:
        connection.request(method, path, body, JSON | {"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@contextmanager
def running_production(folder: Path, *, workers: int | None = 2, log: int = subprocess.DEVNULL, **settings: object) -> Iterator[Production]:
    """`workers` None: one process, by waitress. `settings`: PRECISION_HOOKS_… in lower case."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    given = {"store_url": f"sqlite:///{folder / 'store.sqlite'}", "port": port} | settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PRECISION_HOOKS_")}
    environment |= {f"PRECISION_HOOKS_{name.upper()}": str(value) for name, value in given.items()}
    several = ["--workers", str(workers)] if workers else []
    command = [sys.executable, "-m", "cds_service.cli", "serve", *several]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=log)
    running = Production(f"http://127.0.0.1:{port}", process)
    try:
        until(lambda: answers(running) and len(running.pids) == (workers or 0))
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(of: Production) -> bool:
    try:
        return of.ask()[0] == 200
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """A bound for a test that would hang, not a measure."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError("it did not come to pass")
        time.sleep(0.02)


@dataclass(slots=True)
class Crowd:
    """Clients that call one after the other until they are told to stop; each call is a connection of its own."""

    address: tuple[str, int]
    body: bytes
    clients: int = 8
    answers: Counter[object] = field(default_factory=Counter)  #: by status, or by the name of what failed
    unclear: list[str] = field(default_factory=list)  #: what was wrong with an answer
    _lock: Lock = field(default_factory=Lock)
    _stop: Event = field(default_factory=Event)

    def stop(self) -> None:
        self._stop.set()

    @contextmanager
    def pressing(self) -> Iterator[Crowd]:
        with ThreadPoolExecutor(self.clients) as threads:
            done = [threads.submit(self._press) for _ in range(self.clients)]
            try:
                yield self
            finally:
                self.stop()
        for one in done:
            one.result()

    def _press(self) -> None:
        while not self._stop.is_set():
            try:
                status, headers, body = ask(self.address, "POST", PATH, self.body)
            except (OSError, http.client.HTTPException) as error:
                self._note(type(error).__name__)
                continue
            self._note(status)
            if status != 200 and not (status == 503 and headers.get("Retry-After", "").isdigit()):
                self.unclear.append(f"{status} {headers}")
            orjson.loads(body)

    def _note(self, what: object) -> None:
        with self._lock:
            self.answers[what] += 1

    def total(self) -> int:
        return self.answers.total()
