"""Running text of reports and notes: whole sentences or nothing."""

from __future__ import annotations

import pytest

from fhir_mappings.free_text import LONGEST, hints_in
from fhir_mappings.genotype_words import Said

POOR = Said(("CYP2D6",), "*4/*4", "Poor Metabolizer")


@pytest.mark.parametrize(
    ("written", "results"),
    [
        ("CYP2D6 *4/*4 (Poor Metabolizer). CYP2C19 *1/*1", (POOR, Said(("CYP2C19",), "*1/*1"))),
        ("CYP2D6 *4/*4 (Poor Metabolizer)\nCYP2C19 *1/*1\n", (POOR, Said(("CYP2C19",), "*1/*1"))),
        ("CYP2D6 *4/*4, CYP2C19 *1/*1", (Said(("CYP2D6",), "*4/*4"), Said(("CYP2C19",), "*1/*1"))),
        ("CYP2D6 *4/*4. CYP2D6 Poor Metabolizer.", (POOR,)),
        ("DPYD c.1905+1G>A/c.2846A>T.", (Said(("DPYD",), "c.1905+1G>A/c.2846A>T"),)),
        ("HLA-B*57:01: not detected.", (Said(("HLA-B",), "HLA-B*57:01", present=False),)),
        ("CYP2C19: indeterminate.", (Said(("CYP2C19",), nothing=True),)),
        ("CYP2C19: positive.", ()),
        ("Poor metabolizer.", ()),
        ("*2/*2.", ()),
        ("The patient is a CYP2C19 poor metabolizer or intermediate metabolizer.", ()),
        ("CYP2C19 *2/*2 in the index case.", ()),
        ("CYP2D6 *4/*4. Parenteral opioids are relatively safe.", (Said(("CYP2D6",), "*4/*4"),)),
        ("Example: CYP2D6 *4/*4.", ()),
        ("", ()),
    ],
)
def test_sentences(written: str, results: tuple[Said, ...]) -> None:
    told = hints_in(written)
    assert (told.results, told.problem) == (results, "")


def test_a_sentence_may_do_without_a_gene_that_is_named_elsewhere() -> None:
    assert hints_in("*2/*2, poor metabolizer.", gene_known=True).results == (Said(genotype="*2/*2", term="Poor Metabolizer"),)


def test_what_is_not_understood_beside_is_said() -> None:
    told = hints_in("CYP2D6 *4/*4. Codeine may give little relief.")
    assert (told.results, told.whole) == ((Said(("CYP2D6",), "*4/*4"),), False)
    assert hints_in("CYP2D6 *4/*4.").whole


@pytest.mark.parametrize(
    "written",
    [
        "CYP2D6 *4/*4. This was not confirmed.",
        "CYP2D6 *4/*4. Result of the mother.",
        "The following is from the donor: see below. CYP2D6 *4/*4.",
        "Superseded. CYP2D6 *4/*4.",
        "CYP2D6 *4/*4. Sample swapped?",
        "CYP2D6 *4/*4. Tumour tissue was tested.",
        "Results of the patient's wife:\nCYP2D6 *4/*4.",
        "Both parents were tested. CYP2D6 *4/*4.",
        "CYP2D6 *4/*4. CYP2D6 *1/*1.",
        "CYP2D6 *4/*4. CYP2D6: no call.",
        "HLA-B*57:01 positive. HLA-B*57:01 negative.",
        "HLA-B*57:01 positive. HLA-B *57:01/*07:02.",
        "CYP2D6 Poor Metabolizer. CYP2D6 Normal Metabolizer.",
    ],
)
def test_fault_E14_what_may_turn_it_round_gives_nothing_at_all(written: str) -> None:
    told = hints_in(written)
    assert told.results == () and told.problem


def test_a_text_as_long_as_a_document_is_not_read() -> None:
    assert hints_in("CYP2D6 *4/*4. " * (LONGEST // 10)).problem
