"""Processes that write a journal and are killed, fork, or have no disk left: what they said is kept is kept, once. Both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.store.audit import AuditLog
from cds_service.store.journal import Journal
from cds_service.store.spool import folder_of
from tests.support.audits import column, until

Journals = Callable[..., Journal]
Told = Counter[str]
ROOT = Path(__file__).parents[3]


def ids(url: str) -> list[str]:
    return column(url, "SELECT id FROM audit ORDER BY seq")


def process(url: str, folder: Path, how: str) -> subprocess.Popen[str]:
    run = [sys.executable, "-m", "tests.support.journal_process", url, str(folder), how]
    return subprocess.Popen(run, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_fault_G02_a_full_disk_loses_nothing_that_was_said_to_be_kept(tmp_path: Path, journals: Journals, told: Told) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    done = process(url, tmp_path / "spool", "small-files")
    said = done.communicate(timeout=120)[0].splitlines()
    assert done.returncode == 0
    fates = Counter(line.split()[0] for line in said)
    assert fates["lost"] and fates["spooled"] and sum(fates.values()) == 200
    journal = journals(url, most=1 << 24)
    journal.start()
    until(lambda: not journal.behind())
    kept = Counter(ids(url))
    assert set(kept.values()) == {1}
    assert {line.split()[1] for line in said if not line.startswith("lost")} <= set(kept)
    assert AuditLog(url).verify().ok


@pytest.mark.parametrize("lines", [1, 300])
def test_fault_G03_G11_a_writer_that_is_killed_leaves_whole_entries_and_a_chain(
    url: str, journals: Journals, log: AuditLog, tmp_path: Path, lines: int
) -> None:
    running = process(url, tmp_path / "spool", "for-ever")
    assert running.stdout is not None
    said = [running.stdout.readline().split() for _ in range(lines)]
    os.kill(running.pid, signal.SIGKILL)
    said += [line.split() for line in running.communicate()[0].splitlines(keepends=True) if line.endswith("\n")]
    journal = journals(url)
    journal.start()  # hands on what the dead one left
    until(lambda: not journal.behind())
    kept = Counter(ids(url))
    assert set(kept.values()) == {1}
    assert {name for _, name in said} <= set(kept)
    assert log.verify().ok


def test_fault_G03_a_torn_last_line_is_told_and_the_whole_ones_are_kept(url: str, journals: Journals, told: Told, tmp_path: Path) -> None:
    folder = folder_of(str(tmp_path / "spool"), url)
    folder.mkdir(parents=True)
    record = {"id": "a", "at": 1, "tenant": "t", "event": "call", "service": "", "instance": "", "body": "{}"}
    lines = [json.dumps({"kind": "audit", "data": record | {"id": name}}) + "\n" for name in ("a", "b")]
    (folder / "00000000000000000001-1.jsonl").write_text("".join(lines) + lines[0][:40])
    journal = journals(url)
    journal.start()
    until(lambda: not journal.behind())
    assert ids(url) == ["a", "b"]
    assert (told["torn"], told["replayed"], told["aside"]) == (1, 2, 0)


def test_fault_G14_a_forked_process_has_its_own_thread_file_and_connection(url: str, tmp_path: Path, log: AuditLog) -> None:
    log.head()
    done = process(url, tmp_path / "spool", "fork")
    said = [line.split()[1] for line in done.communicate(timeout=60)[0].splitlines()]
    assert done.returncode == 0
    assert len(set(said)) == 15
    left = Journal(url, str(tmp_path / "spool"), 1 << 20)
    AuditLog(url, journal=left)
    left.start()
    until(lambda: not left.behind())
    left.close()
    assert sorted(ids(url)) == sorted(said)
    assert log.verify().ok
