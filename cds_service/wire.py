"""JSON as it crosses the wire: read strictly, written without loss. It knows no CDS Hooks and no FHIR."""

from __future__ import annotations

import re
from typing import Any, cast

import jiter
import orjson

_BOM = b"\xef\xbb\xbf"
_PLACE = re.compile(r"at line (\d+) column (\d+)$")
#: all digits to 0, E to e: two searches then show whether any number can be too large for a float (six times faster than a walk)
_FLATTEN = bytes.maketrans(b"123456789E", b"000000000e")
_LONG = b"0" * 300
_LARGE = re.compile(rb"\+?0{2,}\s*(?:[,\]}]|\Z)")  #: what follows a number's e; text such as a UUID goes on otherwise
_REMEDIES = (
    ("duplicate key", "an object names a member twice, so it is ambiguous which one counts; send each member once"),
    ("recursion limit", "it is nested too deeply; 200 levels are read"),
    ("EOF", "it ends too early; check that the whole body is sent"),
    ("unicode", "it is not valid UTF-8"),
    ("hex escape", "it holds a lone surrogate, which is not a character"),
)


class NotJson(ValueError):
    """The text is not JSON that can be read in one way only. The message holds nothing of the text."""


def read_json(body: bytes) -> Any:
    """Parse UTF-8 JSON (a BOM is stripped); decimals stay lossless. Raises NotJson.

    Refused: duplicate members, NaN and infinities, numbers that no double can hold, lone surrogates, more than 200 levels.
    """
    try:
        document = jiter.from_json(
            body.removeprefix(_BOM), catch_duplicate_keys=True, float_mode="lossless-float", allow_inf_nan=False, cache_mode="all"
        )
    except ValueError as error:
        raise NotJson(_explain(str(error))) from None
    if _suspicious(body) and _overflows(document):
        raise NotJson("a number is too large for a 64-bit floating-point number; send a finite number")
    return document


def read_plain(body: bytes) -> Any:
    """Parse what was written here, with decimals as Python's own floats."""
    return orjson.loads(body)


def write_json(document: Any, *, indent: bool = False) -> bytes:
    """Serialise; decimals that were read by `read_json` come out as they were written."""
    option = orjson.OPT_INDENT_2 if indent else None
    try:
        return orjson.dumps(document, default=_lossless, option=option)
    except orjson.JSONEncodeError:
        return orjson.dumps(_with_long_integers(document), default=_lossless, option=option)


def _with_long_integers(value: Any) -> Any:
    """orjson writes 64 bits; what was read may be longer and must go out unchanged."""
    if isinstance(value, dict):
        return {name: _with_long_integers(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_long_integers(inner) for inner in value]
    return orjson.Fragment(str(value)) if type(value) is int and value.bit_length() > 63 else value


def _lossless(value: Any) -> orjson.Fragment:
    if isinstance(value, jiter.LosslessFloat):
        return orjson.Fragment(bytes(value))
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _explain(message: str) -> str:
    """jiter's message without the text it may quote: the kind of fault, and where."""
    place = _PLACE.search(message)
    where = f" (line {place[1]}, column {place[2]})" if place else ""
    what = next((remedy for sign, remedy in _REMEDIES if sign in message), "it is not JSON; check quotes, commas and numbers")
    return what + where


def _suspicious(body: bytes) -> bool:
    flat = body.translate(_FLATTEN)
    place = flat.find(b"0e")
    while place >= 0:
        if _LARGE.match(flat, place + 2):
            return True
        place = flat.find(b"0e", place + 2)
    return _LONG in flat


def _overflows(document: Any) -> bool:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, jiter.LosslessFloat):
            if float(value) in (float("inf"), float("-inf")):
                return True
        elif type(value) is int and value.bit_length() > 1023:
            return True
    return False


def whole_number(value: Any) -> int | None:
    """An integer, also where it was written as a string or as 5.0; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value
    try:
        number = float(cast(str, value))
        return int(number) if number.is_integer() else None
    except (TypeError, ValueError, OverflowError):
        return None
