"""From two alleles to a phenotype and an activity score, and from a phenotype back to the scores that it can mean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations_with_replacement

from models.features.diplotypes import Diplotype, Part, parse_diplotype
from models.features.presence import statement
from models.finding import Reading
from models.knowledge.types import INDETERMINATE, Gene, Score

STEP = 0.25  #: every activity value is a multiple of it


def readings(gene: Gene, diplotype: Diplotype) -> tuple[Reading, ...]:
    """What the diplotype means: one reading, or several where the copy number leaves the phenotype open."""
    if gene.method == "pairs":
        return (Reading(str(diplotype), _by_functions(gene, diplotype)),)
    scores = [_score(gene, d) for d in _settled(diplotype)]
    found = [r for s in scores for r in _in_bins(gene, s, str(diplotype))]
    return tuple(dict.fromkeys(found))


def readings_for_phenotype(gene: Gene, phenotype: str) -> tuple[Reading, ...]:
    """Every score that a reported phenotype can mean; one reading without a score for genes that have none."""
    if gene.method != "score" or phenotype == INDETERMINATE:
        return (Reading("", phenotype),)
    ranges = [b.range for b in gene.bins if b.phenotype == phenotype]
    return tuple(Reading("", phenotype, str(score)) for r in ranges for score in _scores_within(gene, r))


def phenotype_of_text(gene: Gene, text: str) -> tuple[Reading | None, str]:
    """For tables: (reading, "") or (None, why not). Several possible phenotypes are told with " or "."""
    if gene.method == "presence":
        said = statement(text, gene)
        return (Reading(text, said), "") if said else (None, "not a statement that one of the gene's alleles is positive or negative")
    parsed = parse_diplotype(text, gene)
    if not isinstance(parsed, Diplotype):
        return None, parsed.because
    found = readings(gene, parsed)
    names = " or ".join(dict.fromkeys(r.phenotype for r in found))
    scores = " or ".join(dict.fromkeys(r.activity_score for r in found))
    return Reading(str(parsed), names, scores), ""


def _by_functions(gene: Gene, diplotype: Diplotype) -> str:
    one, other = sorted(gene.alleles[h[0].allele].function for h in diplotype.haplotypes)
    return gene.pairs[one, other]


def _settled(diplotype: Diplotype) -> Iterator[Diplotype]:
    """Where it is not known which chromosome is multiplied: each in turn."""
    if diplotype.either is None:
        yield diplotype
        return
    one, other = diplotype.haplotypes
    yield Diplotype((_multiplied(one, diplotype.either), other))
    yield Diplotype((one, _multiplied(other, diplotype.either)))


def _multiplied(haplotype: tuple[Part, ...], copies: Score) -> tuple[Part, ...]:
    return tuple(Part(part.allele, copies) for part in haplotype)


def _score(gene: Gene, diplotype: Diplotype) -> Score | None:
    """The sum over both chromosomes; None when any allele's activity is not known."""
    total = Score(0, 0)
    for part in (part for haplotype in diplotype.haplotypes for part in haplotype):
        activity = gene.alleles[part.allele].activity
        if activity is None:
            return None
        # no number of copies of an allele without activity adds any
        total += Score(activity * part.copies.low, activity * part.copies.high if activity else 0)
    return total


def _in_bins(gene: Gene, score: Score | None, diplotype: str) -> Iterator[Reading]:
    if score is None:
        yield Reading(diplotype, INDETERMINATE)
        return
    met = [b for b in gene.bins if b.range.meets(score)]
    if len(met) == 1 and (score.exact or math.isinf(score.high)):
        yield Reading(diplotype, met[0].phenotype, str(score))
        return
    for found in met:
        common = Score(max(score.low, found.range.low), min(score.high, found.range.high))
        yield from (Reading(diplotype, found.phenotype, str(s)) for s in _scores_within(gene, common))


def _scores_within(gene: Gene, range_: Score) -> Iterator[Score]:
    """The scores in a range that the gene can have, one by one; an open end stays open."""
    if math.isinf(range_.high):
        yield range_
        return
    possible = _reachable(gene)
    steps = int((range_.high - range_.low) / STEP) + 1
    yield from (Score(s, s) for i in range(steps) if (s := range_.low + i * STEP) in possible)


def _reachable(gene: Gene) -> set[float]:
    """Sums of two alleles; with copy numbers every multiple of the step can be reached."""
    values = {a.activity for a in gene.alleles.values() if a.activity is not None}
    if gene.copies:
        return {i * STEP for i in range(int(max(b.range.low for b in gene.bins) / STEP) + 1)}
    return {one + other for one, other in combinations_with_replacement(sorted(values), 2)}
