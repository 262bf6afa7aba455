"""Writes VCF files out of the allele definitions, for tests of the import. What it writes is made up, of nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from models.features.sites import SiteCall
from models.knowledge.definition_types import Definition, Definitions, GeneDefinitions
from models.knowledge.load import load_definitions

HEADER = (
    "##fileformat=VCFv4.2",
    "##fileDate=20260301",
    "##contig=<ID=chr1,length=248956422,assembly=GRCh38>",
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##FILTER=<ID=LowQual,Description="Low quality">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="Last base of the block">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">',
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="Filter of the sample">',
)


@cache
def definitions() -> Definitions:
    return load_definitions()


def defined(symbol: str) -> GeneDefinitions:
    return definitions().genes[symbol]


def allele(gene: GeneDefinitions, name: str) -> Definition:
    return next(a for a in gene.alleles if a.name == name)


def haplotype(gene: GeneDefinitions, name: str) -> dict[int, str]:
    """The bases of one chromosome with this allele; where a definition leaves a base open, the reference."""
    changes = allele(gene, name).changes
    return {p: s.reference if s.reference in changes.get(p, {s.reference}) else min(changes[p]) for p, s in gene.sites.items()}


def seen(gene: GeneDefinitions, *names: str, block: str = "", without: Iterable[int] = ()) -> dict[int, SiteCall]:
    """What a perfect caller would see of these alleles."""
    sides = [haplotype(gene, name) for name in names]
    return {p: SiteCall(tuple(side[p] for side in sides), block) for p in gene.sites if p not in set(without)}


def record(chromosome: str, position: int, ref: str, alt: str, sample: str, **more: str) -> str:
    """One line; `sample` as 'GT' or 'GT:…' with `format`."""
    kept = {"filter": "PASS", "info": ".", "format": "GT"} | more
    return "\t".join([chromosome, str(position), ".", ref, alt, ".", kept["filter"], kept["info"], kept["format"], sample])


def records(gene: GeneDefinitions, *names: str, sign: str = "/", without: Iterable[int] = (), prefix: str = "chr") -> list[str]:
    """One record for each position, the reference ones too."""
    lines = []
    for position, call in seen(gene, *names, without=without).items():
        site = gene.sites[position]
        others = sorted({base for base in call.bases if base is not None} - {site.reference})
        numbers = [str([site.reference, *others].index(str(base))) for base in call.bases]
        numbers = sorted(numbers) if sign == "/" else numbers
        alts = ",".join(others) or ",".join(site.alternatives)
        lines.append(record(prefix + gene.chromosome.removeprefix("chr"), position, site.reference, alts, sign.join(numbers)))
    return lines


def vcf(lines: Sequence[str], samples: Sequence[str] = ("S1",), header: Sequence[str] = HEADER) -> str:
    columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    return "\n".join([*header, "\t".join(columns), *lines]) + "\n"


def called(calls: Mapping[int, SiteCall], position: int) -> tuple[str | None, ...] | None:
    return calls[position].bases if position in calls else None
