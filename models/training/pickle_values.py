"""The values that a pickle spells, read opcode by opcode. Nothing of it is run: a class or function in it stays a name.

Python's own unpickler calls whatever a pickle names, so a file that somebody changed can do anything. Here a call becomes
`Made(name, arguments, state)`, a value to look at, and a name that the caller did not expect is refused before that.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from models.errors import PrecisionError


class Untrusted(PrecisionError):
    """A file holds something else than what it should: it is not used."""


@dataclass(frozen=True, slots=True)
class Named:
    """A class or function that a pickle names."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(slots=True, eq=False)
class Made:
    """What would have come of calling a name."""

    by: Named
    arguments: tuple[Any, ...]
    state: Any = None


#: opcodes that put their own argument on the stack
_CONSTANTS = frozenset("BINUNICODE SHORT_BINUNICODE BINBYTES SHORT_BINBYTES BININT BININT1 BININT2 BINFLOAT".split())
_MARK = object()


def values_of(data: bytes, expected: frozenset[Named]) -> Any:
    """What the pickle holds: plain values, lists, tuples, dicts, and `Made` for objects of `expected` names.

    Raises Untrusted for any other name, for an opcode that is not read here, and for a pickle that is broken.
    """
    machine = _Machine(expected)
    try:
        for opcode, argument, _ in pickletools.genops(data):
            machine.step(opcode.name, argument)
        return machine.result()
    except (ValueError, IndexError, KeyError, TypeError) as error:
        raise Untrusted(f"the pickle is broken ({error}); it is not read further") from None


class _Machine:
    """A stack, marks in it, and a memo: as the pickle protocol has them, without the calls."""

    def __init__(self, expected: frozenset[Named]) -> None:
        self.expected = expected
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self.done = False

    def step(self, opcode: str, argument: Any) -> None:
        if opcode in _CONSTANTS:
            self.stack.append(argument)
        elif opcode in ("BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        elif opcode in _STEPS:
            _STEPS[opcode](self)
        elif opcode == "STOP":
            self.done = True
        elif opcode not in ("PROTO", "FRAME"):
            _refuse(f"it uses {opcode}, which a table of numbers and texts has no need of")

    def result(self) -> Any:
        if not self.done or len(self.stack) != 1:
            _refuse("it ends before its value is complete")
        return self.stack[0]

    def pop(self, count: int) -> tuple[Any, ...]:
        if count > len(self.stack):
            _refuse("it takes more values than it holds")
        taken = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        return taken

    def since_mark(self) -> tuple[Any, ...]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
        taken = self.pop(len(self.stack) - at)
        return taken[1:]

    def tuple_of(self, count: int) -> None:
        self.stack.append(self.pop(count))

    def name(self) -> None:
        module, name = self.pop(2)
        found = Named(str(module), str(name))
        if found not in self.expected:
            _refuse(f"it names {found}, which would be run by Python's own reader")
        self.stack.append(found)

    def call(self) -> None:
        by, arguments = self.pop(2)
        if not isinstance(by, Named) or not isinstance(arguments, tuple):
            _refuse("it calls something that is no name")
        self.stack.append(Made(by, arguments))

    def build(self) -> None:
        (state,) = self.pop(1)
        if not isinstance(self.stack[-1], Made):
            _refuse("it gives a state to something that was not made")
        self.stack[-1].state = state

    def append(self, items: tuple[Any, ...]) -> None:
        if not isinstance(self.stack[-1], list):
            _refuse("it appends to something that is no list")
        self.stack[-1].extend(items)

    def set_items(self, items: tuple[Any, ...]) -> None:
        if not isinstance(self.stack[-1], dict):
            _refuse("it sets an item of something that is no table")
        self.stack[-1].update(zip(items[::2], items[1::2], strict=True))


def _memoize(machine: _Machine) -> None:
    machine.memo[len(machine.memo)] = machine.stack[-1]


def _refuse(why: str) -> NoReturn:
    raise Untrusted(f"the pickle is refused: {why}. Nothing of it was run; use the file whose digest is known")


_STEPS: Mapping[str, Callable[[_Machine], None]] = {
    "MARK": lambda m: m.stack.append(_MARK),
    "NONE": lambda m: m.stack.append(None),
    "NEWTRUE": lambda m: m.stack.append(True),
    "NEWFALSE": lambda m: m.stack.append(False),
    "EMPTY_LIST": lambda m: m.stack.append([]),
    "EMPTY_DICT": lambda m: m.stack.append({}),
    "EMPTY_TUPLE": lambda m: m.stack.append(()),
    "TUPLE1": lambda m: m.tuple_of(1),
    "TUPLE2": lambda m: m.tuple_of(2),
    "TUPLE3": lambda m: m.tuple_of(3),
    "TUPLE": lambda m: m.stack.append(m.since_mark()),
    "MEMOIZE": _memoize,
    "STACK_GLOBAL": _Machine.name,
    "REDUCE": _Machine.call,
    "NEWOBJ": _Machine.call,
    "BUILD": _Machine.build,
    "APPEND": lambda m: m.append(m.pop(1)),
    "APPENDS": lambda m: m.append(m.since_mark()),
    "SETITEM": lambda m: m.set_items(m.pop(2)),
    "SETITEMS": lambda m: m.set_items(m.since_mark()),
}
