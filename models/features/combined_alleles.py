"""Genes whose chromosomes often carry several alleles' changes at once: each chromosome counts as its least active allele.

Every way in which unphased changes can lie on the two chromosomes is gone through; none is preferred. Of pairs that count the
same on both chromosomes one is named, the one with the fewest changes: which inactive variant lies beside which harmless one
is not what such a genotype tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from models.features.sites import SiteCall, blocks_of
from models.knowledge.definition_types import Definition, GeneDefinitions
from models.knowledge.types import Gene

MOST_BLOCKS = 10  #: 512 ways to lie; callers ask for no more

_Chromosome = Mapping[int, str | None]


def lowest_pairs(gene: Gene, defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> Iterable[tuple[str, ...]]:
    """Every pair (or single allele) that the positions can mean; those not read can hold one allele's changes more."""
    changes = {allele.name: len(allele.changes) for allele in defined.alleles}
    found: dict[tuple[float, ...], tuple[str, ...]] = {}
    for pair in sorted(_lying(gene, defined, seen), key=lambda pair: (sum(changes[name] for name in pair), pair)):
        found.setdefault(tuple(sorted(_activity(gene, name) for name in pair)), pair)
    return found.values()


def _lying(gene: Gene, defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> Iterator[tuple[str, ...]]:
    blocks = blocks_of(seen)
    chromosomes = len(next(iter(seen.values())).bases)
    same = {position: call.bases[0] for position, call in seen.items() if len(set(call.bases)) == 1}
    for turned in product((0, 1), repeat=max(len(blocks) - 1, 0)):
        sides = [dict(same) for _ in range(chromosomes)]
        for block, turn in zip(blocks, (0, *turned), strict=False):
            for position, call in block.items():
                for number, side in enumerate(sides):
                    side[position] = call.bases[(number + turn) % 2]
        yield from product(*(sorted(_names(gene, defined, side)) for side in sides))


def _names(gene: Gene, defined: GeneDefinitions, side: _Chromosome) -> set[str]:
    """What one chromosome can count as; empty where a change on it belongs to no allele that it has."""
    whole = [a for a in defined.alleles if all(side.get(position) in may for position, may in a.changes.items())]
    changed = {p for p, base in side.items() if base not in (None, defined.sites[p].reference)}
    if changed - {position for allele in whole for position in allele.changes}:
        return set()
    perhaps = [a for a in defined.alleles if a not in whole and all(side.get(p) is None or side[p] in may for p, may in a.changes.items())]
    return {_lowest(gene, whole), *(_lowest(gene, [*whole, allele]) for allele in perhaps)}


def _lowest(gene: Gene, alleles: list[Definition]) -> str:
    """The least active; of equals the one with most changes (a haplotype before a part of it)."""
    return min(alleles, key=lambda allele: (_activity(gene, allele.name), -len(allele.changes), allele.name)).name


def _activity(gene: Gene, name: str) -> float:
    """An unknown activity counts as least."""
    known = gene.alleles.get(name)
    return -1 if known is None or known.activity is None else known.activity
