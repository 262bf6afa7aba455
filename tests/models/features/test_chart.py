"""A gene's state from the whole chart: which of genotype, enzyme and problem drives, and what stands beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.codes import LOINC, Code, Concept
from models.decisions.assess import assess_orders
from models.features.chart import state_from_chart
from models.features.gene_state import GeneState
from models.finding import Drug, Finding
from models.knowledge.evidence_types import Border, ChartEvidence, EnzymeTest
from models.knowledge.types import Guideline, Knowledge, Population
from models.patient import Condition, Gap, GeneResult, Measurement, Order, PatientProfile
from tests.support.cases import AS_OF, coded
from tests.support.small_knowledge import SOURCE, row

NORMAL, HETEROZYGOUS, DEFICIENT = "B (reference)/B (reference)", "B (reference)/Aachen", "Aachen/Aachen"


def profile(
    knowledge: Knowledge, *, diplotype: str = "", gene: str = "G6PD", percent: float | None = None, sex: str = "", **more: Any
) -> PatientProfile:
    results = (GeneResult(Concept(text=gene), "Observation/g", diplotypes=(diplotype,), effective="2024-01-01"),) if diplotype else ()
    measured = Measurement(coded("g6pd-activity", knowledge), percent, "%", effective="2026-03-01", origin="Observation/m")
    conditions = tuple(Condition(coded(name, knowledge), origin="Condition/1") for name in more.pop("problems", ()))
    return PatientProfile(
        AS_OF, sex=sex, genotypes=results, measurements=(measured,) if percent is not None else (), conditions=conditions, **more
    )


def state(knowledge: Knowledge, gene: str = "G6PD", **given: Any) -> GeneState:
    chart = profile(knowledge, gene=gene, **given)
    return state_from_chart(knowledge.genes[gene], chart.genotypes, chart, knowledge)


def phenotypes(readings: Any) -> list[str]:
    return [r.phenotype for r in readings]


def test_in_a_female_the_enzyme_decides_and_the_genotype_is_only_shown(knowledge: Knowledge) -> None:
    found = state(knowledge, diplotype=HETEROZYGOUS, percent=95.0, sex="female")
    assert (phenotypes(found.readings), found.reported, phenotypes(found.shown)) == (["Normal"], (), ["Variable"])
    assert (found.rule, found.certainty, found.provenance.sources) == ("enzyme-decides", "certain", ("Observation/m", "Observation/g"))


@pytest.mark.parametrize("sex", ["male", "", "other"])
def test_in_others_the_enzyme_drives_and_a_genotype_that_differs_is_looked_up_too(sex: str, knowledge: Knowledge) -> None:
    found = state(knowledge, diplotype=DEFICIENT, percent=95.0, sex=sex)
    assert phenotypes(found.readings) == ["Normal"]
    assert phenotypes(found.reported) == ["Deficient with CNSHA"]
    assert found.rule == "enzyme"


def test_what_agrees_does_not_stand_beside(knowledge: Knowledge) -> None:
    found = state(knowledge, diplotype=NORMAL, percent=95.0)
    assert (phenotypes(found.readings), found.reported) == (["Normal"], ())


def test_an_enzyme_alone_is_a_result(knowledge: Knowledge) -> None:
    found = state(knowledge, percent=12.0)
    assert (phenotypes(found.readings), found.missing, found.provenance.as_of) == (["Deficient"], "", "2026-03-01")


def test_a_value_between_the_borders_is_tested_but_not_understood(knowledge: Knowledge) -> None:
    found = state(knowledge, percent=50.0)
    assert (found.readings, found.missing) == ((), "not_understood")


def test_a_value_between_the_borders_does_not_hide_the_genotype(knowledge: Knowledge) -> None:
    found = state(knowledge, percent=50.0, diplotype=DEFICIENT)
    assert phenotypes(found.readings) == ["Deficient with CNSHA"]
    assert [g.reason for g in found.gaps] == ["not_understood"]


def test_a_recorded_problem_alone_drives(knowledge: Knowledge) -> None:
    found = state(knowledge, problems=("g6pd-deficiency",))
    assert (phenotypes(found.readings), found.rule, found.provenance.sources) == (["Deficient"], "problem", ("Condition/1",))


def test_a_recorded_problem_stands_beside_a_genotype_that_differs(knowledge: Knowledge) -> None:
    found = state(knowledge, problems=("g6pd-deficiency",), diplotype=NORMAL)
    assert (phenotypes(found.readings), phenotypes(found.reported), found.rule) == (["Normal"], ["Deficient"], "result")
    assert "computed with CPIC" in found.readings[0].because
    assert "Condition/1" in found.provenance.sources


def test_a_recorded_problem_stands_beside_an_enzyme_that_differs(knowledge: Knowledge) -> None:
    found = state(knowledge, problems=("g6pd-deficiency",), percent=95.0, sex="female")
    assert (phenotypes(found.readings), phenotypes(found.reported)) == (["Normal"], ["Deficient"])


def test_a_crisis_on_record_decides_over_a_genotype_without_a_variant(knowledge: Knowledge) -> None:
    found = state(knowledge, gene="RYR1", diplotype="Reference/Reference", problems=("malignant-hyperthermia",))
    assert phenotypes(found.readings) == ["Malignant Hyperthermia Susceptibility"]
    assert (phenotypes(found.shown), found.rule) == (["Uncertain Susceptibility"], "problem-decides")


def test_a_problem_from_before_the_cells_were_replaced_is_in_doubt(knowledge: Knowledge) -> None:
    found = state(knowledge, problems=("g6pd-deficiency", "stem-cell-transplant"))
    assert [g.reason for g in found.doubts] == ["conflict"]
    assert state(knowledge, problems=("g6pd-deficiency", "liver-transplant")).doubts == ()


def test_enzyme_tests_that_contradict_are_a_conflict(knowledge: Knowledge) -> None:
    chart = profile(knowledge, percent=95.0)
    older = replace(chart.measurements[0], value=12.0, effective="2024-01-01")
    found = state_from_chart(knowledge.genes["G6PD"], (), replace(chart, measurements=(*chart.measurements, older)), knowledge)
    assert (phenotypes(found.readings), found.certainty) == (["Normal", "Deficient"], "conflict")


def uracil(knowledge: Knowledge) -> Knowledge:
    """A test with three borders on a gene with scores, as a site may add it."""
    named = replace(knowledge.clinical["g6pd-activity"], id="uracil", label="uracil", codes=frozenset({(LOINC, "1-8")}))
    borders = (("Normal Metabolizer", 0, 16), ("Intermediate Metabolizer", 16, 150), ("Poor Metabolizer", 150, float("inf")))
    test = EnzymeTest("uracil", tuple(Border(("ng/mL",), low, high, (p,)) for p, low, high in borders), {}, ())
    evidence = ChartEvidence("DPYD", (), (test,), (), SOURCE)
    return replace(knowledge, clinical={**knowledge.clinical, "uracil": named}, evidence={"DPYD": evidence})


@pytest.mark.parametrize(("value", "scores"), [(10.0, {"2.0"}), (16.0, {"1.0", "1.5"}), (149.9, {"1.0", "1.5"}), (150.0, {"0.0", "0.5"})])
def test_an_enzyme_test_leaves_the_scores_of_its_phenotype_open(value: float, scores: set[str], knowledge: Knowledge) -> None:
    measured = Measurement(Concept((Code(LOINC, "1-8"),)), value, "ng/mL", effective="2026-03-01")
    chart = PatientProfile(AS_OF, measurements=(measured,))
    found = state_from_chart(knowledge.genes["DPYD"], (), chart, uracil(knowledge))
    assert {r.activity_score for r in found.readings} == scores


# ---- what follows for a drug: a made-up guideline on a real gene

TESTOL = Drug("clopidogrel", "32968")


def advised(knowledge: Knowledge, **given: Any) -> tuple[Finding, ...]:
    rows = (
        replace(row({"G6PD": ("Deficient", "Deficient with CNSHA")}, "alternative", "fatal", "avoid"), alternatives=()),
        row({"G6PD": ("Variable",)}, "test", "other", "less"),
        row({"G6PD": ("Normal", "Indeterminate")}),
    )
    guideline = Guideline("t.test", TESTOL, {"G6PD": "phenotype"}, (Population("general", "any"),), rows, True, (), SOURCE)
    small = replace(knowledge, guidelines={TESTOL.rxnorm: (guideline,)})
    order = Order("MedicationRequest/1", Concept((Code("http://www.nlm.nih.gov/research/umls/rxnorm", TESTOL.rxnorm),)))
    return assess_orders(replace(profile(knowledge, **given), orders=(order,)), small).findings


@pytest.mark.parametrize(
    ("given", "kind", "urgency", "removable"),
    [
        ({"percent": 12.0, "sex": "male"}, "drug-gene", "critical", True),
        ({"percent": 12.0, "sex": "female", "diplotype": NORMAL}, "drug-gene", "critical", True),
        ({"percent": 12.0, "sex": "male", "diplotype": "B (reference)"}, "conflict", "warning", False),
        ({"percent": 95.0, "sex": "male", "diplotype": "Aachen"}, "conflict", "warning", False),
        ({"percent": 50.0, "sex": "male"}, "not-checked", "info", False),
        ({"percent": 95.0, "problems": ("haemolysis",)}, "pre-test", "info", False),
        ({"problems": ("g6pd-deficiency",)}, "drug-gene", "critical", True),
        ({"diplotype": HETEROZYGOUS, "sex": "female"}, "drug-gene", "warning", False),
        ({}, "pre-test", "info", False),
    ],
)
def test_what_is_said(given: dict[str, Any], kind: str, urgency: str, removable: bool, knowledge: Knowledge) -> None:
    (found,) = advised(knowledge, **given)
    assert (found.kind, found.urgency, found.removable) == (kind, urgency, removable)


@pytest.mark.parametrize("given", [{"percent": 95.0}, {"percent": 95.0, "sex": "female", "diplotype": HETEROZYGOUS}])
def test_a_normal_enzyme_is_silent(given: dict[str, Any], knowledge: Knowledge) -> None:
    assert advised(knowledge, **given) == ()


def test_a_measured_enzyme_needs_no_text(knowledge: Knowledge) -> None:
    chart = profile(knowledge, percent=5.0, sex="female")
    hint = GeneResult(Concept(text="G6PD"), "DiagnosticReport/1", diplotypes=(DEFICIENT,), text_only=True, prose=True)
    assert state_from_chart(knowledge.genes["G6PD"], (hint,), replace(chart, measurements=()), knowledge).doubts
    assert state_from_chart(knowledge.genes["G6PD"], (hint,), chart, knowledge).doubts == ()


def test_fault_E14_a_report_that_could_not_be_read_is_told_where_a_gene_looks_untested(knowledge: Knowledge) -> None:
    unread = Gap("genetic report", "not_understood", "a document", "DiagnosticReport/1")
    chart = PatientProfile(AS_OF, gaps=(unread,))
    gene = knowledge.genes["DPYD"]
    assert state_from_chart(gene, (), chart, knowledge).notes == ("unread-report",)
    assert state_from_chart(gene, (), replace(chart, gaps=()), knowledge).notes == ()
    tested = GeneResult(Concept(text="DPYD"), "Observation/1", phenotype="Poor Metabolizer")
    assert state_from_chart(gene, (tested,), chart, knowledge).notes == ()
