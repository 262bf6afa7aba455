"""The one row that answers: found where there is one, refused where there is none or a choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.errors import KnowledgeError
from models.pharmacogenomics.lookup import NOT_LISTED, find_row
from tests.support.small_knowledge import HIGH, LOW, guideline, row


@pytest.mark.parametrize(
    ("pair", "points", "number"),
    [
        (LOW, "0.0", 1),
        (LOW, "≥3.0", 1),
        (LOW, "No Result", 1),
        (HIGH, "2.25", 2),
        ("No Result", "1.0", 2),
        (HIGH, "2.5", 3),
        ("Indeterminate", "≥6.0", 3),
        (HIGH, "No Result", 4),
        ("No Result", "n/a", 5),
    ],
)
def test_the_row_that_answers(pair: str, points: str, number: int) -> None:
    whole = guideline()
    assert find_row(whole, "general", {"PAIR": pair, "SCORE": points}) is whole.rows[number - 1]


@pytest.mark.parametrize(
    ("population", "lookups"),
    [
        ("general", {"PAIR": HIGH, "SCORE": "2.4"}),
        ("general", {"PAIR": HIGH, "SCORE": "≥2.0"}),
        ("general", {"PAIR": HIGH, "SCORE": "1.0–1.5"}),
        ("general", {"PAIR": "Fast", "SCORE": "1.0"}),
        ("children", {"PAIR": HIGH, "SCORE": "1.0"}),
    ],
)
def test_no_row_is_refused_never_guessed(population: str, lookups: dict[str, str]) -> None:
    with pytest.raises(KnowledgeError, match=r"guidelines/testol\.test\.toml: 0 rows answer"):
        find_row(guideline(), population, lookups)


def test_two_rows_are_refused() -> None:
    whole = guideline()
    with pytest.raises(KnowledgeError, match=r"2 rows answer PAIR 'Slow', SCORE '0\.0' in population 'general'"):
        find_row(replace(whole, rows=(whole.rows[0], *whole.rows)), "general", {"PAIR": LOW, "SCORE": "0.0"})


def test_a_gene_left_out_is_refused() -> None:
    whole = guideline()
    with pytest.raises(KnowledgeError, match="for PAIR, SCORE"):
        find_row(whole, "general", {"PAIR": LOW})


def test_a_diplotype_that_is_not_listed_is_told_as_such_and_only_where_the_guideline_says_that_there_are_such() -> None:
    listed = replace(guideline(), keys={"PAIR": "diplotype"}, rows=(row({"PAIR": ("*1/*2",)}),), others="gap")
    assert find_row(listed, "general", {"PAIR": "*2/*1"}) is listed.rows[0]
    assert find_row(listed, "general", {"PAIR": "*2/*2"}) is NOT_LISTED
    assert NOT_LISTED.actions == ("no_recommendation",)
    with pytest.raises(KnowledgeError, match="0 rows answer"):
        find_row(replace(listed, others=""), "general", {"PAIR": "*2/*2"})
