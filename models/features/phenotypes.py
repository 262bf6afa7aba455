"""From two alleles (or the only one) to a phenotype and an activity score, and from a phenotype back to the scores that it can mean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement

from models.errors import KnowledgeError
from models.features.diplotypes import Diplotype, Part, parse_diplotype
from models.features.presence import statuses_in_words
from models.finding import Reading
from models.knowledge.check import LOWEST_OPEN
from models.knowledge.types import INDETERMINATE, Gene, Score

RIVALS = "one of several genotypes that the laboratory could not tell apart"
STEP = 0.25  #: every activity value is a multiple of it


def readings(gene: Gene, diplotype: Diplotype) -> tuple[Reading, ...]:
    """What the diplotype means: one reading, or several where copy number or rival genotypes leave the phenotype open."""
    if diplotype.rivals:
        return tuple(replace(r, because=r.because or RIVALS) for one in diplotype.each for r in readings(gene, one))
    if gene.method == "pairs":
        return (Reading(str(diplotype), _by_functions(gene, diplotype)),)
    scores = {s for d in _settled(diplotype) for s in _scores(gene, d)}
    because = _open(diplotype)
    if None in scores:
        return (Reading(str(diplotype), INDETERMINATE, because=because),)
    known = sorted((s for s in scores if s is not None), key=lambda s: (s.low, s.high))
    return tuple(Reading(str(diplotype), _phenotype(gene, s), str(s), because) for s in known)


def readings_for_phenotype(gene: Gene, phenotype: str) -> tuple[Reading, ...]:
    """Every score that a reported phenotype can mean; one reading without a score for genes that have none."""
    if gene.method != "score" or phenotype == INDETERMINATE:
        return (Reading("", phenotype),)
    ranges = [b.range for b in gene.bins if b.phenotype == phenotype]
    return tuple(Reading("", phenotype, str(score)) for r in ranges for score in _scores_within(gene, r))


def phenotype_of_text(gene: Gene, text: str) -> tuple[Reading | None, str]:
    """For tables: (reading, "") or (None, why not). Several possible phenotypes are told with " or "."""
    if gene.method == "presence":
        said = statuses_in_words(text, gene)
        return (Reading(text, said), "") if said else (None, "neither a typing of alleles nor a statement that one is positive or negative")
    parsed = parse_diplotype(text, gene)
    if not isinstance(parsed, Diplotype):
        return None, parsed.because
    found = readings(gene, parsed)
    names = " or ".join(dict.fromkeys(r.phenotype for r in found))
    scores = " or ".join(dict.fromkeys(r.activity_score for r in found))
    return Reading(str(parsed), names, scores), ""


def _by_functions(gene: Gene, diplotype: Diplotype) -> str:
    return gene.pairs[tuple(sorted(gene.alleles[h[0].allele].function for h in diplotype.haplotypes))]


def copies_open(diplotype: Diplotype) -> bool:
    """Does the genotype leave the number of copies, or which allele is multiplied, open?"""
    return not diplotype.rivals and bool(_open(diplotype))


def _open(diplotype: Diplotype) -> str:
    """What the genotype leaves open; "" when it leaves nothing open."""
    if diplotype.either is not None:
        return "it is not said which allele is multiplied" + ("" if diplotype.either.exact else ", nor how often")
    exact = all(part.copies.exact for haplotype in diplotype.haplotypes for part in haplotype)
    return "" if exact else "the exact number of copies is not given"


def _settled(diplotype: Diplotype) -> Iterator[Diplotype]:
    """Where it is not known which chromosome is multiplied: each in turn.

    "x3" of a pair may count the copies of one allele or all that were found, so 2 to 3 copies are considered.
    """
    if diplotype.either is None:
        yield diplotype
        return
    one, other = diplotype.haplotypes
    copies = Score(min(2, diplotype.either.low), diplotype.either.high)
    yield Diplotype((_multiplied(one, copies), other))
    yield Diplotype((one, _multiplied(other, copies)))


def _multiplied(haplotype: tuple[Part, ...], copies: Score) -> tuple[Part, ...]:
    return tuple(Part(part.allele, copies) for part in haplotype)


def _scores(gene: Gene, diplotype: Diplotype) -> Iterator[Score | None]:
    """The sums over both chromosomes: exact ones, and an open one from where all more copies mean the same.

    Copies are whole: "*1xN/*4" is 2.0 or ≥3.0. None when any allele's activity is not known.
    """
    parts = [part for haplotype in diplotype.haplotypes for part in haplotype]
    if any(gene.alleles[part.allele].activity is None for part in parts):
        yield None
        return
    # no number of copies of an allele without activity adds any, so these are not counted on
    active = [(activity, part.copies) for part in parts if (activity := gene.alleles[part.allele].activity)]
    yield from _sums(gene, active)


def _sums(gene: Gene, active: list[tuple[float, Score]]) -> Iterator[Score]:
    total = Score(0, 0)
    for activity, copies in active:
        total += Score(activity * copies.low, activity * copies.high)
    if total.exact or (math.isinf(total.high) and total.low >= max(gene.bins[-1].range.low, LOWEST_OPEN)):
        yield total
        return
    index = next(i for i, (_, copies) in enumerate(active) if not copies.exact)
    activity, copies = active[index]
    for count in (Score(copies.low, copies.low), Score(copies.low + 1, copies.high)):
        yield from _sums(gene, [*active[:index], (activity, count), *active[index + 1 :]])


def _phenotype(gene: Gene, score: Score) -> str:
    found = next((b.phenotype for b in gene.bins if score.within(b.range)), None)
    if found is None:
        raise KnowledgeError(f"genes/{gene.symbol}.toml: no bin holds the score {score}, which its alleles can make; add or widen one")
    return found


def readings_for_score(gene: Gene, left: Score) -> tuple[Reading, ...]:
    """Every reading that a score, exact or open, can mean: one, or the scores of each bin that it reaches into."""
    found = []
    for bin_ in gene.bins:
        if bin_.range.meets(left):
            common = Score(max(left.low, bin_.range.low), min(left.high, bin_.range.high))
            found += [Reading("", bin_.phenotype, str(s)) for s in _scores_within(gene, common)]
    return tuple(found)


def _scores_within(gene: Gene, range_: Score) -> Iterator[Score]:
    """The scores in a range that the gene can have, one by one; an open end stays open."""
    if math.isinf(range_.high):
        yield range_
        return
    steps = [range_.low + i * STEP for i in range(int((range_.high - range_.low) / STEP) + 1)]
    sums = set(steps) if gene.copies else _sums_of_two(gene)  # with copy numbers every multiple of the step can be reached
    yield from (Score(s, s) for s in steps if s in sums)


def _sums_of_two(gene: Gene) -> set[float]:
    values = {a.activity for a in gene.alleles.values() if a.activity is not None}
    return {one + other for one, other in combinations_with_replacement(sorted(values), 2)}
