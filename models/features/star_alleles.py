"""Named alleles from the bases that stand at a gene's positions: every pair that fits, never the likeliest one. It reads no file.

A position that was not read may hold anything. Where that leaves another phenotype or activity score open, there is no genotype.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

from models.features.combined_alleles import MOST_BLOCKS, lowest_pairs
from models.features.phenotypes import phenotype_of_text
from models.features.sites import OTHER, SiteCall, blocks_of
from models.knowledge.definition_types import Definition, GeneDefinitions
from models.knowledge.types import Gene
from models.patient import Reason

MOST_PAIRS = 8  #: more genotypes that cannot be told apart are no result
MOST_NAMED = 6  #: positions or alleles told by name in one sentence
_NUMBERS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Called:
    """What the bases say of one gene: every genotype they can be, or none and why."""

    gene: str
    pairs: tuple[tuple[str, ...], ...] = ()  #: one allele where the sample has one chromosome
    reason: Reason | None = None
    because: str = ""
    missing: tuple[str, ...] = ()  #: positions that were not read, by name
    phenotype: str = ""  #: what all of `pairs` mean; "" where they differ or an allele is not known
    score: str = ""

    @property
    def genotypes(self) -> tuple[str, ...]:
        return tuple("/".join(pair) for pair in self.pairs)


def call(gene: Gene, defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> Called:
    """`seen`: position → what stands there; a position that it lacks was not read."""
    missing = tuple(site.name for position, site in defined.sites.items() if position not in seen or None in seen[position].bases)
    if problem := _unreadable(gene, defined, seen):
        return Called(gene.symbol, reason=problem[0], because=problem[1], missing=missing)
    pairs = sorted(_fitting(gene, defined, seen), key=lambda pair: [_order(name) for name in pair])
    if not pairs:
        return Called(gene.symbol, reason="unknown_allele", because=_unfitting(defined, seen), missing=missing)
    meanings = _meanings(gene, pairs)
    if len(meanings) > 1 and (left_open := _left_open(defined, seen, pairs)):
        return Called(gene.symbol, reason="not_callable", because=_not_excluded(missing, left_open), missing=missing)
    if len(pairs) > MOST_PAIRS:
        because = f"{len(pairs)} genotypes fit what was read; phase its variants, or order the test"
        return Called(gene.symbol, reason="not_callable", because=because, missing=missing)
    if hidden := _hidden(gene, defined, seen, pairs):
        return Called(gene.symbol, reason="not_callable", because=_not_excluded(missing, hidden), missing=missing)
    phenotype, score = next(iter(meanings)) if len(meanings) == 1 else ("", "")
    return Called(gene.symbol, tuple(pairs), missing=missing, phenotype=phenotype, score=score)


def _unreadable(gene: Gene, defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> tuple[Reason, str] | None:
    if not seen:
        return "not_tested", f"none of its {len(defined.sites)} positions was read"
    chromosomes = {len(call.bases) for call in seen.values()}
    if len(chromosomes) > 1:
        return "not_callable", "one chromosome was read at some positions and two at others"
    if chromosomes == {1} and gene.single == "never":
        return "not_callable", "one chromosome was read of a gene of which everybody has two"
    others = [defined.sites[position].name for position, call in seen.items() if OTHER in call.bases]
    if others:
        return "unknown_allele", f"at {_listed(others)} stands a variant that no definition has"
    if defined.combine and (blocks := len(blocks_of(seen))) > MOST_BLOCKS:
        return "not_callable", f"{blocks} unphased variants can lie in too many ways; phase them, or order the test"
    return None


def _fitting(gene: Gene, defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> set[tuple[str, ...]]:
    if defined.combine:
        found = lowest_pairs(gene, defined, seen)
    elif len(next(iter(seen.values())).bases) == 1:
        found = ((allele.name,) for allele in _possible(defined, seen))
    else:
        found = _pairs(defined, seen)
    return {tuple(sorted(pair, key=_order)) for pair in found}


def _possible(defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> list[Definition]:
    """The alleles that can be on at least one chromosome: they have what both chromosomes have, and their own changes were seen."""
    altered = {p: c.bases for p, c in seen.items() if defined.sites[p].reference not in c.bases and None not in c.bases}
    return [
        allele
        for allele in defined.alleles
        if altered.keys() <= allele.changes.keys()
        and all(_may(defined, allele, position, seen[position].bases) for position in allele.changes if position in seen)
    ]


def _may(defined: GeneDefinitions, allele: Definition, position: int, bases: Iterable[str | None]) -> bool:
    """Can the allele be where one of these bases stands? None stands for any."""
    return any(base is None or base in stands(defined, allele, position) for base in bases)


def stands(defined: GeneDefinitions, allele: Definition, position: int) -> frozenset[str]:
    """What the allele has at a position."""
    return allele.changes.get(position) or frozenset({defined.sites[position].reference})


def _pairs(defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> Iterator[tuple[str, ...]]:
    """Two alleles fit when in every block one is what stands on one chromosome and the other what stands on the other."""
    blocks = blocks_of(seen)
    every = (1 << len(blocks)) - 1
    sides = [(a.name, _mask(defined, a, blocks, 0), _mask(defined, a, blocks, 1)) for a in _possible(defined, seen)]
    for (one, first, second), (other, its_first, its_second) in combinations_with_replacement(sides, 2):
        if (first & its_second) | (second & its_first) == every:
            yield one, other


def _mask(defined: GeneDefinitions, allele: Definition, blocks: Sequence[Mapping[int, SiteCall]], side: int) -> int:
    """Bit n: the allele is what stands on this side of block n."""
    fits = (all(_may(defined, allele, position, (c.bases[side],)) for position, c in block.items()) for block in blocks)
    return sum(1 << number for number, fit in enumerate(fits) if fit)


def _meanings(gene: Gene, pairs: Iterable[tuple[str, ...]]) -> set[tuple[str, str]]:
    """What the pairs mean, as far as the second meaning: there can be tens of thousands of pairs."""
    found: set[tuple[str, str]] = set()
    for pair in pairs:
        found.add(_meaning(gene, pair))
        if len(found) > 1:
            break
    return found


def _meaning(gene: Gene, pair: tuple[str, ...]) -> tuple[str, str]:
    """Phenotype and score; the pair itself where an allele has no known function, so that it equals no other one."""
    reading, _ = phenotype_of_text(gene, "/".join(pair))
    return (reading.phenotype, reading.activity_score) if reading else ("", "/".join(pair))


def _unfitting(defined: GeneDefinitions, seen: Mapping[int, SiteCall]) -> str:
    changed = [defined.sites[p].name for p, c in seen.items() if any(b not in (None, defined.sites[p].reference) for b in c.bases)]
    return f"no pair of defined alleles has what was read{f' (variants at {_listed(changed)})' if changed else ''}"


def _hidden(gene: Gene, defined: GeneDefinitions, seen: Mapping[int, SiteCall], pairs: Sequence[tuple[str, ...]]) -> list[str]:
    """Alleles of which a change may stand where nothing was read, and that in one allele's place would mean something else.

    Their other changes were not seen, so by the definitions they are not there. But these others often only go along with the
    change that matters, and then the one that was not read is not to be concluded from them.
    """
    possible = {name for pair in pairs for name in pair}
    within = [allele for allele in defined.alleles if allele.name in possible]
    hidden = []
    for allele in (a for a in defined.alleles if a.name not in possible):
        unread = [p for p in allele.changes if p not in seen or None in seen[p].bases]
        beyond = [p for p in unread if not allele.changes[p] <= frozenset().union(*(stands(defined, known, p) for known in within))]
        if beyond and any(_meaning(gene, pair) != _meaning(gene, other) for pair in pairs for other in _replaced(pair, allele.name)):
            hidden.append(allele.name)
    return sorted(hidden, key=_order)


def _replaced(pair: tuple[str, ...], name: str) -> list[tuple[str, ...]]:
    """With the allele in the place of each in turn."""
    return [tuple(name if number == at else kept for number, kept in enumerate(pair)) for at in range(len(pair))]


def _left_open(defined: GeneDefinitions, seen: Mapping[int, SiteCall], pairs: Iterable[tuple[str, ...]]) -> list[str]:
    """The alleles among `pairs` that have a change where nothing was read."""
    unread = {position for position in defined.sites if position not in seen or None in seen[position].bases}
    found = {name for pair in pairs for name in pair}
    return sorted((a.name for a in defined.alleles if a.name in found and unread.intersection(a.changes)), key=_order)


def _not_excluded(missing: Sequence[str], alleles: Sequence[str]) -> str:
    return f"{_listed(missing)} {'was' if len(missing) == 1 else 'were'} not read, so {_listed(alleles, 'or')} cannot be excluded"


def _listed(names: Sequence[str], last: str = "and") -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > MOST_NAMED:
        shown = [*shown[:MOST_NAMED], f"{len(shown) - MOST_NAMED} more"]
    return f" {last} ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _order(name: str) -> list[tuple[bool, int, str]]:
    """*2 before *10: numbers by value."""
    return [(False, int(word), "") if word.isdigit() else (True, 0, word) for word in _NUMBERS.split(name) if word]
