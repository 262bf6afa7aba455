"""Whether single variants contradict a genotype that was reported beside them. They never replace it."""

from __future__ import annotations

from collections.abc import Sequence, Set

from models.features.diplotypes import Diplotype
from models.features.variant_sites import sites_of
from models.features.variants import not_there
from models.knowledge.site_types import Site
from models.knowledge.types import Gene, Knowledge
from models.patient import Gap
from models.variant import Variant

NOT_THERE = "a variant that the reported genotype needs was reported as not there"
TOO_MANY = "a variant on file is not in the reported genotype, or more often than there"
TOO_FEW = "a variant of both reported alleles was found on one chromosome only"
UNSURE = ("uncertain", "unknown")  #: how the name of a function begins of which little is known


def contradictions(gene: Gene, genotypes: Sequence[Diplotype], variants: Sequence[Variant], knowledge: Knowledge) -> list[Gap]:
    """One Gap for each variant that does not fit any of the genotypes, or whose names do not fit each other.

    Where copies and hybrids of the gene exist, a call at one position does not tell which copy it is about.
    """
    if gene.copies or gene.method == "presence" or not genotypes:
        return []
    found: list[Gap] = []
    defined = {name for site in knowledge.sites.by_gene.get(gene.symbol, ()) for name in (*site.needed, *site.possible)}
    defined = {name for name in defined if not name.startswith("rs")} | {gene.reference}
    for variant in variants:
        sites = sites_of(variant, gene.symbol, knowledge.sites)
        if isinstance(sites, Gap):
            found.append(sites)
            continue
        whys = [_against(gene, genotype, variant, sites, defined) for genotype in genotypes]
        if because := next(filter(None, whys), "") if all(whys) else "":
            found.append(Gap(gene.symbol, "conflict", because, variant.origin))
    return found


def _against(gene: Gene, genotype: Diplotype, variant: Variant, sites: Sequence[Site], defined: Set[str]) -> str:
    """Why the variant and the genotype cannot both be right; "" where they can.

    `defined`: alleles of which it is known which variants they hold. The reference holds none of those that are listed.
    """
    names = [{part.allele for part in haplotype} for haplotype in genotype.haplotypes]
    absent = not_there(variant)
    present = variant.state == "present" and not absent and len(sites) == 1
    for site in sites:
        least = sum(bool(alleles & site.needed) for alleles in names)
        most = sum(bool(alleles & (site.needed | site.possible)) or not alleles <= defined for alleles in names)
        if absent and least:
            return NOT_THERE
        if present and variant.zygosity == "heterozygous" and least > 1:
            return TOO_FEW
        wanted = len(names) if variant.zygosity == "homozygous" else 1
        if present and most < wanted and _telling(gene, site):
            return TOO_MANY
    return ""


def _telling(gene: Gene, site: Site) -> bool:
    """Does every allele that holds the change work otherwise than the reference, and one of them surely?"""
    functions = {gene.alleles[name].function for name in site.needed}
    usual = gene.alleles[gene.reference].function
    return usual not in functions and any(not f.lower().startswith(UNSURE) for f in functions)
