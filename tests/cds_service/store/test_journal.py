"""The journal: nothing is lost and nothing doubled while the database, the disk or the process fails. SQLite and PostgreSQL alike."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine

from cds_service.errors import StoreUnavailable
from cds_service.store.audit import AuditLog
from cds_service.store.journal import Journal
from cds_service.store.spool import folder_of
from cds_service.store.writer import Waiting
from tests.support.audits import NOW, column, entry, execute, until

Journals = Callable[..., Journal]
Told = Counter[str]


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another writer holds the audit, and lets go at the end."""
    engine = create_engine(url)
    with engine.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE" if url.startswith("sqlite") else "LOCK TABLE audit_head IN ACCESS EXCLUSIVE MODE")
        yield
        holder.rollback()
    engine.dispose()


@contextmanager
def away(url: str) -> Iterator[None]:
    """Every write fails."""
    execute(url, "ALTER TABLE audit RENAME TO audit_away")
    try:
        yield
    finally:
        execute(url, "ALTER TABLE audit_away RENAME TO audit")


Outage = Callable[[str], AbstractContextManager[None]]


def ids(url: str) -> list[str]:
    return column(url, "SELECT id FROM audit ORDER BY seq")


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.glob("*/*"))


def test_an_entry_is_in_the_database_when_append_returns(url: str, journals: Journals) -> None:
    journal = journals(url, wait=20)
    made = [entry(number) for number in range(20)]
    assert [journal.append(one) for one in made] == ["stored"] * 20
    assert ids(url) == [one.id for one in made]


