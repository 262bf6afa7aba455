"""The variants that a genetic score counts, of one germline sample of a VCF. Research use, outside the order path; it adds nothing up."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cds_service.errors import InputError
from cds_service.importing.builds import GRCH38, check_build
from cds_service.importing.from_vcf import check_contigs
from cds_service.importing.vcf_file import opened
from cds_service.importing.vcf_sites import UNSEEN, allele_numbers, alternatives, last_base
from models.knowledge.score_types import ScoredVariant, VariantScore
from models.knowledge.site_types import trimmed
from models.variant import Place, State, Variant, Zygosity

if TYPE_CHECKING:
    from vcfpy.record import Record

_COPIES: Mapping[int, Zygosity] = {1: "heterozygous", 2: "homozygous"}


def scored_variants(
    path: Path, score: VariantScore, build: str | None = None, sample: str | None = None, *, absent_is_reference: bool = False
) -> tuple[Variant, ...]:
    """Every record at the score's places as variants, doubtful ones as not called.

    `absent_is_reference`: places in no record count as reference, on chromosomes that have any record; right only if all were
    sequenced, and only where the score says which base is the genome's. Raises InputError where the file must not be read.
    """
    if score.build != GRCH38:
        raise InputError(f"the score is on {score.build}, and a VCF is read on GRCh38 alone. Take the score's file harmonised to GRCh38.")
    usable = [v for v in score.variants if not v.unusable]
    wanted: dict[str, list[int]] = {}
    for v in usable:
        for contig in (v.chromosome, f"chr{v.chromosome}"):
            wanted.setdefault(contig, []).extend(range(v.position, v.position + max(len(v.effect), len(v.other))))
    by_chromosome: dict[str, list[ScoredVariant]] = {}
    for v in sorted(usable, key=lambda v: v.position):
        by_chromosome.setdefault(v.chromosome, []).append(v)
    found: list[Variant] = []
    told: set[str] = set()
    with opened(path, {contig: sorted(set(places)) for contig, places in wanted.items()}, sample) as file:
        check_build(file.header, build)
        for record in file.records:
            for v in _reached(record, by_chromosome.get(record.CHROM.removeprefix("chr"), ())):
                new = tuple(_told(v, record, file.sample, score.build))
                found += new
                told |= {v.id} if new else set()
        check_contigs(file)
        seen = {contig.removeprefix("chr") for contig in file.lines.contigs}
    if absent_is_reference:
        found += [_at(v, "absent", "", score.build) for v in usable if v.id not in told and v.reference and v.chromosome in seen]
    return tuple(found)


def _reached(record: Record, variants: Sequence[ScoredVariant]) -> Sequence[ScoredVariant]:
    """Of variants in the order of their places those that lie within the record."""
    first = bisect_left(variants, record.POS, key=lambda v: v.position)
    return variants[first : bisect_right(variants, last_base(record, alternatives(record)), key=lambda v: v.position)]


def _told(v: ScoredVariant, record: Record, sample: str, build: str) -> Iterator[Variant]:
    """What one record says of a variant within it."""
    written, numbers = alternatives(record), allele_numbers(record, sample)
    structural = {number for number, allele in enumerate(written, 1) if allele not in UNSEEN and not allele.isalpha()}
    if structural and not structural.intersection(numbers):
        return  # such a record tells nothing of the bases where the change it looked for was not found
    origin = f"{record.CHROM}:{record.POS}"
    _check_reference(v, record)
    if isinstance(numbers, str) or len(numbers) != 2 or None in numbers:
        yield _at(v, "no-call", origin, build)
        return
    changed = sorted({number for number in numbers if number})
    if not changed:
        yield _reference(v, record, origin, build)
    for number in changed:
        yield _change(v, record, written, number, numbers.count(number), build)


def _reference(v: ScoredVariant, record: Record, origin: str, build: str) -> Variant:
    """The genome's own bases on both chromosomes: which these are, the score says, or the record where it begins there."""
    if v.reference:
        return _at(v, "absent", origin, build)
    first = record.REF[: len(v.effect)].upper()
    if v.position == record.POS and len(v.effect) == len(v.other) == 1:
        return Variant(origin, "reference", place=Place("", build, v.chromosome, v.position, v.position, 1, first, first))
    return _at(v, "no-call", origin, build)


def _change(v: ScoredVariant, record: Record, written: Sequence[str], number: int, copies: int, build: str) -> Variant:
    origin = f"{record.CHROM}:{record.POS}"
    if number > len(written):
        raise InputError("a genotype has an allele number that its record does not list. Check the file with a VCF validator.")
    ref, alt = record.REF.upper(), written[number - 1].upper()
    if not set(alt) <= set("ACGT") or trimmed(record.POS, ref, alt)[0] != trimmed(v.position, v.effect, v.other)[0]:
        return _at(v, "no-call", origin, build)  # another change reaches its place
    place = Place("", build, v.chromosome, record.POS, record.POS, 1, ref, alt)
    return Variant(origin, "present", zygosity=_COPIES[copies], place=place)


def _at(v: ScoredVariant, state: State, origin: str, build: str) -> Variant:
    """The scored change itself, not found or not called."""
    ref = v.reference or v.other
    alt = v.effect if ref == v.other else v.other
    return Variant(origin, state, place=Place("", build, v.chromosome, v.position, v.position, 1, ref, alt))


def _check_reference(v: ScoredVariant, record: Record) -> None:
    """The file's reference bases must be the score's wherever both are known."""
    for index, base in enumerate(v.reference):
        at = v.position + index - record.POS
        if 0 <= at < len(record.REF) and record.REF[at].upper() != base:
            raise InputError(
                f"at {v.chromosome}:{v.position + index} the file's reference base is not that of GRCh38, whatever its header says. "
                "Nothing of it can be trusted: find out on which genome it was called."
            )
