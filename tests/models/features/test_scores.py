"""Reported activity scores: alone, beside a phenotype, beside a genotype."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import Concept
from models.features.gene_state import GeneState, gene_state
from models.knowledge.types import Knowledge
from models.patient import GeneResult


def _state(knowledge: Knowledge, *results: dict[str, Any], gene: str = "DPYD") -> GeneState:
    made = [GeneResult(Concept(text=gene), f"Observation/{i}", **r) for i, r in enumerate(results)]
    return gene_state(knowledge.genes[gene], made, complete=True)


def _read(state: GeneState) -> list[tuple[str, str]]:
    return [(r.phenotype, r.activity_score) for r in state.readings]


def test_a_phenotype_alone_leaves_the_score_open_and_a_score_settles_it(knowledge: Knowledge) -> None:
    open_ = _state(knowledge, {"phenotype": "Intermediate Metabolizer"})
    assert {score for _, score in _read(open_)} == {"1.0", "1.5"}
    told = _state(knowledge, {"phenotype": "Intermediate Metabolizer", "activity_score": "1.5"})
    assert (_read(told), told.certainty) == ([("Intermediate Metabolizer", "1.5")], "certain")


def test_a_score_that_does_not_fit_the_phenotype_is_told_and_not_used(knowledge: Knowledge) -> None:
    told = _state(knowledge, {"phenotype": "Intermediate Metabolizer", "activity_score": "2.0"})
    assert {score for _, score in _read(told)} == {"1.0", "1.5"}
    assert [g.reason for g in told.gaps] == ["conflict"]


@pytest.mark.parametrize(
    ("gene", "score", "read"),
    [
        ("DPYD", "0.5", [("Poor Metabolizer", "0.5")]),
        ("CYP2D6", "≥3.0", [("Ultrarapid Metabolizer", "≥3.0")]),
        ("DPYD", "7", []),
        ("CYP2C19", "1.0", []),
        ("DPYD", "about 1", []),
    ],
)
def test_a_score_alone(gene: str, score: str, read: list[tuple[str, str]], knowledge: Knowledge) -> None:
    state = _state(knowledge, {"activity_score": score}, gene=gene)
    assert _read(state) == read
    assert [g.reason for g in state.gaps] == ([] if read else ["not_understood"])


def test_two_scores_that_differ_are_a_conflict(knowledge: Knowledge) -> None:
    assert _state(knowledge, {"activity_score": "1.0"}, {"activity_score": "2.0"}).certainty == "conflict"


def test_beside_a_genotype_the_computed_score_is_used(knowledge: Knowledge) -> None:
    state = _state(knowledge, {"diplotypes": ("*1/*10",), "activity_score": "1.5"}, gene="CYP2D6")
    assert _read(state) == [("Normal Metabolizer", "1.25")]
    assert [(g.reason, "1.5" in g.because and "1.25" in g.because) for g in state.gaps] == [("conflict", True)]
    assert _state(knowledge, {"diplotypes": ("*1/*10",), "activity_score": "1.25"}, gene="CYP2D6").gaps == ()
