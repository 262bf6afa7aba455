"""Copies of a score's alleles from reported variants: places, ids, strands, and each doubt that must not become a zero."""

from __future__ import annotations

import pytest

from models.codes import Code
from models.features.allele_counts import allele_counts
from models.knowledge.score_types import AlleleCount, ScoredVariant, VariantScore
from models.knowledge.source_block import Source
from models.patient import Gap
from models.variant import Place, Variant

NOWHERE = Source("nobody", "1", "2026", "https://example.org", "2026-11-27", "made up")
SNP = ScoredVariant("rs1", "rs1", "6", 101, "G", "A", 1.0, reference="A")
REFERENCE_COUNTS = ScoredVariant("rs1", "rs1", "6", 101, "A", "G", 1.0, reference="A")
PALINDROME = ScoredVariant("rs1", "rs1", "6", 101, "G", "C", 1.0, reference="C")
INSERTION = ScoredVariant("rs1", "rs1", "6", 101, "GC", "G", 1.0, reference="G")
DELETION = ScoredVariant("rs1", "rs1", "6", 101, "T", "TG", 1.0, reference="TG")


def score(variant: ScoredVariant, strand_known: bool = True) -> VariantScore:
    return VariantScore("made-up", "made up", "GRCh38", (variant,), NOWHERE, strand_known)


def at(ref: str, alt: str, zygosity: str = "heterozygous", state: str = "present", position: int = 101, **more: object) -> Variant:
    place = Place(build="GRCh38", chromosome="6", start=position, counts_from=1, ref=ref, alt=alt)
    return Variant("Observation/1", state=state, zygosity=zygosity, place=place, **more)  # type: ignore[arg-type]


def named(ref: str = "", alt: str = "", zygosity: str = "heterozygous", state: str = "present") -> Variant:
    """By its dbSNP id alone, with or without bases."""
    rsid = Code("http://www.ncbi.nlm.nih.gov/projects/SNP", "rs1")
    return Variant("Observation/2", state=state, zygosity=zygosity, ids=(rsid,), place=Place(ref=ref, alt=alt))  # type: ignore[arg-type]


def copies(variants: list[Variant], scored: ScoredVariant = SNP, strand_known: bool = True) -> int | str | None:
    found = allele_counts(variants, score(scored, strand_known)).get(scored.id)
    if isinstance(found, AlleleCount):
        return found.copies
    return found.reason if isinstance(found, Gap) else None


@pytest.mark.parametrize(
    ("variant", "counted", "expected"),
    [
        (at("A", "G"), SNP, 1),
        (at("A", "G", "homozygous"), SNP, 2),
        (at("A", "G", state="absent"), SNP, 0),
        (at("A", "A", state="reference"), SNP, 0),
        (at("A", "G"), REFERENCE_COUNTS, 1),
        (at("A", "G", "homozygous"), REFERENCE_COUNTS, 0),
        (at("A", "G", state="absent"), REFERENCE_COUNTS, 2),
        (at("A", "A", state="reference"), REFERENCE_COUNTS, 2),
        (at("G", "GC"), INSERTION, 1),
        (at("TG", "T", "homozygous"), DELETION, 2),
        (at("C", "G", "homozygous"), PALINDROME, 2),
        (named("A", "G"), SNP, 1),
        (named("T", "C", "homozygous"), SNP, 2),  # the other strand
        (named(state="absent"), SNP, 0),
        (named(state="absent"), REFERENCE_COUNTS, 2),
        (named("C", "G"), PALINDROME, 1),
    ],
)
def test_copies_are_counted(variant: Variant, counted: ScoredVariant, expected: int) -> None:
    assert copies([variant], counted) == expected


@pytest.mark.parametrize(
    ("variants", "counted", "why"),
    [
        ([at("A", "G", zygosity="")], SNP, "not_callable"),
        ([at("A", "G", state="no-call")], SNP, "not_callable"),
        ([at("A", "T")], SNP, "not_callable"),
        ([at("A", "G"), at("A", "T")], SNP, "not_callable"),
        ([at("A", "G"), at("A", "G", "homozygous")], SNP, "conflict"),
        ([named()], SNP, "not_callable"),
        ([named("G", "C")], PALINDROME, "not_callable"),  # the other strand, or the alleles the other way round
        ([named("A", "C")], SNP, "not_callable"),
    ],
)
def test_doubt_is_a_gap(variants: list[Variant], counted: ScoredVariant, why: str) -> None:
    assert copies(variants, counted) == why


@pytest.mark.parametrize(
    "variant",
    [
        at("A", "G", position=102),
        at("A", "C", state="absent"),
        at("A", "G", source_class="somatic"),
        at("A", "G", source_class="donor"),
        at("A", "G", status="preliminary"),
        at("A", "G", text_only=True),
        Variant("Observation/3", "present", zygosity="heterozygous", place=Place("", "GRCh37", "6", 101, 101, 1, "A", "G")),
    ],
)
def test_what_says_nothing_of_it_leaves_it_unseen(variant: Variant) -> None:
    assert copies([variant]) is None


def test_without_a_known_strand_facing_bases_count_and_palindromes_do_not() -> None:
    facing = ScoredVariant("rs1", "rs1", "6", 101, "C", "T", 1.0)
    assert copies([at("A", "G", "homozygous")], facing, strand_known=False) == 2
    assert copies([at("A", "G", "homozygous")], facing, strand_known=True) == "not_callable"
    palindrome = ScoredVariant("rs1", "rs1", "6", 101, "G", "C", 1.0)
    assert copies([at("C", "G")], palindrome, strand_known=False) == "not_callable"


def test_the_same_result_twice_is_one_result() -> None:
    assert copies([at("A", "G"), named("A", "G")]) == 1
