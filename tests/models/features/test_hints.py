"""Results read from running text: beside coded ones they repeat nothing, alone they are a doubt."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import HGNC, Code, Concept
from models.features.gene_state import GeneState, gene_state
from models.features.hints import BY_WORDS, DIFFERS
from models.knowledge.types import Knowledge
from models.patient import GeneResult

CODED = Concept((Code(HGNC, "HGNC:2621"),))


def _hint(**said: Any) -> GeneResult:
    return GeneResult(Concept(text="CYP2C19"), "DiagnosticReport/1", text_only=True, prose=True, **said)


def _state(knowledge: Knowledge, *results: GeneResult) -> GeneState:
    return gene_state(knowledge.genes["CYP2C19"], results, complete=True)


def test_a_hint_alone_is_used_with_a_doubt(knowledge: Knowledge) -> None:
    state = _state(knowledge, _hint(diplotypes=("*2/*2",)))
    assert [r.phenotype for r in state.readings] == ["Poor Metabolizer"]
    assert [(g.because, g.origin) for g in state.doubts] == [(BY_WORDS, "DiagnosticReport/1")]
    assert state.provenance.hint and state.provenance.by_words


def test_a_note_is_a_doubt_though_the_gene_is_coded(knowledge: Knowledge) -> None:
    noted = GeneResult(CODED, "Observation/1", diplotypes=("*2/*2",), text_only=True, prose=True)
    assert _state(knowledge, noted).doubts
    written = GeneResult(CODED, "Observation/1", diplotypes=("*2/*2",), text_only=True)
    assert not _state(knowledge, written).doubts, "a written value beside a coded gene is how most laboratories report"


@pytest.mark.parametrize(
    "said",
    [{"diplotypes": ("CYP2C19 *2/*2",)}, {"phenotype": "Poor Metabolizer"}, {"diplotypes": ("*2/*2",), "phenotype": "Poor Metabolizer"}],
)
def test_a_hint_beside_a_coded_result_repeats_nothing(said: dict[str, Any], knowledge: Knowledge) -> None:
    coded = GeneResult(CODED, "Observation/1", diplotypes=("*2/*2",), phenotype="Poor Metabolizer")
    state = _state(knowledge, coded, _hint(**said))
    assert (state.certainty, state.provenance.sources, state.doubts, state.gaps) == ("certain", ("Observation/1",), (), ())


@pytest.mark.parametrize("said", [{"diplotypes": ("*1/*1",)}, {"phenotype": "Normal Metabolizer"}])
def test_a_hint_that_differs_is_told_and_not_used(said: dict[str, Any], knowledge: Knowledge) -> None:
    coded = GeneResult(CODED, "Observation/1", diplotypes=("*2/*2",), phenotype="Poor Metabolizer")
    state = _state(knowledge, coded, _hint(**said))
    assert [r.diplotype for r in state.readings] == ["*2/*2"]
    assert [(g.reason, g.because) for g in state.gaps] == [("conflict", DIFFERS)]


def test_a_coded_result_without_a_call_sets_a_hint_aside(knowledge: Knowledge) -> None:
    state = _state(knowledge, GeneResult(CODED, "Observation/1", callable=False), _hint(diplotypes=("*2/*2",)))
    assert (state.readings, state.missing) == ((), "not_callable")
