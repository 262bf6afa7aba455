"""What a reported variant is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.codes import HGNC, Code, Concept
from models.features.variants import (
    CopyNumber,
    copy_number,
    is_fusion,
    not_there,
    nucleotide_changes,
    possible_germline,
    protein_changes,
    rsids,
    same_variant,
)
from models.variant import Place, Variant


def variant(**known: Any) -> Variant:
    return Variant(**({"origin": "Observation/v", "state": "present"} | known))


def so(code: str) -> Concept:
    return Concept((Code("http://www.sequenceontology.org", code),))


def test_protein_changes_leave_out_what_is_malformed() -> None:
    assert protein_changes(variant(protein=("NP_004324.2:p.Val600Glu", "V600E", "p.?"))) == {"V600E"}


def test_a_coding_name_in_the_genomic_slot_is_still_one() -> None:
    (name,) = nucleotide_changes(variant(genomic=("NM_005157.6:c.1076T>G",)))
    assert (name.change, name.accession) == ("c.1076T>G", "NM_005157")


def test_a_coding_name_takes_the_transcript_that_stands_beside_it() -> None:
    (name,) = nucleotide_changes(variant(coding=("c.1799T>A",), transcript="NM_004333.6"))
    assert (name.accession, name.version) == ("NM_004333", "6")


def test_dbsnp_ids_are_told_by_themselves() -> None:
    assert rsids(variant(ids=(Code("", "RS113488022"), Code("x", "rs1 "), Code("x", "rsx"), Code("x", "1234")))) == {"rs113488022", "rs1"}


V600E = ("NM_004333.6:c.1799T>A", "NP_004324.2:p.Val600Glu", "NC_000007.14:g.140753336A>T", "rs113488022")


@pytest.mark.parametrize(
    ("known", "verdict", "told"),
    [
        ({"coding": ("NM_004333.6:c.1799T>A",)}, "same", "by its coding change"),
        ({"coding": ("NM_004333.4:c.1799T>A",)}, "same", "by its coding change; another version of the transcript"),
        ({"coding": ("c.1799T>A",)}, "same", "by its coding change; the transcript is not said on one side"),
        ({"coding": ("NM_001374258.1:c.1919T>A",)}, "unresolved", "named on another sequence"),
        ({"coding": ("NM_001374258.1:c.1799T>A",)}, "unresolved", "named on another sequence"),
        ({"coding": ("NM_004333.6:c.1798G>A",)}, "different", "by its coding change"),
        ({"protein": ("V600E",)}, "same", "by its protein change"),
        ({"protein": ("p.(Val600Glu)",)}, "same", "by its protein change"),
        ({"protein": ("V600K",)}, "different", "by its protein change"),
        ({"protein": ("V600E", "V600K")}, "unresolved", ""),
        ({"protein": ("V600_K601delinsE",)}, "unresolved", ""),
        ({"ids": (Code("", "NC_000007.14:140753335:A:T"),)}, "same", "by its place on the genome"),
        ({"ids": (Code("", "NC_000007.14:140753335:A:G"),)}, "different", "by its place on the genome"),
        ({"genomic": ("NC_000007.13:g.140453136A>T",)}, "unresolved", ""),
        ({"ids": (Code("", "rs113488022"),)}, "same", "by its dbSNP id alone"),
        ({"ids": (Code("", "rs1"),)}, "unresolved", "no name of the two can be compared"),
        ({"protein": ("V600K",), "ids": (Code("", "rs113488022"),)}, "different", "by its protein change"),
        ({"coding": ("NM_004333.6:c.1799T>A", "NM_004333.6:c.1798G>A")}, "unresolved", "its names contradict each other"),
        ({"coding": ("NM_024531.4:c.9163>A p.(Gly306Arg)",)}, "unresolved", "no name of the two can be compared"),
        ({}, "unresolved", "no name of the two can be compared"),
    ],
)
def test_fault_E50_names_by_transcript(known: dict[str, Any], verdict: str, told: str) -> None:
    answer = same_variant(variant(**known), V600E)
    assert answer.verdict == verdict
    assert told in ("", answer.because)


def test_fault_E50_another_transcript_is_settled_by_a_more_certain_name() -> None:
    both = variant(coding=("NM_001374258.1:c.1919T>A",), genomic=("NC_000007.14:g.140753336A>T",))
    assert same_variant(both, V600E).verdict == "same"
    assert same_variant(variant(coding=("NM_001374258.1:c.1919T>A",), protein=("V600E",)), V600E).because == "by its protein change"


names = st.sampled_from(["EML4", "ALK", "BCR", "ABL1", "ROS1", "HGNC:427"])


@given(names, names, names, names)
def test_the_order_of_a_fusions_partners_means_nothing(one: str, other: str, a: str, b: str) -> None:
    both = [variant(genes=(Concept(text=x), Concept((Code(HGNC, y),)))) for x, y in ((one, other), (other, one))]
    asked = {is_fusion(v, *pair) for v in both for pair in ((a, b), (b, a))}
    assert asked == {sorted((one, other)) == sorted((a, b))}


def test_what_is_no_fusion() -> None:
    two = (Concept(text="EML4"), Concept(text="ALK"))
    assert is_fusion(variant(genes=two), "ALK", "EML4")
    assert not is_fusion(variant(genes=two, state="absent"), "ALK", "EML4")
    assert not is_fusion(variant(genes=two, coding=("c.76A>G",)), "ALK", "EML4")
    assert not is_fusion(variant(genes=two[:1]), "ALK", "EML4")
    assert not is_fusion(variant(genes=(two[0], two[0])), "ALK", "EML4")


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"copy_number": 0.0}, CopyNumber(0.0)),
        ({"copy_number": 6.0, "change": so("SO:0001742")}, CopyNumber(6.0, "gain")),
        ({"consequence": (so("SO:0001742"),)}, CopyNumber(None, "gain")),
        ({"consequence": (so("SO:0001743"),)}, CopyNumber(None, "loss")),
        ({"change": so("LA14034-5")}, CopyNumber(None, "loss")),
        ({"change": so("SO:0001742"), "consequence": (so("SO:0001743"),)}, CopyNumber()),
        ({"consequence": (so("SO:0001583"),)}, None),
        ({"copy_number": 6.0, "state": "absent"}, None),
        ({}, None),
    ],
)
def test_copies_are_a_number_or_a_direction_and_nought_is_a_number(known: dict[str, Any], found: CopyNumber | None) -> None:
    assert copy_number(variant(**known)) == found


@pytest.mark.parametrize(
    ("known", "possible"),
    [
        ({"source_class": "germline", "allele_fraction": 0.5}, False),
        ({"source_class": "somatic", "allele_fraction": 0.5}, True),
        ({"source_class": "somatic", "allele_fraction": 0.98}, True),
        ({"source_class": "somatic", "allele_fraction": 0.15}, False),
        ({"source_class": "somatic", "allele_fraction": 0.75}, False),
        ({"source_class": "somatic"}, False),
        ({"source_class": "", "allele_fraction": 0.15}, False),
        ({"source_class": ""}, True),
        ({"source_class": "", "state": "absent"}, False),
        ({"source_class": "donor"}, False),
    ],
)
def test_fault_E16_a_variant_of_a_tumour_test_that_may_be_inherited(known: dict[str, Any], possible: bool) -> None:
    assert possible_germline(variant(**known)) is possible


def test_wild_type_reported_as_present_is_not_there() -> None:
    assert not_there(variant(place=Place(ref="G", alt="g")))
    assert not_there(variant(state="absent"))
    assert not not_there(variant(place=Place(ref="G", alt="A")))
    assert not not_there(variant())
    assert not not_there(variant(state="no-call"))
