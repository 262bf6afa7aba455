"""A genetic score as data: variants with weights, haplotypes told by tags, and what it may be compared with. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.source_block import Source
from models.patient import Gap


@dataclass(frozen=True, slots=True)
class ScoredVariant:
    """One variant of a score. Alleles as in VCF: of an indel with the base before it."""

    id: str  #: its dbSNP id, or "6:32644083:A:G" where it has none
    rsid: str  #: "" where none is given
    chromosome: str  #: "6", "X"
    position: int  #: from 1, on the score's build
    effect: str  #: the allele that the weight counts
    other: str  #: "" : not given
    weight: float  #: for each copy of `effect`; 0 of a tag
    part: str = ""  #: which part of the score it adds to
    tag: str = ""  #: the haplotype that `effect` tells of; "": it is no tag
    reference: str = ""  #: which of the two is the genome's; "": not given
    unusable: str = ""  #: why it cannot be counted safely, in words


@dataclass(frozen=True, slots=True)
class Haplotypes:
    """What two tagged haplotypes add together: a pair that is listed counts as a pair, any other as the sum of both."""

    part: str
    rank: Mapping[str, int]  #: haplotype → 1 for the most frequent: of more than two tagged ones the first two are believed
    single: Mapping[str, float]
    pairs: Mapping[tuple[str, str], float]  #: names in alphabetical order


@dataclass(frozen=True, slots=True)
class Distribution:
    """Scores of people of one ancestry, all their variants counted. Without one a score has no percentile."""

    score: str  #: id of the score
    ancestry: str  #: as this house names it
    mean: float
    sd: float
    people: int
    source: str


@dataclass(frozen=True, slots=True)
class VariantScore:
    """One score. `coverage` is the least part of its variants, and of its weights, that has to be known."""

    id: str
    label: str
    build: str  #: GRCh37 · GRCh38
    variants: tuple[ScoredVariant, ...]
    source: Source
    strand_known: bool  #: alleles are those of the plus strand: A/T and C/G can be told apart
    coverage: float = 0.9
    haplotypes: Haplotypes | None = None
    parts: tuple[str, ...] = ("",)  #: in the order in which they are told
    ancestry: str = ""  #: whose data made the weights, in words
    references: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True)
class AlleleCount:
    """Copies of a counted allele that one person has, 0 to 2, and where they were read."""

    copies: int
    origin: str = ""


Counts = Mapping[str, AlleleCount | Gap]  #: by the scored variant's id; what nothing was reported of is not in it
