"""A log that nobody reads stops no answer, and says how much of it is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from cds_service.log_sink import Sink

LINE = b"x" * 999 + b"\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def _read(end: int, size: int) -> bytes:
    got = b""
    while len(got) < size:
        got += os.read(end, 65536)
    return got


def test_fault_G17_a_full_pipe_blocks_nobody_and_what_is_lost_is_counted(pipe: tuple[int, int]) -> None:
    lost: list[None] = []
    sink = Sink(pipe[1], lambda: lost.append(None), most=50)
    for _ in range(1000):
        sink.write(LINE)  # would wait for ever
    assert 1000 - 50 - 200 <= len(lost) < 1000  # 64 KiB and a batch of 100 are on their way
    kept = (1000 - len(lost)) * len(LINE)
    assert len(_read(pipe[0], kept)) == kept
    sink.flush()


def test_lines_come_whole_and_in_order(pipe: tuple[int, int]) -> None:
    sink = Sink(pipe[1], lambda: None)
    lines = [f"{i}\n".encode() for i in range(1000)]
    for line in lines:
        sink.write(line)
    sink.flush()
    assert _read(pipe[0], len(b"".join(lines))) == b"".join(lines)


def test_fault_G17_where_the_reader_is_gone_lines_are_lost_and_counted() -> None:
    read, write = os.pipe()
    os.close(read)
    lost: list[None] = []
    sink = Sink(write, lambda: lost.append(None))
    for _ in range(3):
        sink.write(LINE)
    sink.flush()
    os.close(write)
    assert len(lost) == 3


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_fault_G14_a_forked_process_writes_with_a_thread_of_its_own(pipe: tuple[int, int]) -> None:
    sink = Sink(pipe[1], lambda: None)
    sink.write(b"parent\n")
    sink.flush()
    child = os.fork()
    if not child:
        sink.write(b"child\n")
        sink.flush()
        os._exit(0)
    os.waitpid(child, 0)
    assert _read(pipe[0], 13) == b"parent\nchild\n"
