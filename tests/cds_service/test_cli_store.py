"""The commands `audit …` and `store …`: what they print, their exit status, and what they leave behind."""

from __future__ import annotations

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from cds_service.audited import Entry
from cds_service.cli import main
from cds_service.cli_audit import reader
from cds_service.store.audit import AuditLog
from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import Item
from tests.support.audits import NOW, entry, execute
from tests.support.tokens import Ehr

TODAY = datetime.now(UTC)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in [name for name in os.environ if name.startswith("PRECISION_HOOKS_")]:
        monkeypatch.delenv(name)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", url)
    return url


@pytest.fixture
def log(url: str) -> AuditLog:
    made = AuditLog(url)
    made.append([entry(number, tenant=tenant, at=TODAY) for number, tenant in enumerate(("a", "b", "a"))])
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_fault_G04_security_S57_verify_says_that_all_is_sound_or_where_it_is_not(log: AuditLog, url: str) -> None:
    done = run("audit", "verify")
    assert (done.exit_code, done.stdout) == (0, f"Sound. 3 entries. Head {log.head()}\n")
    execute(url, "UPDATE audit SET tenant = 'b' WHERE seq = 3")
    done = run("audit", "verify")
    assert done.exit_code == 1
    assert done.stdout.startswith("NOT SOUND at entry 3: edited; ")


def test_fault_G04_security_S57_verify_with_a_noted_head_finds_a_cut_off_end(log: AuditLog, url: str) -> None:
    noted = run("audit", "head").stdout.strip()
    assert run("audit", "verify", "--expect", noted).exit_code == 0
    execute(url, "DELETE FROM audit", "DELETE FROM audit_head")
    assert run("audit", "verify").exit_code == 0
    done = run("audit", "verify", "--expect", noted)
    assert (done.exit_code, done.stdout.split(";")[0]) == (1, "NOT SOUND at entry 1: truncated")


def test_a_head_that_is_none_is_refused(log: AuditLog) -> None:
    done = run("audit", "verify", "--expect", "12")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "64 hexadecimal" in done.stderr


