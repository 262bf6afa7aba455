"""Places on the genome: SPDI, g. names and VCF's columns are three spellings of one thing."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.features.loci import Locus, from_hgvs, from_place, from_spdi, from_vcf, loci
from models.features.sequences import ACCESSIONS, CHROMOSOMES, accession
from models.variant import Place, Variant
from tests.support.reference import reference_file

BRAF = Locus("NC_000007.14", 140753335, "A", "T")
bases = st.text("ACGT", min_size=1, max_size=6)


def test_every_chromosome_of_both_builds_is_known() -> None:
    assert len(ACCESSIONS) == 50
    assert len(CHROMOSOMES) == 49  # the mitochondrial sequence is one
    assert {accession("GRCh37", "1"), accession("GRCh38", "chr1")} == {"NC_000001.10", "NC_000001.11"}
    assert (accession("GRCh37", "X"), accession("GRCh38", "chrY"), accession("GRCh38", "MT")) == (
        "NC_000023.10",
        "NC_000024.10",
        "NC_012920.1",
    )
    assert (accession("", "7"), accession("GRCh38", "7_alt"), accession("hg38", "7")) == ("", "", "")


def test_accessions_are_those_of_the_reference() -> None:
    told = json.loads(reference_file("data/pgx/allele_definitions.json").read_text("utf-8"))
    for gene in told.values():
        assert accession("GRCh38", gene["chrom"]) == gene["refseq"]


@pytest.mark.parametrize(
    "variant",
    [
        Variant("o", ids=(), genomic=("NC_000007.14:g.140753336A>T",)),
        Variant("o", place=Place("NC_000007.14", start=140753335, counts_from=0, ref="A", alt="T")),
        Variant("o", place=Place("NC_000007.14", start=140753336, counts_from=1, ref="a", alt="t")),
        Variant("o", place=Place(build="GRCh38", chromosome="chr7", start=140753336, counts_from=1, ref="A", alt="T")),
    ],
)
def test_one_place_in_four_spellings(variant: Variant) -> None:
    assert loci(variant) == {BRAF}
    assert (BRAF.spdi, BRAF.hgvs, BRAF.vcf) == ("NC_000007.14:140753335:A:T", "NC_000007.14:g.140753336A>T", ("7", 140753336, "A", "T"))


@pytest.mark.parametrize(
    "place",
    [
        Place("NC_000007.14", start=140753336, ref="A", alt="T"),  # from which number is not said
        Place(chromosome="7", start=140753336, counts_from=1, ref="A", alt="T"),  # nor the build
        Place("NC_000007.99", start=140753336, counts_from=1, ref="A", alt="T"),
        Place("NC_000007.14", start=140753336, counts_from=1, ref="A"),
        Place("NC_000007.14", start=140753336, counts_from=1, ref="A", alt="<DEL>"),
        Place("NC_000007.14", "GRCh37", "7", start=140753336, counts_from=1, ref="A", alt="T"),
        Place("NC_000007.14", start=0, counts_from=1, ref="A", alt="T"),
    ],
)
def test_a_place_that_is_not_said_in_full_is_not_used(place: Place) -> None:
    assert from_place(place) is None


@pytest.mark.parametrize(
    "text", ["", "rs3918290", "NC_000007.14:A:T", "NC_000007.14:1::", "NC_000007.14:1:9999:", "NC_000007:1:A:T", "NC_000007.14:1:A:X"]
)
def test_what_is_no_spdi(text: str) -> None:
    assert from_spdi(text) is None


@pytest.mark.parametrize(
    "text", ["g.140753336A>T", "NC_000007:g.5A>T", "NC_000007.14:g.5_9dup", "NC_000007.14:g.9_5del", "NC_000007.14:g.5_9insA"]
)
def test_what_is_no_place(text: str) -> None:
    assert from_hgvs(text) is None


def test_deletions_with_and_without_their_bases_are_one() -> None:
    whole = from_vcf("GRCh38", "1", 97740410, "GATGA", "G")
    named, counted = from_hgvs("NC_000001.11:g.97740411_97740414del"), from_spdi("NC_000001.11:97740410:4:")
    assert whole and named and counted
    assert whole == Locus("NC_000001.11", 97740410, "ATGA", "")
    assert whole.same(named)
    assert named.same(counted)
    assert (named.vcf, whole.vcf) == (None, None)
    assert not whole.same(Locus("NC_000001.11", 97740410, "ATG", ""))


@example("NC_000001.10", 0, "A", "AA")
@given(st.sampled_from(sorted(CHROMOSOMES)), st.integers(0, 200_000_000), bases, bases)
def test_spdi_and_g_names_and_vcf_go_both_ways(sequence: str, start: int, ref: str, alt: str) -> None:
    locus = from_spdi(f"{sequence}:{start}:{ref}:{alt}")
    assert locus is not None
    assert from_spdi(locus.spdi) == locus
    if ref == alt:
        return
    if not locus.ref and not locus.start:
        assert not locus.hgvs
        return
    named = from_hgvs(locus.hgvs)
    assert named is not None
    assert named.same(locus)
    if locus.vcf is not None:
        build = CHROMOSOMES[sequence][0]
        assert from_vcf(build, *locus.vcf) == locus
