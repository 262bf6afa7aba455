"""Which bases at which positions make a named allele, on GRCh38. Values only: what an allele does stands in its gene's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.knowledge.source_block import Source


@dataclass(frozen=True, slots=True)
class Site:
    """One position that tells alleles apart, spelled as in a VCF: indels carry the base before them."""

    position: int  #: of the first reference base, counted from 1
    rsid: str  #: "" where it has none
    reference: str
    alternatives: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.rsid or f"position {self.position}"


@dataclass(frozen=True, slots=True)
class Definition:
    """One allele. At a site that `changes` leaves out stands the reference."""

    name: str
    changes: Mapping[int, frozenset[str]]  #: position → what may stand there


@dataclass(frozen=True, slots=True)
class GeneDefinitions:
    """The alleles of one gene that small variants tell."""

    symbol: str
    chromosome: str  #: "chr10"
    refseq: str  #: "NC_000010.11"
    sites: Mapping[int, Site]  #: by position
    alleles: tuple[Definition, ...]
    combine: Literal["", "lowest"]  #: "lowest": a chromosome with several alleles' changes counts as its least active one
    not_looked_for: tuple[str, ...]  #: alleles of the gene's file that these sites cannot tell (deletions, hybrids, newer ones)


@dataclass(frozen=True, slots=True)
class Definitions:
    """All of them, and the genes that cannot be read from small variants, with the reason."""

    genes: Mapping[str, GeneDefinitions]
    not_callable: Mapping[str, str]
    source: Source
