"""Transplantations: whose gene a result is about."""

from __future__ import annotations

import pytest

from models.codes import Concept
from models.features.transplants import Own, own_results
from models.knowledge.types import Knowledge
from models.patient import Condition, GeneResult, PatientProfile
from tests.support.cases import AS_OF, coded


def own(knowledge: Knowledge, gene: str, transplant: str, began: str, *results: GeneResult) -> Own:
    conditions = (Condition(coded(transplant, knowledge), "past", began),) if transplant else ()
    return own_results(knowledge.genes[gene], results, PatientProfile(AS_OF, conditions=conditions), knowledge.clinical)


def result(effective: str = "2024-03-01", source_class: str = "germline") -> GeneResult:
    return GeneResult(Concept(text="gene"), "Observation/1", effective=effective, source_class=source_class)


@pytest.mark.parametrize(
    ("began", "effective", "kept", "doubtful"),
    [
        ("2025-01-01", "2024-03-01", True, False),
        ("2023-01-01", "2024-03-01", False, False),
        ("", "2024-03-01", True, True),
        ("2023-01-01", "", True, True),
        ("2024", "2024-03-01", True, True),
        ("2024-03-01", "2024-03-01", True, True),
    ],
)
def test_fault_E17_blood_after_a_stem_cell_transplantation_may_be_the_donors(
    began: str, effective: str, kept: bool, doubtful: bool, knowledge: Knowledge
) -> None:
    found = own(knowledge, "CYP2C19", "stem-cell-transplant", began, result(effective))
    assert bool(found.results) is kept
    assert bool(found.doubts) is doubtful
    assert [g.reason for g in found.gaps] == ([] if kept else ["not_callable"])
    assert found.notes == (("stem-cell-date",) if doubtful else ())


@pytest.mark.parametrize("effective", ["2020-01-01", "2024-03-01"])
def test_a_gene_of_blood_cells_is_the_donors_whatever_was_found_before(effective: str, knowledge: Knowledge) -> None:
    assert own(knowledge, "G6PD", "stem-cell-transplant", "2023-01-01", result(effective)).results == ()


def test_fault_E17_a_transplanted_liver_works_with_the_donors_gene(knowledge: Knowledge) -> None:
    donor, patient = result(source_class="donor"), result()
    found = own(knowledge, "CYP3A5", "liver-transplant", "2025-01-01", patient, donor)
    assert [r.source_class for r in found.results] == ["germline"]
    assert (found.notes, found.doubts) == (("liver-donor",), ())
    alone = own(knowledge, "CYP3A5", "liver-transplant", "2025-01-01", patient)
    assert (alone.results, alone.notes, alone.gaps) == ((patient,), ("liver-graft",), ())
    assert [g.reason for g in alone.doubts] == ["conflict"]


def test_a_liver_graft_says_nothing_of_genes_elsewhere(knowledge: Knowledge) -> None:
    assert own(knowledge, "TPMT", "liver-transplant", "2025-01-01", result()) == Own((result(),))


@pytest.mark.parametrize("transplant", ["", "stem-cell-transplant"])
def test_a_donors_result_without_a_graft_of_the_tissue_is_not_used(transplant: str, knowledge: Knowledge) -> None:
    found = own(knowledge, "CYP3A5", transplant, "2025-01-01", result(source_class="donor"))
    assert found.results == ()
    assert [g.reason for g in found.gaps] == ["not_callable"]
    assert own(knowledge, "TPMT", "liver-transplant", "2025-01-01", result(source_class="donor")).results == ()
