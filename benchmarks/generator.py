"""Calls a service from a process of its own, at a set rate or as fast as it answers, and tells each answer's status and time.

    python -m benchmarks.generator HOST:PORT PATH BODY TOKENS RATE SECONDS CONNECTIONS

At a set rate, time counts from the moment when the call was due: a call that could not be sent in time is late, not left out.
RATE 0: as fast as possible. TOKENS holds one for each line, each used once.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Lock

HEADERS = {"Content-Type": "application/json"}


class Presser:
    """Connections that share one schedule and one list of tokens."""

    def __init__(self, address: str, path: str, body: bytes, tokens: Iterator[str], rate: float, seconds: float) -> None:
        self._address, self._path, self._body, self._tokens, self._rate = address, path, body, tokens, rate
        self._number, self._lock = count(), Lock()
        self._begin = time.perf_counter()
        self._end = self._begin + seconds
        self.found: list[tuple[int, float]] = []  #: status (0: no answer) and milliseconds

    def press(self) -> None:
        connection = http.client.HTTPConnection(self._address, timeout=30)
        while (due := self._due()) is not None:
            time.sleep(max(0.0, due[0] - time.perf_counter()))
            try:
                connection.request("POST", self._path, self._body, HEADERS | {"Authorization": f"Bearer {due[1]}"})
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                status = 0
                connection.close()
            self.found.append((status, (time.perf_counter() - due[0]) * 1000))
        connection.close()

    def _due(self) -> tuple[float, str] | None:
        with self._lock:
            at = self._begin + next(self._number) / self._rate if self._rate else time.perf_counter()
            token = next(self._tokens, None)
        return None if at > self._end or token is None else (at, token)


def main() -> None:
    address, path, body, tokens, rate, seconds, connections = sys.argv[1:]
    lines = iter(Path(tokens).read_text("ascii").split())
    presser = Presser(address, path, Path(body).read_bytes(), lines, float(rate), float(seconds))
    with ThreadPoolExecutor(int(connections)) as threads:
        for done in [threads.submit(presser.press) for _ in range(int(connections))]:
            done.result()
    print(json.dumps(presser.found))


if __name__ == "__main__":
    main()
