"""The spool's files: whole lines, written through, within their measure, each taken by one process."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from threading import Barrier, Thread

import pytest

from cds_service.store.spool import Spool, folder_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spool"


@pytest.fixture
def spool(folder: Path) -> Spool:
    return Spool(folder, 10_000)


def left(spool: Spool) -> list[bytes]:
    return [line for lines in spool.left_behind() for line in lines]


def test_what_was_written_comes_back_in_its_order_once_it_was_let_go(spool: Spool, folder: Path) -> None:
    for number in range(3):
        spool.write(b"line %d\n" % number)
    assert spool.behind()
    assert left(Spool(folder, 0)) == []  # it belongs to whoever writes it
    spool.let_go()
    assert left(Spool(folder, 0)) == [b"line 0\n", b"line 1\n", b"line 2\n"]
    assert not spool.behind() and list(folder.iterdir()) == []


def test_a_file_that_was_not_read_to_its_end_stays(spool: Spool, folder: Path) -> None:
    spool.write(b"a\n")
    spool.write(b"b\n")
    spool.let_go()
    files = Spool(folder, 0).left_behind()
    assert next(next(files)) == b"a\n"
    assert left(Spool(folder, 0)) == []  # another one reads it now
    files.close()  # type: ignore[attr-defined]
    assert left(Spool(folder, 0)) == [b"a\n", b"b\n"]


def test_a_file_that_was_half_read_and_given_up_stays(spool: Spool, folder: Path) -> None:
    spool.write(b"a\n")
    spool.write(b"b\n")
    spool.let_go()
    for lines in Spool(folder, 0).left_behind():
        next(lines)
    assert left(Spool(folder, 0)) == [b"a\n", b"b\n"]


def test_folder_and_files_are_for_their_owner_alone(spool: Spool, folder: Path) -> None:
    spool.write(b"a\n")
    spool.set_aside(b"b\n")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_fault_G02_the_measure_holds_for_all_files_together(spool: Spool, folder: Path) -> None:
    other = Spool(folder, 10_000)
    spool.write(b"x" * 5999 + b"\n")
    spool.set_aside(b"x" * 1999 + b"\n")
    with pytest.raises(OSError, match="full"):
        other.write(b"x" * 2000 + b"\n")
    with pytest.raises(OSError, match="full"):
        other.set_aside(b"x" * 2000 + b"\n")
    other.write(b"x" * 1999 + b"\n")


def test_fault_G02_half_of_a_line_is_taken_back(spool: Spool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.write(b"first\n")
    whole = os.write

    def full_disk(fd: int, data: bytes) -> int:
        if len(data) > 3:
            return whole(fd, bytes(data)[:3])
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "write", full_disk)
    with pytest.raises(OSError, match="no space"):
        spool.write(b"second\n")
    monkeypatch.undo()
    spool.write(b"third\n")
    spool.let_go()
    assert left(spool) == [b"first\n", b"third\n"]


def test_fault_G02_of_lines_that_come_at_once_those_that_fit_are_kept(folder: Path) -> None:
    spool, start = Spool(folder, 100), Barrier(8)
    kept: list[int] = []

    def write(number: int) -> None:
        start.wait()
        try:
            spool.write(b"%d" % number * 29 + b"\n")
            kept.append(number)
        except OSError:
            return

    threads = [Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spool.let_go()
    lines = left(spool)
    assert len(lines) == 3
    assert sorted(lines) == sorted(b"%d" % number * 29 + b"\n" for number in kept)


def test_a_file_that_somebody_removed_is_made_anew(spool: Spool, folder: Path) -> None:
    spool.write(b"gone\n")
    for path in folder.iterdir():
        path.unlink()
    spool.write(b"kept\n")
    spool.let_go()
    assert left(spool) == [b"kept\n"]


def test_each_line_is_written_through(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    through = os.fsync

    def seen(fd: int) -> None:
        synced.append(fd)
        through(fd)

    monkeypatch.setattr(os, "fsync", seen)
    spool.write(b"a\n")
    assert len(synced) == 2  # the folder, which holds the name, and the file
    spool.write(b"b\n")
    assert len(synced) == 3


def test_a_torn_last_line_comes_as_it_is(spool: Spool, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "1-1.jsonl").write_bytes(b"whole\nto")
    assert left(spool) == [b"whole\n", b"to"]


PG = "postgresql+psycopg://u:p@db.example.org/hooks?sslmode=verify-full"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PG, "postgresql://another:password@db.example.org/hooks", True),
        (PG, PG.replace("db.", "db2."), False),
        (PG, PG.replace("/hooks", "/trial"), False),
        ("postgresql:///hooks?host=/run/a&user=x", "postgresql:///hooks?user=y&host=/run/a", True),
        ("postgresql:///hooks?host=/run/a", "postgresql:///hooks?host=/run/b", False),
        ("sqlite:////var/a.sqlite", "sqlite:////var/b.sqlite", False),
        ("sqlite:////var/a@b.sqlite", "sqlite:////srv/b.sqlite", False),
        ("sqlite:///a.sqlite", f"sqlite:///{Path.cwd() / 'a.sqlite'}", True),
    ],
)
def test_each_database_has_a_folder_of_its_own(one: str, other: str, same: bool) -> None:
    assert (folder_of("spool", one) == folder_of("spool", other)) == same
    assert "password" not in str(folder_of("spool", other))
