"""What single variants say of a gene whose alleles are named for them. No allele is made that no variant names.

Variants are no genotype: of the rest of the gene they say nothing. So the absence of variants, or variants without an
effect, never make a usual result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from models.features.diplotypes import Diplotype, Part, spelling
from models.features.hgvs import nucleotide_change
from models.features.loci import loci
from models.features.phenotypes import readings
from models.features.sequences import MITOCHONDRIAL
from models.features.variant_conflicts import UNSURE
from models.features.variant_sites import sites_of
from models.features.variants import not_there, nucleotide_changes
from models.knowledge.site_types import Site, SiteGene
from models.knowledge.types import Gene, Knowledge
from models.patient import Gap, GeneResult
from models.variant import Variant

_FOR_A_VARIANT = re.compile(r"[cm]\.|rs[0-9]")  #: how the name of an allele begins that is one change
PHASE = "several variants are on file, and it is not known which of them lie on one chromosome"
NO_EFFECT = "single variants are on file, and none of them tells the gene's result"
DENIED = "a variant is reported as found and as not there"
ZYGOSITY = "a variant is on file without saying whether one or both chromosomes have it"
NO_STARS = "single variants of {gene} are on file without a genotype; no star allele is made from them"


@dataclass(frozen=True, slots=True)
class FromVariants:
    """What variants make: results as a laboratory would have told them, or why there are none. `settled`: no other variant of the
    gene could change what they mean. `whole`: the gene's genotype is this one position."""

    results: tuple[GeneResult, ...] = ()
    gaps: tuple[Gap, ...] = ()
    settled: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    allele: str
    both: bool | None  #: on both chromosomes, or on the only one; None: not said
    variant: Variant


def from_variants(gene: Gene, variants: Sequence[Variant], knowledge: Knowledge) -> FromVariants:
    """`variants`: germline, final ones of this gene."""
    found: list[_Found] = []
    gaps: list[Gap] = []
    for variant in variants:
        if variant.state == "present" and not not_there(variant):
            read = _read(gene, variant, knowledge)
            if isinstance(read, _Found):
                found.append(read)
            elif read is not None:
                gaps.append(read)
    origin = variants[0].origin
    gaps += [Gap(gene.symbol, "conflict", DENIED, one.variant.origin) for one in found if one.allele in _denied(gene, variants, knowledge)]
    if any(gap.reason == "conflict" for gap in gaps):
        return FromVariants(gaps=tuple(gaps))
    if not found:
        starred = any(name.startswith("*") for name in gene.alleles)
        because = NO_STARS.format(gene=gene.symbol) if starred else NO_EFFECT
        return FromVariants(gaps=(*gaps, Gap(gene.symbol, "not_callable", because, origin)))
    if gaps:  # a variant that counts and could not be used would change what the others mean
        return FromVariants(gaps=tuple(gaps))
    return _made(gene, found, knowledge)


def _read(gene: Gene, variant: Variant, knowledge: Knowledge) -> _Found | Gap | None:
    """The allele that the variant is, and whether both chromosomes have it; None where it is no allele's name."""
    sites = sites_of(variant, gene.symbol, knowledge.sites)
    if isinstance(sites, Gap):
        return sites
    names = _alleles(gene, variant, sites, knowledge.sites.genes.get(gene.symbol, SiteGene()))
    names = {name for name in names if not any(_part_of(name, other, gene, knowledge) for other in names)}
    if len(names) > 1:
        return Gap(gene.symbol, "conflict", "the names of one variant are different alleles", variant.origin)
    if not names:
        return None
    allele = names.pop()
    if _phenotype(gene, allele, allele) == gene.usual:
        return _Found(allele, False, variant)  # whether one or both have it changes nothing
    if gene.single == "always":
        if variant.zygosity == "heteroplasmic":
            return Gap(gene.symbol, "not_callable", "the variant is in a part of the mitochondria only", variant.origin)
        return _Found(allele, True, variant)
    if variant.zygosity not in ("heterozygous", "homozygous", ""):
        return Gap(gene.symbol, "not_callable", ZYGOSITY, variant.origin)
    return _Found(allele, variant.zygosity == "homozygous" if variant.zygosity else None, variant)


def _denied(gene: Gene, variants: Sequence[Variant], knowledge: Knowledge) -> set[str]:
    """The alleles of which a variant was looked for and not found."""
    denied: set[str] = set()
    for variant in variants:
        sites = sites_of(variant, gene.symbol, knowledge.sites) if not_there(variant) else ()
        if not_there(variant) and not isinstance(sites, Gap):
            denied |= _alleles(gene, variant, sites, knowledge.sites.genes.get(gene.symbol, SiteGene()))
            denied.update(name for site in sites for name in site.needed)
    return denied


def _alleles(gene: Gene, variant: Variant, sites: Sequence[Site], counted: SiteGene) -> set[str]:
    named = [
        _spelled(gene, name.change)
        for name in nucleotide_changes(variant)
        if not name.accession or name.accession in (MITOCHONDRIAL.partition(".")[0], *counted.transcripts)
    ]
    named += [_spelled(gene, name.change) for locus in loci(variant) if (name := nucleotide_change(locus.hgvs)) and name.change[0] == "m"]
    changes = {(site.position, site.alt) for site in sites}
    if len(changes) == 1:  # a position alone, where several changes are known, names none of them
        named += [_of_site(gene, site) for site in sites]
    return {name for name in named if name and name != gene.reference and _FOR_A_VARIANT.match(name)}


def _spelled(gene: Gene, change: str) -> str | None:
    """The allele of that name, with or without the bases that were deleted or doubled."""
    found = gene.spellings.get(spelling(change))
    if found or not re.search("del|dup", change):
        return found
    for name in gene.alleles:
        read = nucleotide_change(name.split(" ", 1)[0].rstrip(","))
        if read and read.change == change:
            return name
    return None


