"""Used tokens: each is new once, whichever process asks. SQLite and PostgreSQL alike."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from cds_service.errors import StoreUnavailable
from cds_service.store import jti as module
from cds_service.store.jti import JtiStore
from tests.support.audits import column, execute

NOW = 1_800_000_000
ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(url: str) -> Iterator[JtiStore]:
    made = JtiStore(url, busy_ms=20_000)
    yield made
    made.close()


def test_a_token_is_new_once_for_each_client(store: JtiStore) -> None:
    assert [store.remember(client, "j1", NOW + 300, NOW) for client in ("a", "a", "b", "a")] == [True, False, True, False]
    assert store.remember("a", "j2", NOW + 300, NOW)


def test_the_token_itself_is_not_kept(store: JtiStore, url: str) -> None:
    store.remember("a", "jti-canary", NOW + 300, NOW)
    (kept,) = column(url, "SELECT jti FROM jti")
    assert len(kept) == 64 and "canary" not in kept


@pytest.mark.parametrize("odd", ["'); DROP TABLE jti; --", "x" * 10_000, "\0", "\ud800", "é"])
def test_security_S45_a_jti_is_data(store: JtiStore, odd: str) -> None:
    assert store.remember("a", odd, NOW + 300, NOW)
    assert not store.remember("a", odd, NOW + 300, NOW)


def test_what_has_expired_is_dropped_and_no_more(store: JtiStore, url: str) -> None:
    for number in range(3):
        store.remember("a", f"j{number}", NOW + number * 10, NOW)
    store.drop(NOW + 10)
    assert sorted(column(url, "SELECT until FROM jti")) == [NOW + 10, NOW + 20]


def test_dropping_happens_beside_a_call(store: JtiStore, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dropped: list[int] = []
    monkeypatch.setattr(store, "drop", dropped.append)

    class Now:
        def __init__(self, target: object, args: tuple[int], daemon: bool) -> None:
            assert daemon
            self.start = lambda: dropped.append(*args)

    monkeypatch.setattr(module, "Thread", Now)
    store.remember("a", "j1", NOW, NOW)
    assert dropped == []
    store._drop_at = 0.0
    store.remember("a", "j2", NOW, NOW)
    store.remember("a", "j3", NOW, NOW)
    assert dropped == [NOW]


def test_of_threads_that_come_at_once_one_passes(store: JtiStore) -> None:
    passed: list[bool] = []
    threads = [Thread(target=lambda: passed.append(store.remember("a", "j1", NOW + 300, NOW))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(passed) == [False] * 7 + [True]


def test_fault_G05_security_S15_of_processes_that_come_at_once_one_passes(store: JtiStore, url: str) -> None:
    store.remember("a", "before", NOW + 300, NOW)
    program = (
        "import sys; from cds_service.store.jti import JtiStore\n"
        f"store = JtiStore(sys.argv[1], busy_ms=20000); sys.stdin.readline()\n"
        f"print(sum(store.remember('a', f'j{{n}}', {NOW + 300}, {NOW}) for n in range(50)))"
    )
    run = [sys.executable, "-c", program, url]
    running = [subprocess.Popen(run, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    passed = [int(one.communicate("go\n", timeout=60)[0]) for one in running]
    assert sum(passed) == 50


def test_fault_G05_a_store_that_cannot_say_is_an_error_and_no_answer(store: JtiStore, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store.remember("a", "j1", NOW + 300, NOW)
    execute(url, "ALTER TABLE jti RENAME TO jti_away")
    with pytest.raises(StoreUnavailable, match="used before"):
        store.remember("a", "j2", NOW + 300, NOW)
    execute(url, "ALTER TABLE jti_away RENAME TO jti")
    with pytest.raises(StoreUnavailable):  # nobody waits again for what failed a moment ago
        store.remember("a", "j2", NOW + 300, NOW)
    store._rest_until = 0.0
    assert store.remember("a", "j2", NOW + 300, NOW)
    assert not store.remember("a", "j1", NOW + 300, NOW)


def test_fault_G05_dropping_from_a_store_that_is_away_is_no_failure() -> None:
    JtiStore("postgresql+psycopg://nobody@127.0.0.1:1/nothing").drop(NOW)
