"""The command `phenotype` on odd tables: one row out for each row in, nothing lost, nothing guessed."""

from __future__ import annotations

import pytest

from cds_service.errors import InputError
from cds_service.phenotype_table import add_phenotypes
from models.knowledge.types import Knowledge


def told(text: str, knowledge: Knowledge) -> list[list[str]]:
    return [line.rstrip("\n").split("\t") for line in add_phenotypes(text.splitlines(keepends=True), knowledge.genes)]


def test_columns_are_added_and_others_kept(knowledge: Knowledge) -> None:
    rows = told("sample\tgene\tdiplotype\nA\tCYP2D6\t*1/*2x2\nB\tCYP2C19\t*2/*2\n", knowledge)
    assert rows == [
        ["sample", "gene", "diplotype", "phenotype", "activity_score", "problem"],
        ["A", "CYP2D6", "*1/*2x2", "Ultrarapid Metabolizer", "3.0", ""],
        ["B", "CYP2C19", "*2/*2", "Poor Metabolizer", "", ""],
    ]


def test_what_cannot_be_read_gets_a_problem_and_no_phenotype(knowledge: Knowledge) -> None:
    rows = told("gene\tdiplotype\nCYP2C19\t*1/*999\nNOGENE\t*1/*1\n\t*1/*1\nCYP2C19\t\nCYP2C19\nCYP2C19\t*1/*1\textra\n", knowledge)
    assert len(rows) == 7
    assert all(row[-3:-1] == ["", ""] and row[-1] for row in rows[1:])


def test_columns_of_the_same_name_are_kept_beside_ours(knowledge: Knowledge) -> None:
    rows = told("gene\tdiplotype\tphenotype\nCYP2C19\t*1/*1\told\n", knowledge)
    assert rows[0] == ["gene", "diplotype", "input_phenotype", "phenotype", "activity_score", "problem"]
    assert rows[1][2:4] == ["old", "Normal Metabolizer"]


def test_windows_line_ends_and_a_byte_order_mark(knowledge: Knowledge) -> None:
    assert told("\ufeffgene\tdiplotype\r\nCYP2C19\t*1/*1\r\n", knowledge)[1][2] == "Normal Metabolizer"


@pytest.mark.parametrize("text", ["", "gene,diplotype\nCYP2C19,*1/*1\n", "gene\nCYP2C19\n", "gene\tgene\tdiplotype\n"])
def test_a_header_without_the_columns_is_refused(text: str, knowledge: Knowledge) -> None:
    with pytest.raises(InputError, match=r"line 1: .*tab-separated"):
        told(text, knowledge)


@pytest.mark.parametrize(
    ("header", "hint"),
    [("gene,diplotype\n", "commas"), ("gene;diplotype\n", "commas"), ("g\0e\0n\0e\0\n", "UTF-16"), ("Gene\tDiplotype\n", "lower case")],
)
def test_a_wrong_header_is_told_with_its_likely_cause(header: str, hint: str, knowledge: Knowledge) -> None:
    with pytest.raises(InputError, match=hint):
        told(header, knowledge)
