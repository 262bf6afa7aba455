"""HLA-like genes: statements and typings, and what they decide of each allele."""

from __future__ import annotations

import pytest

from models.codes import LOINC, Code, Concept
from models.features.presence import allele_statuses, statuses_in_words
from models.knowledge.types import Knowledge
from models.patient import GeneResult

ALL = ("*15:02", "*15:11", "*57:01", "*58:01")
NEGATIVE = dict.fromkeys(ALL, "negative")


def statuses(knowledge: Knowledge, *results: GeneResult) -> tuple[dict[str, str], list[tuple[str, str]]]:
    said, _, gaps = allele_statuses(knowledge.genes["HLA-B"], results)
    return dict(said), [(gap.reason, gap.origin) for gap in gaps]


def typed(text: str, number: int = 1, **members: str) -> GeneResult:
    return GeneResult(Concept(text="HLA-B"), f"Observation/{number}", diplotypes=(text,), **members)  # type: ignore[arg-type]


def asked(present: bool, words: str = "", code: str = "", number: int = 1) -> GeneResult:
    codings = (Code(LOINC, code),) if code else ()
    return GeneResult(Concept(codings, "HLA-B"), f"Observation/{number}", presence_of=words, present=present)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HLA-B*57:01:01/*07:02", NEGATIVE | {"*57:01": "positive"}),
        ("HLA-B*57:01/HLA-B*57:01", NEGATIVE | {"*57:01": "positive"}),
        ("B*57:01:01G+B*07:02:01G", NEGATIVE | {"*57:01": "positive"}),
        ("*57:01P/*07:02", NEGATIVE | {"*57:01": "positive"}),
        ("*5701/*0702", NEGATIVE | {"*57:01": "positive"}),
        ("hla#3.23.0#HLA-B*15:02:01G+HLA-B*57:01:01G", NEGATIVE | {"*57:01": "positive", "*15:02": "positive"}),
        ("*57:03/*08:01", NEGATIVE),
        ("*15:01/*58:02", NEGATIVE),
        ("*157:01/*08:01", NEGATIVE),
        ("*57:010/*08:01", NEGATIVE),
        ("*57/*07:02", NEGATIVE | {"*57:01": "undecided"}),
        ("*57:01N/*07:02", NEGATIVE | {"*57:01": "undecided"}),
        ("HLA-B*15:02", dict.fromkeys(ALL, "undecided") | {"*15:02": "positive"}),
        ("HLA-B*07:02", dict.fromkeys(ALL, "undecided")),
        ("*57:01 positive", {"*57:01": "positive"}),
        ("HLA-B*58:01 Negative", {"*58:01": "negative"}),
    ],
)
def test_typings(text: str, expected: dict[str, str], knowledge: Knowledge) -> None:
    assert statuses(knowledge, typed(text)) == (expected, [])


@pytest.mark.parametrize(
    "text",
    [
        "hla#3.23.0#HLA-B*57:01/HLA-B*57:02+HLA-B*07:02",
        "*57:01/*07:02/*08:01",
        "A*02:01/A*57:01",
        "*13:AKBAR/*07:02",
        "*57:01?/*07:02",
        "*57:XX/*07:02",
        "",
    ],
)
def test_a_typing_that_is_not_understood_is_a_gap(text: str, knowledge: Knowledge) -> None:
    said, gaps = statuses(knowledge, typed(text) if text else GeneResult(Concept(text="HLA-B"), "Observation/1", diplotypes=("",)))
    assert said == {}
    assert gaps == [("not_understood", "Observation/1")]


def test_one_haplotype_can_prove_an_allele_and_never_its_absence(knowledge: Knowledge) -> None:
    result = GeneResult(Concept(text="HLA-B"), "Observation/1", haplotype="HLA-B*57:01")
    assert statuses(knowledge, result)[0] == dict.fromkeys(ALL, "undecided") | {"*57:01": "positive"}


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize(
    ("words", "code"), [("HLA-B*57:01", ""), ("*57:01", ""), ("B*57:01", ""), ("", "50956-2"), ("HLA-B*5701", "50956-2")]
)
def test_fault_E18_a_presence_test_is_read_with_its_sign(present: bool, words: str, code: str, knowledge: Knowledge) -> None:
    said, gaps = statuses(knowledge, asked(present, words, code))
    assert said == {"*57:01": "positive" if present else "negative"}
    assert gaps == []


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("HLA-B*57:01", "57979-7", "conflict"),
        ("HLA-B*57", "", "not_understood"),
        ("HLA-B*57:03", "", "not_understood"),
        ("", "", "not_understood"),
    ],
)
def test_a_presence_test_of_no_certain_allele_is_a_gap(words: str, code: str, reason: str, knowledge: Knowledge) -> None:
    assert statuses(knowledge, asked(True, words, code)) == ({}, [(reason, "Observation/1")])


def test_results_that_contradict_are_a_conflict_for_that_allele_alone(knowledge: Knowledge) -> None:
    said, _ = statuses(knowledge, asked(True, "*57:01"), typed("*07:02/*08:01", 2))
    assert said == NEGATIVE | {"*57:01": "conflict"}


def test_a_finer_result_decides_what_a_coarser_one_left_open(knowledge: Knowledge) -> None:
    assert statuses(knowledge, typed("*57/*07:02"), asked(False, "*57:01", number=2))[0] == NEGATIVE


def test_spellings_of_one_result_that_differ_are_a_conflict(knowledge: Knowledge) -> None:
    result = GeneResult(Concept(text="HLA-B"), "Observation/1", diplotypes=("*57:01/*07:02", "*57:03/*07:02"))
    assert statuses(knowledge, result) == ({}, [("conflict", "Observation/1")])


def test_statuses_in_words_say_what_is_unknown(knowledge: Knowledge) -> None:
    gene = knowledge.genes["HLA-B"]
    assert statuses_in_words("*57/*07:02", gene) == "*15:02 negative; *15:11 negative; *57:01 unknown; *58:01 negative"
    assert statuses_in_words("carrier", gene) == ""
