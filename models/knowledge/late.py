"""Mappings that are not made before they are asked, or not copied to be joined. What they hold is decided before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Late(Mapping[str, T]):
    """`make` is called at the first look, which raises what it raises. Two that look first at once make it twice, alike."""

    def __init__(self, make: Callable[[], Mapping[str, T]]) -> None:
        self._make = make
        self._made: Mapping[str, T] | None = None

    def _all(self) -> Mapping[str, T]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, key: str) -> T:
        return self._all()[key]

    def get(self, key: str, default: Any = None) -> Any:
        """As of any mapping; a miss costs no exception, and most looks at names are misses."""
        return self._all().get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


class Layered(Mapping[str, T]):
    """Two mappings as one; what `first` holds comes before what `second` holds. Neither is copied."""

    def __init__(self, first: Mapping[str, T], second: Mapping[str, T]) -> None:
        self._first, self._second = first, second

    def __getitem__(self, key: str) -> T:
        return self._first[key] if key in self._first else self._second[key]

    def get(self, key: str, default: Any = None) -> Any:
        found = self._first.get(key, self)
        return self._second.get(key, default) if found is self else found

    def __contains__(self, key: object) -> bool:
        return key in self._first or key in self._second

    def __iter__(self) -> Iterator[str]:
        yield from self._first
        yield from (key for key in self._second if key not in self._first)

    def __len__(self) -> int:
        return sum(1 for _ in self)