def test_many_callers_share_one_chain(url: str, journals: Journals, log: AuditLog) -> None:
    journal = journals(url, wait=20)
    made = [entry(number) for number in range(160)]

    def some(start: int) -> None:
        for one in made[start::8]:
            journal.append(one)

    threads = [Thread(target=some, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(url)) == sorted(one.id for one in made)
    assert log.verify().ok


@pytest.mark.parametrize("outage", [locked, away])
def test_fault_G01_G20_what_the_database_does_not_take_waits_and_is_handed_on_once(
    url: str, journals: Journals, told: Told, log: AuditLog, tmp_path: Path, outage: Outage
) -> None:
    journal = journals(url, wait=0.05, busy_ms=100)
    log.append([entry(0)])
    made = [entry(number) for number in range(1, 30)]
    with outage(url):
        assert {journal.append(one) for one in made} == {"spooled"}
        assert journal.behind()
        folder = folder_of(str(tmp_path / "spool"), url)
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
        assert folder.stat().st_mode & 0o777 == 0o700
    until(lambda: not journal.behind())
    assert sorted(ids(url)[1:]) == sorted(one.id for one in made)  # each once, whatever succeeded after all
    assert told["spooled"] == 29 and told["lost"] == 0
    assert log.verify().ok
    until(lambda: journal.append(entry(30)) == "stored")
    until(lambda: files(tmp_path / "spool") == [])


def test_fault_G20_a_caller_waits_once_for_a_database_that_hangs(url: str, journals: Journals, log: AuditLog) -> None:
    journal = journals(url, wait=0.2, busy_ms=20_000)
    log.append([entry(0)])
    journal.append(entry(1))
    with locked(url):
        assert journal.append(entry(2)) == "spooled"
        writer = journal._writer()
        until(lambda: writer._busy_since is not None and time.monotonic() - writer._busy_since > 0.2)
        assert not writer.take(Waiting("audit", {}))
        assert [journal.append(entry(number)) for number in (3, 4)] == ["spooled"] * 2
    until(lambda: not journal.behind())
    assert len(ids(url)) == 5


def test_fault_G01_handed_on_in_the_order_in_which_it_came(url: str, journals: Journals, log: AuditLog) -> None:
    log.append([entry(0)])
    journal = journals(url, busy_ms=50)
    made = [entry(number) for number in range(1200)]
    for one in made:
        journal.spool("audit", {"id": one.id, "at": 1, "tenant": "t", "event": "call", "service": "", "instance": "", "body": "{}"})
    until(lambda: not journal.behind())
    assert [line for line in ids(url) if line in {one.id for one in made}] == [one.id for one in made]
    assert log.verify().ok


def test_fault_G01_a_connection_that_the_server_ends_costs_nothing(journals: Journals, postgresql: str, url: str) -> None:
    if url != postgresql:
        pytest.skip("a file has no server")
    journal = journals(url, wait=5)
    made = [entry(number) for number in range(6)]
    for one in made:
        execute(
            url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        assert journal.append(one) in ("stored", "spooled")
    until(lambda: not journal.behind())
    assert sorted(ids(url)) == sorted(one.id for one in made)


# ---- neither database nor spool ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("refuse", [False, True])
def test_fault_G02_a_full_spool_is_told_and_calls_go_on_or_are_refused(
    url: str, journals: Journals, told: Told, log: AuditLog, refuse: bool
) -> None:
    log.append([entry(0)])
    journal = journals(url, most=1000, refuse=refuse, wait=0.05, busy_ms=50)
    fates: Counter[str] = Counter()
    with away(url):
        for number in range(20):
            try:
                fates[journal.append(entry(number))] += 1
            except StoreUnavailable:
                fates["refused"] += 1
    assert fates["refused" if refuse else "lost"] == told["lost"] == 20 - fates["spooled"]
    assert 1 <= fates["spooled"] < 20
    until(lambda: not journal.behind())
    assert len(ids(url)) == 1 + fates["spooled"]
    assert log.verify().ok


def test_fault_G02_a_spool_that_cannot_be_made_is_told(url: str, journals: Journals, told: Told, log: AuditLog, tmp_path: Path) -> None:
    log.append([entry(0)])
    (tmp_path / "file").write_text("no folder")
    journal = journals(url, folder=tmp_path / "file" / "spool", wait=0.05, busy_ms=50)
    with away(url):
        assert journal.append(entry(1)) == "lost"
        with pytest.raises(StoreUnavailable, match="Neither the store nor its spool"):
            journal.spool("audit", {})
    assert told["lost"] == 2
    assert journal.behind() is False


# ---- records that no database takes ------------------------------------------------------------------------------------


def test_one_bad_record_does_not_keep_the_others_out(url: str, journals: Journals, told: Told, tmp_path: Path) -> None:
    journal = journals(url, wait=20)
    assert journal.write("audit", {"id": "broken"}) == "spooled"
    assert journal.append(entry(1)) == "stored"
    assert told["aside"] == 1
    assert json.loads(*[path.read_text() for path in (tmp_path / "spool").glob("*/*.aside")])["data"] == {"id": "broken"}


def test_a_spooled_record_of_an_unknown_kind_is_set_aside(url: str, journals: Journals, told: Told, tmp_path: Path) -> None:
    journal = journals(url)
    journal.spool("of-a-later-version", {"x": 1})
    journal.append(entry(1))
    until(lambda: not journal.behind())
    assert told["aside"] == 1 and len(ids(url)) == 1
    assert "of-a-later-version" in next((tmp_path / "spool").glob("*/*.aside")).read_text()


def test_a_head_that_somebody_set_back_costs_no_entry(url: str, journals: Journals, told: Told, log: AuditLog, tmp_path: Path) -> None:
    log.append([entry(number) for number in range(3)])
    execute(url, "UPDATE audit_head SET seq = 1, count = 1")
    journal = journals(url, wait=20)
    made = entry(4)
    assert journal.append(made) == "spooled"
    assert told["aside"] == 1
    assert made.id in next((tmp_path / "spool").glob("*/*.aside")).read_text()


def test_what_another_live_process_spools_is_left_to_it(url: str, journals: Journals, tmp_path: Path, log: AuditLog) -> None:
    log.append([entry(0)])
    one, other = journals(url, busy_ms=50), journals(url, busy_ms=50)
    with away(url):
        assert one.append(entry(1, at=NOW)) == "spooled"
        assert other.append(entry(2, at=NOW)) == "spooled"
        assert len(list((tmp_path / "spool").glob("*/*.jsonl"))) == 2
        one.close()  # now its file is anybody's
    until(lambda: not other.behind())
    assert len(ids(url)) == 3
