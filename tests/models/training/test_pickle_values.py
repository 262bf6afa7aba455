"""A pickle is read without running it: whatever it names that is not expected is refused, in every way a pickle can name something."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.pickle_values import Made, Named, Untrusted, values_of
from tests.support.opcodes import called, listed, named, number, pickled, several, text, with_state

THING = Named("here", "Thing")


class Runs:
    """What an attacker puts into a pickle: reading it with Python's own reader calls `os.system`."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_runs_a_command_is_refused_and_runs_nothing(protocol: int, tmp_path: Path) -> None:
    trace = tmp_path / "it ran"
    bad = pickle.dumps({"age": [Runs(f"touch '{trace}'")]}, protocol)
    with pytest.raises(Untrusted, match=r"system|refused") as raised:
        values_of(bad, frozenset({THING}))
    assert "Nothing of it was run" in str(raised.value)
    assert not trace.exists()
    pickle.loads(bad)
    assert trace.exists(), "the pickle would have run its command: this test tests something"


@pytest.mark.parametrize(
    "bad",
    [
        pickled(called(named("os", "system"), text("true"))),
        pickled(called(named("builtins", "eval"), text("1"))),
        pickled(called(named("here.Thing", "__init__"))),
        pickled(called(named("here", "Thing.__subclasses__"))),
        pickled(several(named("numpy.core.multiarray", "_reconstruct"))),
        b"\x80\x02cos\nsystem\n(X\x04\x00\x00\x00truetR.",  # GLOBAL
        b"(X\x04\x00\x00\x00trueios\nsystem\n.",  # INST
        b"\x80\x02(cos\nsystem\nX\x04\x00\x00\x00trueo.",  # OBJ
        b"\x80\x02\x82\x01.",  # EXT1
        b"\x80\x02Pname\n.",  # PERSID
        b"\x80\x02]Q.",  # BINPERSID
        b"\x80\x05\x97.",  # NEXT_BUFFER
    ],
)
def test_other_names_and_other_ways_to_name_are_refused(bad: bytes) -> None:
    with pytest.raises(Untrusted, match=r"refused|broken"):
        values_of(bad, frozenset({THING}))


def test_an_expected_name_is_kept_as_a_name() -> None:
    made = values_of(pickled(with_state(called(named("here", "Thing"), number(3)), listed(number(4)))), frozenset({THING}))
    assert isinstance(made, Made)
    assert (made.by, made.arguments, made.state) == (THING, (3,), [4])


def test_names_are_refused_unless_the_caller_expects_them() -> None:
    with pytest.raises(Untrusted, match=r"names here\.Thing"):
        values_of(pickled(named("here", "Thing")), frozenset())


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.binary(max_size=300),
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=5).map(tuple) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(PLAIN)
def test_plain_values_come_out_as_python_reads_them(value: Any) -> None:
    assert values_of(pickle.dumps(value, 4), frozenset()) == value


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 80))
def test_a_broken_pickle_is_refused_and_nothing_else_is_raised(noise: bytes, at: int) -> None:
    whole = pickle.dumps([{"a": (1.5, "b")}, ["c", None]], 4)
    for bad in (noise, whole[:at], whole[:at] + noise):
        with contextlib.suppress(Untrusted):
            values_of(bad, frozenset())


def test_an_object_of_an_unexpected_class_is_refused_though_it_is_harmless() -> None:
    with pytest.raises(Untrusted, match=r"datetime\.date"):
        values_of(pickle.dumps(date(2026, 11, 27), 4), frozenset({THING}))


def test_the_reader_starts_no_process_and_imports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("something was run")

    monkeypatch.setattr(subprocess, "Popen", forbidden)
    monkeypatch.setattr("builtins.__import__", forbidden)
    try:
        with pytest.raises(Untrusted):
            values_of(pickled(called(named("subprocess", "Popen"), text("true"))), frozenset())
    finally:
        monkeypatch.undo()
