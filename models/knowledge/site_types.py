"""A site: one change at one position of the genome, and the alleles that hold it. Values only; `site_files` reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.knowledge.source_block import Source


@dataclass(frozen=True, slots=True)
class Site:
    """`position`, `ref` and `alt` as in VCF: from 1, GRCh38, plus strand; an indel with the base before it."""

    gene: str
    rsid: str  #: "" where it has none
    chromosome: str
    position: int
    ref: str
    alt: str
    needed: frozenset[str] = frozenset()  #: alleles that hold it always
    possible: frozenset[str] = frozenset()  #: alleles that may hold it


@dataclass(frozen=True, slots=True)
class SiteGene:
    """What a gene's names and positions are counted on."""

    transcripts: frozenset[str] = frozenset()  #: accessions without version on which its alleles' c. names are counted
    to_grch37: int | None = None  #: added to a position on GRCh38 it is that on GRCh37; None: not known


@dataclass(frozen=True, slots=True)
class Sites:
    """Every site; the table is parsed when one is first asked for, which charts without variants never do."""

    by_rsid: Mapping[str, tuple[Site, ...]] = field(default_factory=dict)
    by_place: Mapping[str, tuple[Site, ...]] = field(default_factory=dict)  #: by `place_key`, on both builds where both are known
    by_gene: Mapping[str, tuple[Site, ...]] = field(default_factory=dict)
    genes: Mapping[str, SiteGene] = field(default_factory=dict)
    source: Source | None = None


def place_key(build: str, chromosome: str, start: int) -> str:
    """`start` from 0, of the trimmed change. The mitochondrial sequence is the same in both builds."""
    return f"{'' if chromosome == 'MT' else build}:{chromosome}:{start}"


def trimmed(start: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Without the bases that both share, at the end first; equal ones are left as they are."""
    if ref == alt:
        return start, ref, alt
    while ref and alt and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while ref and alt and ref[0] == alt[0]:
        ref, alt, start = ref[1:], alt[1:], start + 1
    return start, ref, alt
