"""The look-up keys of guideline rows: phenotypes, scores, ranges of scores, alleles, pairs of alleles. Not which row applies to whom."""

from __future__ import annotations

import math
from functools import lru_cache

from models.knowledge.types import Score


@lru_cache(maxsize=1024)
def score(key: str) -> Score | None:
    """The scores that a key means: "0.5" one, "≥3.0" and "2.5.." open ones, "0.25..1.0" a range; None when it is no score."""
    low, dots, high = key.removeprefix("≥").partition("..")
    is_open = key.startswith("≥")
    if is_open and dots:
        return None
    try:
        bottom = float(low)
        top = math.inf if is_open or (dots and not high) else float(high) if dots else bottom
    except ValueError:
        return None
    return Score(bottom, top) if 0 <= bottom <= top and math.isfinite(bottom) else None


@lru_cache(maxsize=8192)
def matches(keys: tuple[str, ...], lookup: str) -> bool:
    """Does a row that lists `keys` for a gene answer this look-up? An open score must lie in one key's range entirely."""
    asked = score(lookup)
    return any(_matches(key, lookup, asked) for key in keys)


def _matches(key: str, lookup: str, asked: Score | None) -> bool:
    if key == lookup:
        return True
    if "/" in key:  # a pair of alleles has no order
        return sorted(key.split("/")) == sorted(lookup.split("/"))
    listed = score(key) if asked is not None else None
    return listed is not None and asked is not None and asked.within(listed)