def test_security_S58_an_export_is_itself_an_entry_with_who_what_and_when(log: AuditLog) -> None:
    done = run("audit", "export", "--tenant", "a", "--since", "2020-01-01")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["seq"], line["event"]) for line in lines] == [(1, "call"), (3, "call"), (4, "read")]
    newest = log.entries(limit=1)[0].entry
    assert (newest.event, newest.tenant) == ("read", "a")
    assert newest.details == {"by": reader(), "what": "export", "since": "2020-01-01T00:00:00+00:00"}
    assert newest.at.utcoffset() == timedelta(0) and abs(newest.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert log.verify().ok


def test_an_export_of_a_later_day_holds_what_came_since(log: AuditLog) -> None:
    done = run("audit", "export", "--since", (TODAY + timedelta(days=1)).date().isoformat())
    assert (done.exit_code, done.stdout) == (0, "")
    assert len(run("audit", "export").stdout.splitlines()) == 5  # with both reads


def test_security_S58_nothing_is_exported_where_the_reading_cannot_be_kept(log: AuditLog, url: str) -> None:
    execute(url, "ALTER TABLE audit_head RENAME TO away")
    done = run("audit", "export")
    assert (done.exit_code, done.stdout) == (2, "")


def test_security_S60_purge_keeps_what_each_client_keeps(url: str, log: AuditLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.append([entry(9, tenant=tenant, at=TODAY - timedelta(days=100)) for tenant in ("a", "b", "")])
    clients = tmp_path / "clients.toml"
    clients.write_text(Ehr("a").table(retention_days=30) + Ehr("b").table())
    monkeypatch.setenv("PRECISION_HOOKS_CLIENTS", str(clients))
    monkeypatch.setenv("PRECISION_HOOKS_BASE_URL", "https://cds.example.org")
    done = run("audit", "purge")
    assert done.stdout == "1 entries of the audit emptied; 0 of feedback, 0 shown cards and 0 used tokens deleted.\n"
    assert [line.entry.tenant for line in log.entries() if line.emptied] == ["a"]
    assert run("audit", "verify").exit_code == 0


def test_purge_of_a_service_without_clients_keeps_six_years(url: str, log: AuditLog) -> None:
    log.append([entry(9, at=TODAY - timedelta(days=days)) for days in (2189, 2191)])
    assert run("audit", "purge").stdout.startswith("1 entries")


def test_fault_G18_a_backup_is_whole_and_the_chain_goes_on_after_it_was_restored(
    url: str, log: AuditLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy" / "backup.sqlite"
    copy.parent.mkdir()
    done = run("store", "backup", str(copy))
    assert done.exit_code == 0 and str(log.head()) in done.stdout
    assert [path.stat().st_mode & 0o777 for path in copy.parent.iterdir()] == [0o600]
    log.append([Entry("security", NOW, "")])  # after the backup, and lost with the disk
    noted = run("audit", "head").stdout.strip()
    log.close()
    for path in tmp_path.glob("store.sqlite*"):
        path.unlink()
    (tmp_path / "store.sqlite").write_bytes(copy.read_bytes())
    assert run("audit", "verify").exit_code == 0
    done = run("audit", "verify", "--expect", noted)  # what came after the backup is known to be missing
    assert done.stdout.startswith("NOT SOUND at entry 4: truncated")
    log.append([entry(5)])
    assert (log.verify().ok, log.head().seq) == (True, 4)


def test_a_backup_overwrites_nothing_and_makes_nothing_of_no_store(url: str, log: AuditLog, tmp_path: Path) -> None:
    done = run("store", "backup", str(tmp_path / "store.sqlite"))
    assert done.exit_code == 2 and "there already" in done.stderr
    assert log.verify().count == 3
    assert run("store", "backup", str(tmp_path / "no folder" / "x")).exit_code == 2


def test_a_store_that_is_no_database_is_not_backed_up(url: str, tmp_path: Path) -> None:
    done = run("store", "backup", str(tmp_path / "copy"))
    assert done.exit_code == 2 and "nothing to back up" in done.stderr
    (tmp_path / "store.sqlite").write_bytes(b"no database, surely" * 500)
    done = run("store", "backup", str(tmp_path / "copy"))
    assert done.exit_code == 2 and "copied whole" in done.stderr
    assert not (tmp_path / "copy").exists()


def test_postgresql_is_backed_up_by_its_own_means(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    done = run("store", "backup", str(tmp_path / "copy"))
    assert done.exit_code == 2 and "pg_dump" in done.stderr
    for words in (("store", "migrate"), ("audit", "verify"), ("audit", "head"), ("audit", "purge"), ("audit", "export")):
        done = run(*words)
        assert done.exit_code == 2 and "PRECISION_HOOKS_STORE_URL" in done.stderr, words


def test_fault_G16_migrate_says_what_it_did(url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "store.sqlite") as database:
        database.execute("CREATE TABLE salt (id INTEGER PRIMARY KEY, value BLOB NOT NULL)")
    database.close()
    assert run("store", "migrate").stdout == "The store's tables are of revision 0002 (before: none).\n"
    assert run("store", "migrate").stdout == "The store's tables are of revision 0002, as before.\n"


def test_security_S60_rotate_keys_tells_what_stays_under_an_older_key(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    store = FeedbackStore(url, old)
    store.keep("t", "s", [Item("c", "overridden", NOW.isoformat(), comment="canary")], NOW)
    store.close()
    assert run("store", "rotate-keys").stdout.count("no key is set") == 2
    monkeypatch.setenv("PRECISION_HOOKS_COMMENT_KEY", new)
    done = run("store", "rotate-keys")
    assert done.exit_code == 2 and "0 encrypted anew, 1 that none" in done.stdout and "older keys" in done.stderr
    monkeypatch.setenv("PRECISION_HOOKS_COMMENT_KEY", f"{new},{old}")
    assert run("store", "rotate-keys").exit_code == 0
    monkeypatch.setenv("PRECISION_HOOKS_COMMENT_KEY", new)
    done = run("store", "rotate-keys")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (0, "comments: 1 encrypted anew, 0 that none of the keys decrypts.")
    assert old not in done.output and new not in done.output
