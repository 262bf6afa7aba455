"""How many copies of each allele that a genetic score counts a person has, from reported variants. What is doubtful is a Gap, never 0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.features.loci import Locus, loci
from models.features.sequences import accession
from models.features.variants import rsids
from models.knowledge.score_types import AlleleCount, Counts, ScoredVariant, VariantScore
from models.knowledge.site_types import trimmed
from models.patient import Gap
from models.variant import Variant

_FACING = str.maketrans("ACGT", "TGCA")
_COPIES = {"heterozygous": 1, "homozygous": 2}
_UNFINISHED = frozenset({"preliminary", "registered", "unknown"})
Bases = tuple[str, str]  #: of one genome, plus strand, unordered


def allele_counts(variants: Sequence[Variant], score: VariantScore) -> Counts:
    """Counts from a chart. Matched by place on the score's build, else by dbSNP id together with the bases that were found.

    Results of a tumour, of a donor, unfinished ones and those read from free text do not count. Two results that differ, another
    change at the same place, one copy without zygosity, or bases of an unknown strand become a Gap(conflict | not_callable).
    """
    usable = [v for v in variants if v.source_class in ("germline", "") and v.status not in _UNFINISHED and not v.text_only]
    by_id: dict[str, list[Variant]] = {}
    by_start: dict[tuple[str, int], list[tuple[Variant, Locus]]] = {}
    for variant in usable:
        for rsid in rsids(variant):
            by_id.setdefault(rsid, []).append(variant)
        for locus in loci(variant):
            by_start.setdefault((locus.sequence, locus.start), []).append((variant, locus))
    found: dict[str, AlleleCount | Gap] = {}
    for scored in score.variants:
        start, *_ = trimmed(scored.position - 1, scored.effect, scored.other or scored.effect)
        at = by_start.get((accession(score.build, scored.chromosome), start), ())
        every = [(v, _by_place(v, locus, scored, score.strand_known)) for v, locus in at]
        placed = {id(v) for v, _ in at}
        every += [(v, _by_name(v, scored, score.strand_known)) for v in by_id.get(scored.rsid, ()) if id(v) not in placed]
        if told := [(v, copies) for v, copies in every if copies is not None]:
            found[scored.id] = _agreed(scored.id, told)
    return found


def _agreed(name: str, told: Iterable[tuple[Variant, int | str]]) -> AlleleCount | Gap:
    told = list(told)
    doubts = [(v.origin, copies) for v, copies in told if isinstance(copies, str)]
    if doubts:
        return Gap(name, "not_callable", doubts[0][1], doubts[0][0])
    if len({copies for _, copies in told}) > 1:
        return Gap(name, "conflict", "two results tell different genotypes", told[0][0].origin)
    variant, copies = told[0]
    return AlleleCount(int(copies), variant.origin)


def _by_place(variant: Variant, locus: Locus, scored: ScoredVariant, strand_known: bool) -> int | str | None:
    if not scored.other:
        return "the score does not say the other allele"
    _, effect, other = trimmed(0, scored.effect, scored.other)
    return effect_copies((locus.ref, locus.alt), _copies(variant), (effect, other), strand_known)


def _by_name(variant: Variant, scored: ScoredVariant, strand_known: bool) -> int | str | None:
    """By its dbSNP id. Its bases have to be said; where nothing was found, the score has to say which base is the genome's."""
    ref, alt = variant.place.ref.strip().upper(), variant.place.alt.strip().upper()
    if not ref or not alt:
        if _copies(variant) == 0 and scored.reference:
            return 2 if scored.effect == scored.reference else 0
        return "the bases that were found are not said"
    if not scored.other:
        return "the score does not say the other allele"
    palindromic = alt == ref.translate(_FACING)
    if palindromic and scored.reference and ref != scored.reference:
        return "its strand is not known"
    # bases beside a bare id may be those of either strand
    facing = ref.translate(_FACING), alt.translate(_FACING)
    change = facing if {ref, alt} != {scored.effect, scored.other} == set(facing) else (ref, alt)
    return effect_copies(change, _copies(variant), (scored.effect, scored.other), strand_known)


def _copies(variant: Variant) -> int | str:
    """Copies of the reported change, or why they are not known."""
    if variant.state in ("absent", "reference"):
        return 0
    if variant.state != "present":
        return "tested, and no genotype was called"
    return _COPIES.get(variant.zygosity, "how many copies were found is not said")


def effect_copies(change: Bases, copies: int | str, scored: Bases, strand_known: bool) -> int | str | None:
    """Copies of scored[0] where change[1] was found so many times in place of change[0]; or why that cannot be told.

    `scored`: the counted allele and the other one. Where the score's strand is not known, facing bases are tried, and A/T and C/G
    tell nothing. None: the change is another one and was not found, which says nothing of this one.
    """
    (ref, alt), (effect, other) = change, scored
    if not strand_known and effect == other.translate(_FACING):
        return "A/T or C/G: its strand is not known"
    if not strand_known and ref not in scored:
        effect, other = effect.translate(_FACING), other.translate(_FACING)
    if ref and set(ref) == {"N"} and alt in scored:  # a deletion whose bases are not said
        ref = next((bases for bases in scored if bases != alt and len(bases) == len(ref)), ref)
    same = alt in (ref, effect, other) and ref in (effect, other)
    if not same and copies == 0:
        return None
    if isinstance(copies, str):
        return copies
    if not same:
        return "another change was found at its place"
    if ref == alt:  # the genome's own base, called
        return 2 if ref == effect else 0
    return copies if alt == effect else 2 - copies
