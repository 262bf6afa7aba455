"""The columns of a data frame that pandas 0.2x pickled, without pandas: today's cannot read it, and no reader of it is trusted anyway."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import prod
from typing import Any, NoReturn

from models.training.pickle_values import Made, Named, Untrusted, values_of

_FRAME = Named("pandas.core.frame", "DataFrame")
_MANAGER = Named("pandas.core.internals.managers", "BlockManager")
_NEW_INDEX = Named("pandas.core.indexes.base", "_new_Index")
_ARRAY = Named("numpy.core.multiarray", "_reconstruct")
_TYPE = Named("numpy", "dtype")
_SLICE = Named("builtins", "slice")
#: every name such a file has a use for; `Index`, `RangeIndex` and `ndarray` are arguments only
EXPECTED = frozenset(
    {
        _FRAME,
        _MANAGER,
        _NEW_INDEX,
        _ARRAY,
        _TYPE,
        _SLICE,
        Named("pandas.core.indexes.base", "Index"),
        Named("pandas.core.indexes.range", "RangeIndex"),
        Named("numpy", "ndarray"),
    }
)
_LAYOUT = "0.14.1"  #: the name of the blocks' layout inside the state
_CODES = {"f8": "d", "i8": "q"}


def columns_of(data: bytes) -> dict[str, Sequence[Any]]:
    """Column name → its values, one for each row: numbers, texts, NaN or None where nothing is known.

    Raises Untrusted when it holds anything else than a plain data frame.
    """
    try:
        return _columns(values_of(data, EXPECTED))
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise Untrusted(f"the file is no data frame that is read here ({error!r})") from None


def _columns(value: Any) -> dict[str, Sequence[Any]]:
    frame = _made(value, _FRAME)
    manager = _made(_state(frame, dict).get("_data"), _MANAGER)
    layout = _state(manager, tuple)[-1]
    inner = layout.get(_LAYOUT) if isinstance(layout, dict) else None
    if not isinstance(inner, dict):
        _refuse("its layout is unknown")
    names = _names(inner["axes"][0])
    found: dict[str, Sequence[Any]] = {}
    for block in inner["blocks"]:
        (count, rows), values = _array(block["values"], 2)
        for row, place in zip(range(count), _places(block["mgr_locs"]), strict=True):
            found[names[place]] = values[row * rows : (row + 1) * rows]
    if len(found) != len(names) or len({len(column) for column in found.values()}) != 1:
        _refuse("its columns are not complete")
    return {name: found[name] for name in names}


def _names(index: Any) -> list[str]:
    _, parts = _made(index, _NEW_INDEX).arguments
    _, names = _array(parts["data"], 1)
    return [str(name) for name in names]


def _places(value: Any) -> Sequence[int]:
    if isinstance(value, Made) and value.by == _SLICE:
        return range(*value.arguments)
    return _array(value, 1)[1]


def _array(value: Any, dimensions: int) -> tuple[tuple[int, ...], Sequence[Any]]:
    """Its shape, and its values in one row after another."""
    _, shape, kind, column_first, content = _state(_made(value, _ARRAY), tuple)
    code, order = _made(kind, _TYPE).arguments[0], _state(kind, tuple)[1]
    if column_first or len(shape) != dimensions:
        _refuse("an array in it is laid out in another way")
    size = prod(shape)
    if code == "O8" and isinstance(content, list) and len(content) == size:
        return shape, content
    if code in _CODES and order == "<" and isinstance(content, bytes) and len(content) == 8 * size:
        return shape, struct.unpack(f"<{size}{_CODES[code]}", content)
    return _refuse("an array in it has values of another kind")


def _made(value: Any, by: Named) -> Made:
    if not isinstance(value, Made) or value.by != by:
        _refuse(f"something else stands where {by} should")
    return value


def _state(made: Made, kind: type[Any]) -> Any:
    if not isinstance(made.state, kind):
        _refuse(f"the state of {made.by} is missing")
    return made.state


def _refuse(why: str) -> NoReturn:
    raise Untrusted(f"the file is no data frame that is read here: {why}")
