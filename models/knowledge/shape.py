"""Strict reading of one TOML table: every key is asked for by name and kind; unknown and missing ones are refused.

with Table(parsed, "genes/X.toml") as top:          # leaving the block refuses keys that nobody asked for
    name = top.text("name")                         # required; a default makes it optional
    with top.table("source") as source: ...
    for row in top.tables("row"): ...               # each row is a block of its own
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from models.errors import KnowledgeError

T = TypeVar("T")
_REQUIRED: Any = object()
_NAMES = {date: "a date", str: "a text", bool: "true or false", int: "a whole number", float: "a number", dict: "a table", list: "a list"}


class Table:
    """One table of a file; `where` is the file, `path` the place in it ("row[3].when")."""

    def __init__(self, values: Any, where: str, path: str = "") -> None:
        self.where, self.path = where, path
        self._seen: set[str] = set()
        if not isinstance(values, Mapping):
            self.refuse("must be a table")
        self.values: Mapping[str, Any] = values

    def __enter__(self) -> Table:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and (unknown := sorted(self.values.keys() - self._seen)):
            raise KnowledgeError(f"{self.where}: {self._at(unknown[0])} is not a key that is read here; correct or remove it")

    def refuse(self, why: str, key: str = "") -> NoReturn:
        raise KnowledgeError(f"{self.where}: {self._at(key) or 'the file'} {why}")

    def _at(self, key: str) -> str:
        return ".".join(filter(None, (self.path, key)))

    def _get(self, key: str, kind: type[T], default: Any) -> T:
        self._seen.add(key)
        if key not in self.values:
            if default is _REQUIRED:
                self.refuse("is missing; write it", key)
            return default  # type: ignore[no-any-return]
        value = self.values[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(f"must be {_NAMES[kind]}", key)
        return value

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        value = self._get(key, str, default)
        if default is _REQUIRED and not value.strip():
            self.refuse("is empty; write it", key)
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> Any:
        value = self.text(key)
        if value not in allowed:
            self.refuse(f"must be one of {', '.join(allowed)}, not '{value}'", key)
        return value

    def flag(self, key: str, default: Any = _REQUIRED) -> bool:
        return self._get(key, bool, default)

    def whole(self, key: str, default: Any = _REQUIRED) -> int | None:
        return self._get(key, int, default)

    def number(self, key: str, default: Any = _REQUIRED) -> float | None:
        """A finite one: TOML can write inf and nan, which no source means."""
        value = self._get(key, float, default)
        if key in self.values and not math.isfinite(value):
            self.refuse("must be a finite number", key)
        return value

    def within(self, key: str, low: float, high: float, default: Any = None) -> float | None:
        """A number between two bounds, both included: beyond them it is a slip of the pen."""
        value = self.number(key, default)
        if value is not None and not low <= value <= high:
            self.refuse(f"is {value:g}; it must lie between {low:g} and {high:g}", key)
        return value

    def whole_within(self, key: str, low: int, high: int, default: Any = None) -> int | None:
        value = self.whole(key, default)
        if value is not None and not low <= value <= high:
            self.refuse(f"is {value}; it must lie between {low} and {high}", key)
        return value

    def span(self, key: str, default: tuple[int, int]) -> tuple[int, int]:
        """First and last of a range of whole numbers, both included."""
        values = self._get(key, list, list(default))
        if len(values) != 2 or not all(type(v) is int for v in values) or values[0] > values[1]:
            self.refuse("must be the first and the last whole number of a range", key)
        return values[0], values[1]

    def day(self, key: str, default: Any = _REQUIRED) -> date | None:
        """A date, as TOML has it (2027-06-30) or as a text."""
        self._seen.add(key)
        value = self.values.get(key)
        if value is None:
            return self._get(key, date, default)  # tells that it is missing
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            found = None
        if not isinstance(found, date) or isinstance(found, datetime):
            self.refuse("must be a date such as 2027-06-30", key)
        return found

    def texts(self, key: str, default: Any = _REQUIRED, *, repeats: bool = False) -> tuple[str, ...]:
        """A list of texts, without repeats unless they are meant."""
        values = self._get(key, list, default)
        if not all(isinstance(value, str) and value for value in values):
            self.refuse("must be a list of texts", key)
        if not repeats and len(set(values)) != len(values):
            self.refuse(f"repeats '{next(v for v in values if values.count(v) > 1)}'", key)
        return tuple(values)

    def mapping(self, key: str, default: Any = _REQUIRED) -> Mapping[str, str]:
        """A table of texts under free names."""
        values = self._get(key, dict, default)
        for name, value in values.items():
            if not isinstance(value, str):
                self.refuse("must be a text", f"{key}.{name}")
        return values

    def lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """A table of lists of texts under free names."""
        inner = Table(self._get(key, dict, _REQUIRED), self.where, self._at(key))
        return {name: inner.texts(name) for name in inner.values}

    def table(self, key: str) -> Table:
        return Table(self._get(key, dict, _REQUIRED), self.where, self._at(key))

    def has(self, key: str) -> bool:
        return key in self.values

    def pass_over(self, *keys: str) -> None:
        """Keys that are known and of no use here, whatever they hold."""
        self._seen.update(keys)

    def tables(self, key: str) -> Iterator[Table]:
        """Every table of a list, each closed after its turn."""
        for number, values in enumerate(self._get(key, list, _REQUIRED), 1):
            with Table(values, self.where, f"{self._at(key)}[{number}]") as inner:
                yield inner