def _of_site(gene: Gene, site: Site) -> str | None:
    """The one allele that is this change: where the file says so, else where one allele alone needs it."""
    if position := next((p for p in gene.positions if p.name == site.rsid), None):
        return position.allele
    alone = [name for name in site.needed if _FOR_A_VARIANT.match(name)]
    return alone[0] if len(alone) == 1 else None


def _part_of(narrow: str, wide: str, gene: Gene, knowledge: Knowledge) -> bool:
    """Does one allele's variant belong to another's, which has more?"""
    needs = {name: {s for s in knowledge.sites.by_gene.get(gene.symbol, ()) if name in s.needed} for name in (narrow, wide)}
    return narrow != wide and bool(needs[narrow]) and needs[narrow] < needs[wide]


def _made(gene: Gene, found: Sequence[_Found], knowledge: Knowledge) -> FromVariants:
    """The genotype of what was found, where the variants alone settle it."""
    origin = found[0].variant.origin
    zygosity: dict[str, set[bool]] = {}
    for one in found:
        zygosity.setdefault(one.allele, set()).update(() if one.both is None else (one.both,))
    unsaid = [allele for allele, said in zygosity.items() if not said]
    if unsaid and len(zygosity) > 1:
        return FromVariants(gaps=(Gap(gene.symbol, "not_callable", ZYGOSITY, origin),))
    for allele in unsaid:  # one chromosome or both: each is told
        zygosity[allele].add(False)
    if any(len(said) > 1 for said in zygosity.values()):
        return FromVariants(gaps=(Gap(gene.symbol, "conflict", "one variant is reported as heterozygous and homozygous", origin),))
    both = {allele: said.pop() for allele, said in zygosity.items()}
    both = {a: b for a, b in both.items() if not any(_part_of(a, other, gene, knowledge) for other in both)}
    telling = {a: b for a, b in both.items() if _phenotype(gene, a, a) != gene.usual}
    known = {a: b for a, b in telling.items() if not gene.alleles[a].function.lower().startswith(UNSURE)}
    telling = known or telling  # what is not known of one variant does not undo what is known of another
    text = _genotype(gene, telling)
    if text is not None and unsaid:
        text = f"{text} or {unsaid[0]}/{unsaid[0]}"
    if text is None:
        return FromVariants(gaps=(Gap(gene.symbol, "not_callable", PHASE if telling else NO_EFFECT, origin),))
    used = [one.variant for one in found if one.allele in telling]
    results = tuple(
        GeneResult(
            v.genes[0] if v.genes else v.change,
            v.origin,
            diplotypes=(text,),
            status=v.status,
            effective=v.effective,
            laboratory=v.laboratory,
            source_class=v.source_class,
            derived_from=v.derived_from,
            text_only=v.text_only,
        )
        for v in used
    )
    whole = len({site.position for site in knowledge.sites.by_gene.get(gene.symbol, ())}) == 1
    each = [{**telling, **dict.fromkeys(unsaid, both_have_it)} for both_have_it in (False, True)] if unsaid else [telling]
    settled = (whole and not unsaid) or all(_settled(gene, one) for one in each)
    told = (Gap(gene.symbol, "not_callable", ZYGOSITY, origin),) if unsaid else ()
    return FromVariants(results, told, settled=settled, whole=whole)


def _genotype(gene: Gene, telling: Mapping[str, bool]) -> str | None:
    """As a laboratory would write it that did not phase. Several variants on one chromosome work as the worst of them.

    The worst of all lies on one chromosome; the other may hold none of those found once, or any.
    """
    if not telling:
        return None
    if gene.single == "always":
        return min(telling) if len({_phenotype(gene, name) for name in telling}) == 1 else None
    if len({gene.alleles[name].function for name in telling}) > 1 and any(gene.alleles[name].activity is None for name in telling):
        return _whichever(gene, telling)
    ranked = sorted(telling, key=lambda name: (gene.alleles[name].activity or 0.0, name))
    worst, others = ranked[0], ranked[1:]
    if telling[worst]:
        return f"{worst}/{worst}"
    surely = next((name for name in others if telling[name]), gene.reference)
    possible = others[: others.index(surely)] if surely in others else others
    return " or ".join(f"{worst}/{name}" for name in (*possible, surely))


def _whichever(gene: Gene, telling: Mapping[str, bool]) -> str | None:
    """Where it is not known which effect is worse: every genotype that there may be, if all of them mean the same."""
    beside = next((name for name, both in telling.items() if both), gene.reference)
    pairs = [*combinations(sorted(telling), 2), *((beside, name) for name in sorted(telling))]
    return " or ".join(map("/".join, pairs)) if len({_phenotype(gene, *pair) for pair in pairs}) == 1 else None


def _settled(gene: Gene, telling: Mapping[str, bool]) -> bool:
    """Would every other variant that the gene can have, besides, leave the phenotype as it is?"""
    if gene.single == "always":
        return True
    if len(telling) != 1:
        return False
    ((allele, both),) = telling.items()
    kinds = {(a.function, a.activity): a for a in gene.alleles.values()}.values()
    activity = gene.alleles[allele].activity
    if both and activity is not None:
        worse = [a.name for a in kinds if a.activity is None or a.activity < activity]
        return all(_phenotype(gene, name, name) == _phenotype(gene, allele, allele) for name in worse)
    return len({_phenotype(gene, allele, a.name) for a in kinds}) == 1


def _phenotype(gene: Gene, *alleles: str) -> str:
    haplotypes = tuple((Part(a),) for a in (alleles[:1] if gene.single == "always" else alleles))
    return " or ".join(sorted({r.phenotype for r in readings(gene, Diplotype(haplotypes))}))
