"""Adds up a genetic score, says how much of it was seen, and abstains below its coverage. It knows no percentile without a comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from models.knowledge.score_types import AlleleCount, Counts, Distribution, Haplotypes, ScoredVariant, VariantScore
from models.patient import Gap

NONE = "none"  #: a haplotype that no tag tells of


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a score was seen: variants, and the part of the sum of the absolute weights that they carry."""

    variants: int
    of: int
    weight: float  #: 0 to 1

    @property
    def least(self) -> float:
        """The smaller of both parts, 0 to 1."""
        return min(self.variants / self.of, self.weight)


@dataclass(frozen=True, slots=True)
class VariantScored:
    """`value` counts what is missing as absent; `low` and `high` are what it could be, whatever the missing variants are.

    `parts` sum to `value`, and so do `shares`; the pair of tagged haplotypes is one share.
    """

    score: str
    value: float
    low: float
    high: float
    parts: Mapping[str, float]
    shares: tuple[tuple[str, float], ...]
    coverage: Coverage
    missing: tuple[Gap, ...]
    haplotypes: tuple[str, ...] = ()  #: the two that count; `NONE` for one without a tag
    doubtful: bool = False  #: more than two haplotypes are tagged; low and high hold every pair of them


@dataclass(frozen=True, slots=True)
class Standing:
    """Per cent of the compared people who score lower, from the lowest to the highest that the score could be."""

    low: float
    high: float
    distribution: Distribution


def add_up(score: VariantScore, counts: Counts) -> VariantScored | tuple[Gap, ...]:
    """The score of one person. Gaps, and no number, where too little was seen or a tag of a haplotype is missing."""
    missing = tuple([_missing(variant, counts) for variant in score.variants if not _count(variant, counts)])
    coverage = _coverage(score, counts)
    tags = {v.id for v in score.variants if v.tag}
    if lost := [gap for gap in missing if gap.subject in tags]:
        because = f"{len(lost)} of {len(tags)} variants that tell its haplotypes were not seen; none of them can be left out"
        return (Gap(score.label, "not_tested", because), *lost)
    if coverage.least < score.coverage:
        because = (
            f"{coverage.variants} of its {coverage.of} variants were seen, with {coverage.weight:.0%} of its weight; "
            f"below {score.coverage:.0%} it is not given"
        )
        return (Gap(score.label, "not_tested", because), *missing)
    return _added(score, counts, coverage, missing)


def standing(scored: VariantScored, ancestry: str, references: Sequence[Distribution]) -> Standing | Gap:
    """Where a score stands among people of the same ancestry. Raises nothing: without such a comparison it is a Gap.

    Source of the method: normal approximation with the mean and standard deviation of the compared people.
    """
    fits = [d for d in references if d.score == scored.score and d.ancestry == ancestry]
    if not ancestry:
        return Gap(scored.score, "unavailable", "ancestry is not recorded, so there is nobody to compare the score with")
    if not fits:
        return Gap(scored.score, "unavailable", f"no reference for this ancestry ({ancestry}): no percentile, and none of another ancestry")
    if len(fits) > 1:
        return Gap(scored.score, "conflict", f"{len(fits)} references of this ancestry ({ancestry}); keep one")
    low, high = (_below((value - fits[0].mean) / fits[0].sd) for value in (scored.low, scored.high))
    return Standing(low, high, fits[0])


def _below(z: float) -> float:
    return 50.0 * math.erfc(-z / math.sqrt(2.0))


def _count(variant: ScoredVariant, counts: Counts) -> AlleleCount | None:
    found = counts.get(variant.id)
    return found if isinstance(found, AlleleCount) and not variant.unusable else None


def _missing(variant: ScoredVariant, counts: Counts) -> Gap:
    if variant.unusable:
        return Gap(variant.id, "not_callable", variant.unusable)
    found = counts.get(variant.id)
    return found if isinstance(found, Gap) else Gap(variant.id, "not_tested", "nothing was reported of it")


def _coverage(score: VariantScore, counts: Counts) -> Coverage:
    seen = [v for v in score.variants if _count(v, counts)]
    weight, whole = (math.fsum(abs(v.weight) for v in group) for group in (seen, score.variants))
    return Coverage(len(seen), len(score.variants), weight / whole if whole else 1.0)


def _added(score: VariantScore, counts: Counts, coverage: Coverage, missing: tuple[Gap, ...]) -> VariantScored:
    shares: list[tuple[str, float]] = []
    parts = dict.fromkeys(score.parts, 0.0)
    low, high = 0.0, 0.0
    tagged: list[str] = []
    for variant in score.variants:
        found = _count(variant, counts)
        if variant.tag and found:
            tagged += [variant.tag] * found.copies
        elif found:
            shares.append((variant.id, variant.weight * found.copies))
            parts[variant.part] += variant.weight * found.copies
        else:
            low, high = low + min(0.0, 2 * variant.weight), high + max(0.0, 2 * variant.weight)
    two: tuple[str, ...] = ()
    if score.haplotypes:
        two = likeliest(tagged, score.haplotypes)
        number = pair_number(two, score.haplotypes)
        every = [pair_number(pair, score.haplotypes) for pair in combinations(tagged, 2)] if len(tagged) > 2 else [number]
        shares.append((score.haplotypes.part, number))
        parts[score.haplotypes.part] += number
        low, high = low + min(every) - number, high + max(every) - number
    value = math.fsum(amount for _, amount in shares)
    return VariantScored(score.id, value, value + low, value + high, parts, tuple(shares), coverage, missing, two, len(tagged) > 2)


def likeliest(tagged: Sequence[str], haplotypes: Haplotypes) -> tuple[str, str]:
    """Two haplotypes: of more than two tagged ones the most frequent, as the score's authors do; `NONE` fills up."""
    first, second, *_ = [*sorted(tagged, key=lambda name: haplotypes.rank[name])[:2], NONE, NONE]
    return first, second


def pair_number(pair: Sequence[str], haplotypes: Haplotypes) -> float:
    """What two haplotypes add: the number of the pair, else the sum of their own; one without a tag adds nothing."""
    key = (min(pair), max(pair))
    if key in haplotypes.pairs:
        return haplotypes.pairs[key]
    return sum(haplotypes.single.get(name, 0.0) for name in pair)
