"""Which known sites a reported variant is about, and which gene. Places and dbSNP ids must fit in position and bases."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.gene_names import gene_index, genes_named
from models.features.loci import Locus, loci
from models.features.variants import rsids
from models.knowledge.site_types import Site, Sites, place_key, trimmed
from models.knowledge.types import Knowledge
from models.patient import Gap
from models.variant import Variant

_FACING = str.maketrans("ACGT", "TGCA")


def variants_by_gene(variants: Sequence[Variant], knowledge: Knowledge) -> tuple[dict[str, list[Variant]], tuple[Gap, ...]]:
    """Variants grouped by the gene known here that they are about; a contradiction on which one it is becomes a Gap.

    A variant of another gene, or of none that is named, is left to the specialties that know it. Where no gene is named,
    a known place or dbSNP id tells it.
    """
    index = gene_index(knowledge.genes) if variants else {}
    grouped: dict[str, list[Variant]] = {}
    gaps: list[Gap] = []
    for variant in variants:
        found = _genes(variant, index)
        if isinstance(found, Gap):
            gaps.append(found)
            continue
        if not variant.genes:
            found = {site.gene for site in _all_sites(variant, knowledge.sites)}
        if len(found) == 1:
            grouped.setdefault(next(iter(found)), []).append(variant)
        elif found and variant.state == "present":
            gaps.append(Gap(" / ".join(sorted(found)), "not_understood", "one variant names several genes", variant.origin))
    return grouped, tuple(gaps)


def _genes(variant: Variant, index: dict[tuple[str, str], str]) -> set[str] | Gap:
    every: set[str] = set()
    for concept in variant.genes:
        coded, named = genes_named(concept, index)
        if coded and named and not coded & named:
            subject = " / ".join(sorted(coded | named))
            return Gap(subject, "conflict", "the gene's code and its words name different genes", variant.origin)
        every |= coded or named
    return every


def sites_of(variant: Variant, gene: str, sites: Sites) -> tuple[Site, ...] | Gap:
    """The sites of one gene that the variant is about: several where it tells of a position, and not of one change there.

    A Gap where its place or dbSNP id is another gene's, or place and id are different ones.
    """
    by_place, by_id = _by_place(variant, sites), _by_rsid(variant, sites)
    if any(site.gene != gene for site in (*by_place, *by_id)):
        return Gap(gene, "conflict", "the variant's place is not in the gene that it names", variant.origin)
    if by_place and by_id and not set(by_place) & set(by_id):
        return Gap(gene, "conflict", "the variant's place and its dbSNP id are different variants", variant.origin)
    return tuple(site for site in by_place or by_id if not by_id or site in by_id)


def _all_sites(variant: Variant, sites: Sites) -> tuple[Site, ...]:
    return (*_by_place(variant, sites), *_by_rsid(variant, sites))


def _by_place(variant: Variant, sites: Sites) -> tuple[Site, ...]:
    found: list[Site] = []
    for locus in loci(variant):
        if locus.chromosome:
            key = place_key(locus.build, locus.chromosome, locus.start)
            found += [site for site in sites.by_place.get(key, ()) if _fits(locus, site)]
    return tuple(dict.fromkeys(found))


def _fits(locus: Locus, site: Site) -> bool:
    """The same change; or the reference's own base at the position, which says of each change there that it is absent."""
    _, ref, alt = trimmed(site.position - 1, site.ref, site.alt)
    if locus.ref == locus.alt:
        return locus.ref == ref
    return Locus("", 0, locus.ref, locus.alt).same(Locus("", 0, ref, alt))


def _by_rsid(variant: Variant, sites: Sites) -> tuple[Site, ...]:
    known = [site for rsid in rsids(variant) for site in sites.by_rsid.get(rsid, ())]
    ref, alt = variant.place.ref.strip().upper(), variant.place.alt.strip().upper()
    if not ref or not alt or ref == alt:
        return tuple(known)
    facing = ref.translate(_FACING), alt.translate(_FACING)
    return tuple(site for site in known if len(site.ref) > 1 or len(site.alt) > 1 or (site.ref, site.alt) in ((ref, alt), facing))
