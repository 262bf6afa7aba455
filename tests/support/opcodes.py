"""Pickles written opcode by opcode, so that a test can name any class without having it. It runs none of them."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def pickled(*parts: bytes) -> bytes:
    return b"\x80\x04" + b"".join(parts) + b"."


def text(value: str) -> bytes:
    return b"\x8c" + bytes([len(value.encode())]) + value.encode()


def named(module: str, name: str) -> bytes:
    return text(module) + text(name) + b"\x93"


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def data(value: bytes) -> bytes:
    return b"B" + struct.pack("<I", len(value)) + value


def several(*parts: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(parts) + b"t"


def listed(*parts: bytes) -> bytes:
    return b"](" + b"".join(parts) + b"e"


def table(items: Sequence[tuple[str, bytes]]) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items) + b"u"


def called(what: bytes, *arguments: bytes) -> bytes:
    return what + several(*arguments) + b"R"


def with_state(made: bytes, state: bytes) -> bytes:
    return made + state + b"b"


# ---- a data frame as pandas 0.2x wrote it ----------------------------------------------------------------------------

NOTHING, NO = b"N", b"\x89"


def array(kind: str, order: str, shape: Sequence[int], content: bytes) -> bytes:
    empty = called(named("numpy.core.multiarray", "_reconstruct"), named("numpy", "ndarray"), several(number(0)), data(b"b"))
    dtype = with_state(called(named("numpy", "dtype"), text(kind), number(0), number(1)), several(number(3), text(order)))
    return with_state(empty, several(number(1), several(*map(number, shape)), dtype, NO, content))


def index(names: Sequence[str]) -> bytes:
    values = array("O8", "|", [len(names)], listed(*map(text, names)))
    return called(
        named("pandas.core.indexes.base", "_new_Index"),
        named("pandas.core.indexes.base", "Index"),
        table([("data", values), ("name", NOTHING)]),
    )


def frame(numbers: tuple[str, Sequence[float]], texts: tuple[str, Sequence[str]], order: str = "<") -> bytes:
    """Two columns, each in a block of its own."""
    rows = len(numbers[1])
    floats = array("f8", order, [1, rows], data(struct.pack(f"<{rows}d", *numbers[1])))
    words = array("O8", "|", [1, rows], listed(*map(text, texts[1])))
    second = called(named("builtins", "slice"), number(1), number(2), number(1))
    first = array("i8", "<", [1], data(struct.pack("<q", 0)))
    blocks = listed(
        table([("values", floats), ("mgr_locs", first)]),
        table([("values", words), ("mgr_locs", second)]),
    )
    inner = table([("0.14.1", table([("axes", listed(index([numbers[0], texts[0]]))), ("blocks", blocks)]))])
    manager = with_state(called(named("pandas.core.internals.managers", "BlockManager")), several(listed(), inner))
    return pickled(with_state(called(named("pandas.core.frame", "DataFrame")), table([("_data", manager)])))
