"""What a reported variant is."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import Code, Concept
from models.features.variants import (
    CopyNumber,
    copy_number,
    not_there,
    nucleotide_changes,
    possible_germline,
    protein_changes,
    rsids,
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
