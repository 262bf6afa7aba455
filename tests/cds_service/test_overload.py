"""Turns of one process: how many at once, who waits, who is turned away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from cds_service import overload
from cds_service.errors import Overloaded, answer_for
from cds_service.overload import Level, Load


def test_up_to_the_limit_everybody_is_answered_in_full() -> None:
    load = Load(2, queue_ms=1)
    with load.turn() as one, load.turn() as two:
        assert (one, two) == ("full", "full")
    with load.turn() as level:
        assert level == "full"


def test_fault_G12_beyond_the_limit_a_call_is_turned_away_and_counted() -> None:
    heard: list[None] = []
    load = Load(1, queue_ms=1, turned_away=lambda: heard.append(None))
    with load.turn(), pytest.raises(Overloaded) as shed, load.turn():
        pass
    told = answer_for(shed.value)
    assert (told.status, told.code) == (503, "throttled") and 1 <= shed.value.seconds <= 3
    assert len(heard) == 1


def _waiting(load: Load, levels: list[Level]) -> threading.Thread:
    def call() -> None:
        with load.turn() as level:
            levels.append(level)

    before = load._waiting
    thread = threading.Thread(target=call)
    thread.start()
    _until(lambda: load._waiting == before + 1)
    return thread


def _until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(2000):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError


def test_who_had_to_wait_long_is_answered_with_less(monkeypatch: pytest.MonkeyPatch) -> None:
    load, levels = Load(1, queue_ms=60_000), list[Level]()
    for long, expected in ((0.0, "reduced"), (60.0, "full")):
        monkeypatch.setattr(overload, "_LONG", long)
        with load.turn():
            thread = _waiting(load, levels)
        thread.join(10)
        assert levels[-1] == expected


def test_who_waits_for_another_server_leaves_its_turn_and_goes_on_before_new_ones() -> None:
    load, levels = Load(1, queue_ms=1), list[Level]()
    with load.turn():
        with load.away(), load.turn() as level:
            assert level == "full"
        with pytest.raises(Overloaded), load.turn():
            pass
    load._patience = 60.0
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with load.turn():
            with load.away():
                inside.set()
                leave.wait(10)
            levels.append("full")

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    with load.turn():
        leave.set()
        _until(lambda: load._returning == 1)
        other = _waiting(load, levels)
    thread.join(10)
    other.join(10)
    assert levels[0] == "full" and len(levels) == 2


def test_fault_G12_where_many_wait_already_nobody_else_does() -> None:
    load, levels = Load(2, queue_ms=60_000), list[Level]()
    with ExitStack() as busy:
        for _ in range(2):
            busy.enter_context(load.turn())
        threads = [_waiting(load, levels) for _ in range(2 * overload._QUEUE)]
        with pytest.raises(Overloaded), load.turn():
            pass
    for thread in threads:
        thread.join(10)
    assert len(levels) == len(threads)


def test_fault_G12_after_one_waited_in_vain_only_one_at_a_time_waits() -> None:
    load, levels = Load(2, queue_ms=1), list[Level]()
    with ExitStack() as busy:
        for _ in range(2):
            busy.enter_context(load.turn())
        with pytest.raises(Overloaded), load.turn():
            pass
        load._patience = 60.0
        thread = _waiting(load, levels)
        with pytest.raises(Overloaded), load.turn():
            pass
    thread.join(10)
    with ExitStack() as busy:  # who waited had a turn: several may wait again
        for _ in range(2):
            busy.enter_context(load.turn())
        threads = [_waiting(load, levels) for _ in range(2)]
    for thread in threads:
        thread.join(10)
    assert len(levels) == 3


def test_a_turn_is_given_back_also_when_the_call_fails() -> None:
    load = Load(1, queue_ms=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), load.turn():
            raise ZeroDivisionError
    with load.turn() as level:
        assert level == "full"


def test_fault_G10_while_it_drains_calls_are_answered() -> None:
    load = Load(1)
    load.drain()
    with load.turn() as level:
        assert level == "full"
    assert (load.draining, Load(1).draining) == (True, False)
