"""References of a card's text to recorded figures: {run:metric}, {run:metric@group} and {run:metric@group=value}. It fills none in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_REFERENCE = re.compile(r"\{([^{}]*)\}")
_PARTS = re.compile(r"([^:@={}]+):([^:@={}]+)(?:@([^:@={}]+)(?:=([^{}]+))?)?")


@dataclass(frozen=True, slots=True)
class Reference:
    """One recorded figure; with `by` and no `value`: that of every group."""

    run: str
    metric: str
    by: str = ""
    value: str = ""


def references(text: str) -> Iterator[tuple[str, Reference | None]]:
    """What stands in braces, and what it refers to: None where it is no reference."""
    for found in _REFERENCE.finditer(text):
        yield found[0], _parsed(found[1])


def filled(text: str, say: Callable[[Reference], str]) -> str:
    """The text with each reference said; what is no reference stays as it is."""

    def one(found: re.Match[str]) -> str:
        parsed = _parsed(found[1])
        return found[0] if parsed is None else say(parsed)

    return _REFERENCE.sub(one, text)


def without(text: str) -> str:
    """What is left when the references are taken out."""
    return _REFERENCE.sub("", text)


def _parsed(inner: str) -> Reference | None:
    parts = _PARTS.fullmatch(inner)
    return Reference(*(part.strip() for part in parts.groups(""))) if parts else None
