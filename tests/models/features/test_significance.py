"""The laboratory's word on a variant, by code and by words."""

from __future__ import annotations

import pytest

from models.codes import LOINC, Code, Concept
from models.features.significance import counts, significance
from models.variant import Variant


def said(*concepts: Concept) -> str:
    return significance(Variant("Observation/1", "present", significance=concepts))


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("LA6668-3", "", "pathogenic"),
        ("LA26332-9", "", "likely pathogenic"),
        ("LA26333-7", "", "uncertain"),
        ("LA26334-5", "", "likely benign"),
        ("LA6675-8", "", "benign"),
        ("", "Pathogenic/Likely pathogenic", "likely pathogenic"),
        ("", "Likely Oncogenic", "likely pathogenic"),
        ("", "VUS", "uncertain"),
        ("", "Variant of Uncertain Significance", "uncertain"),
        ("", "drug response", ""),
        ("LA6668-3", "Benign", "conflict"),
    ],
)
def test_one_statement(code: str, words: str, expected: str) -> None:
    assert said(Concept((Code(LOINC, code),) if code else (), words)) == expected


def test_statements_that_differ_in_certainty_take_the_lesser() -> None:
    assert said(Concept(text="Pathogenic"), Concept(text="Likely pathogenic")) == "likely pathogenic"
    assert said(Concept(text="Benign"), Concept(text="Likely benign")) == "likely benign"


def test_statements_that_contradict_each_other_count_for_nothing() -> None:
    odd = Variant("Observation/1", "present", significance=(Concept(text="Pathogenic"), Concept(text="Benign")))
    assert (significance(odd), counts(odd)) == ("conflict", False)
    assert counts(Variant("Observation/1", "present")) is None
