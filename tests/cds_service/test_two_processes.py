"""Two processes, one store, one EHR that signs its calls: nothing is lost, nothing counts twice, whatever dies meanwhile."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import pytest

from cds_service.store.audit import AuditLog
from tests.support.hospital import BASE, SIGN, clients_file
from tests.support.postgresql import own_database, own_server
from tests.support.production import Production, running_production, until
from tests.support.tokens import Ehr

DEMO: dict[str, Any] = json.loads((files("cds_service") / "demo.json").read_text("utf-8"))
STORES = ["sqlite", "postgresql"]


class Site:
    """One running service with one EHR, and what became of each call."""

    def __init__(self, running: Production, ehr: Ehr, url: str) -> None:
        self.running, self.ehr, self.url = running, ehr, url
        self.answered: list[str] = []  #: hookInstance of each call that got a 200
        self.fates: Counter[str] = Counter()
        self._lock = threading.Lock()

    def call(self, token: str | None = None, instance: str | None = None) -> int:
        """One order-sign call; its status, 0 where the connection broke."""
        instance = instance or str(uuid4())
        body = json.dumps(DEMO | {"hookInstance": instance, "context": DEMO["context"] | {"encounterId": instance}}).encode()
        bearer = f"Bearer {token or self.ehr.token(BASE + SIGN)}"
        headers = {"Content-Type": "application/json", "Authorization": bearer, "Connection": "close"}
        connection = http.client.HTTPConnection(*self.running.address, timeout=20)
        try:
            connection.request("POST", SIGN, body, headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = 0
        finally:
            connection.close()
        with self._lock:
            self.fates[str(status)] += 1
            self.answered += [instance] if status == 200 else []
        return status

    def press(self, calls: int, clients: int = 6) -> list[threading.Thread]:
        """Callers beside us, each after the other."""

        def work() -> None:
            for _ in range(calls):
                self.call()

        threads = [threading.Thread(target=work) for _ in range(clients)]
        for thread in threads:
            thread.start()
        return threads

    def audited(self) -> Counter[str]:
        """How often each call stands in the audit."""
        log = AuditLog(self.url)
        lines = log.entries(event="call", limit=100_000)
        log.close()
        return Counter(line.entry.instance for line in lines)

    def verified(self) -> bool:
        log = AuditLog(self.url)
        found = log.verify().ok
        log.close()
        return found

    def all_are_there(self) -> bool:
        kept = self.audited()
        return all(kept[instance] for instance in self.answered)


@contextmanager
def site(folder: Path, url: str) -> Iterator[Site]:
    ehr = Ehr("epic-test")
    clients = clients_file(folder, "calls_per_minute = 100000\n", ehrs=(ehr,))
    with running_production(
        folder, store_url=url, clients=clients, base_url=BASE, spool=folder / "spool", drain_seconds=0, at_once=16
    ) as running:
        yield Site(running, ehr, url)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return own_database(request.getfixturevalue("postgresql"))


@pytest.mark.parametrize("url", STORES, indirect=True)
def test_security_S15_a_token_that_comes_to_both_processes_at_once_passes_once(tmp_path: Path, url: str) -> None:
    with site(tmp_path, url) as place:
        until(lambda: place.call() == 200)
        for _ in range(5):
            token = place.ehr.token(BASE + SIGN)
            statuses: list[int] = []
            gate = threading.Barrier(8)

            def race(token: str = token, statuses: list[int] = statuses, gate: threading.Barrier = gate) -> None:
                gate.wait()
                statuses.append(place.call(token))

            threads = [threading.Thread(target=race) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert statuses.count(200) == 1 and set(statuses) <= {200, 401, 429}, "429: one address failed too often by now"


@pytest.mark.parametrize("url", STORES, indirect=True)
def test_fault_G11_G03_kill_9_of_a_process_under_load_loses_and_doubles_nothing(tmp_path: Path, url: str) -> None:
    with site(tmp_path, url) as place:
        until(lambda: place.call() == 200)
        threads = place.press(40)
        before = set(place.running.pids)
        until(lambda: len(place.answered) > 40)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(set(place.running.pids) - before) == 1)
        for thread in threads:
            thread.join()
        until(lambda: place.all_are_there())
    assert set(place.fates) <= {"200", "0"} and place.fates["0"] <= 16, "only what was under way in that process may break off"
    kept = place.audited()
    assert max(kept.values()) == 1
    assert place.verified()


def test_fault_G01_a_database_that_goes_and_comes_back_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """SQLite: its folder is taken away and given back."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'store.sqlite'}"
    with site(tmp_path, url) as place:
        until(lambda: place.call() == 200)
        until(lambda: place.all_are_there())
        folder.rename(tmp_path / "away")
        folder.write_text("")  # nothing can be made there now
        threads = place.press(5)
        for thread in threads:
            thread.join()
        folder.unlink()
        (tmp_path / "away").rename(folder)
        assert set(place.fates) == {"200"}, "orders are answered all the same"
        until(lambda: place.call() == 200 and place.all_are_there())
    assert max(place.audited().values()) == 1
    assert place.verified()


def test_fault_G01_G20_a_postgresql_that_is_stopped_and_started_again(tmp_path: Path) -> None:
    with TemporaryDirectory(prefix="precision-hooks-") as data, own_server(Path(data)) as server, site(tmp_path, server.url) as place:
        until(lambda: place.call() == 200)
        until(lambda: place.all_are_there())
        server.stop()
        threads = place.press(5)
        for thread in threads:
            thread.join()
        assert set(place.fates) == {"200"}, "orders are answered all the same"
        server.start()
        until(lambda: place.call() == 200 and place.all_are_there())
        assert max(place.audited().values()) == 1
        assert place.verified()
