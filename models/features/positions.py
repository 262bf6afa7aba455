"""A genotype told as the two bases at one named position. A variant found says an allele; the reference says nothing of the rest."""

from __future__ import annotations

import re

from models.knowledge.types import Position

_BASES = re.compile(r"(?P<name>rs[0-9]+)[\s:,(]*(?P<one>[ACGT])\s*[/|]?\s*(?P<other>[ACGT])\)?", re.IGNORECASE)


def position_in(text: str, positions: tuple[Position, ...]) -> tuple[Position, str, str] | None:
    """The position that the text names, and its two bases; None for other texts."""
    found = _BASES.fullmatch(text.strip())
    if found is None:
        return None
    known = next((p for p in positions if p.name == found["name"].lower()), None)
    return (known, found["one"].upper(), found["other"].upper()) if known else None


def variants_at(position: Position, one: str, other: str) -> int | str:
    """How many of the two bases are the variant; else why that cannot be told. Both strands' letters are taken, never mixed."""
    if one != other:
        mixed = any({one, other} == {ref, var} for ref, var in zip(position.reference, position.variant, strict=True))
        return 1 if mixed else "these bases do not stand side by side at this position"
    may = [n for n, bases in ((0, position.reference), (2, position.variant)) if one in bases]
    if len(may) == 2:
        return "the strand is not given, so these bases can be the reference or the variant"
    if may == [0]:
        return "the reference at one position does not tell that the gene has no variant"
    return 2 if may else "these bases do not stand at this position"
