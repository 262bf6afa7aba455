"""What was read at a gene's positions, and which positions are known to lie on one chromosome. It names no allele."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OTHER = "other"  #: something that no definition has stands there


@dataclass(frozen=True, slots=True)
class SiteCall:
    """What stands at one position, one entry for each chromosome; None where that one could not be read."""

    bases: tuple[str | None, ...]
    block: str = ""  #: positions of one block list their chromosomes in the same order; "": the order means nothing


def blocks_of(seen: Mapping[int, SiteCall]) -> list[dict[int, SiteCall]]:
    """The positions at which two chromosomes differ, by block; an unphased position is a block of its own."""
    found: dict[object, dict[int, SiteCall]] = {}
    for position, call in seen.items():
        if len(set(call.bases)) > 1:
            found.setdefault(call.block or position, {})[position] = call
    return list(found.values())
