"""Counts of fewer than eleven people are not told, nor can they be worked out from those that are. It knows no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

LEAST = 11
HIDDEN = "suppressed"  #: the same word for what is few and for what would give that away
Told = int | str


def few(count: int) -> bool:
    """Nobody is no secret; one to ten are."""
    return 0 < count < LEAST


def told(count: int) -> Told:
    return HIDDEN if few(count) else count


def hidden(counts: Mapping[str, int], also: Iterable[str] = ()) -> frozenset[str]:
    """Parts of a known total that are not told: the few, `also`, and the next smallest until those together are eleven or more.

    Otherwise the total less what is told would give them away.
    """
    secret = {name for name, count in counts.items() if few(count)} | set(also)
    rest = sorted((n for n in counts if n not in secret and counts[n]), key=lambda n: (counts[n], n))
    while secret and rest and (sum(counts[n] for n in secret) < LEAST or len(secret) < 2):
        secret.add(rest.pop(0))
    return frozenset(secret)


def table(counts: Mapping[str, int]) -> dict[str, Told]:
    """Parts of a known total, the largest first."""
    secret = hidden(counts)
    ordered = sorted(counts, key=lambda n: (-counts[n] if n not in secret else 0, n))
    return {name: HIDDEN if name in secret else counts[name] for name in ordered}
