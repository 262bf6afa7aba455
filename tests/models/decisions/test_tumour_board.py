"""The tumour board over a chart: what is asked once, what is isolated, and what changes when a result does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.codes import HGNC, ONCOTREE, Code, Concept
from models.decisions import tumour_board
from models.decisions.assess import assess_orders
from models.decisions.opened_chart import assess_opened_chart
from models.finding import Assessment, Finding
from models.knowledge.types import Knowledge
from models.patient import Condition, GeneResult, PatientProfile
from tests.support.case_files import Case
from tests.support.tumour_cases import profile


def chart(knowledge: Knowledge, **given: object) -> PatientProfile:
    return profile(Case("here", "here", {"tumour": "NSCLC", **given}), knowledge)


def plan_of(found: Assessment) -> Finding:
    return next(f for f in found.findings if f.plan is not None)


def test_fault_E52_a_variant_that_was_reclassified_changes_what_is_told(knowledge: Knowledge) -> None:
    """Uncertain yesterday, pathogenic today: a new card, which no earlier override or showing keeps back; and the other way round."""
    before = assess_opened_chart(chart(knowledge, variants=["ERBB2 p.L755S VUS"]), knowledge)
    after = assess_opened_chart(chart(knowledge, variants=["ERBB2 p.L755S pathogenic"]), knowledge)
    assert not before.findings
    assert [t.name for t in plan_of(after).plan.fits]  # type: ignore[union-attr]
    olaparib = {"tumour": "BREAST", "orders": ["talazoparib"], "markers": ["HER2 negative"]}
    known, doubted = (
        assess_orders(chart(knowledge, **olaparib, variants=[f"BRCA1 p.C61G {said} somatic"]), knowledge) for said in ("pathogenic", "VUS")
    )
    assert known.findings[0].topic != doubted.findings[0].topic
    assert known.findings[0].genes[0].sources == ("Observation/1",)  # by which the audit finds whom a reclassification concerns


def test_fault_E51_an_uncertain_or_benign_variant_fits_no_therapy(knowledge: Knowledge) -> None:
    for said in ("VUS", "benign", "likely benign"):
        found = assess_opened_chart(chart(knowledge, variants=[f"BRAF p.V600E {said}"]), knowledge)
        assert not [t.name for f in found.findings if f.plan is not None for t in (*f.plan.fits, *f.plan.elsewhere)]


def test_fault_E49_of_a_tumour_whose_type_is_not_known_only_tumour_agnostic_rows_are_told(knowledge: Knowledge) -> None:
    unknown = (Condition(Concept((Code(ONCOTREE, "NOSUCH"),)), origin="Condition/1"),)
    order = replace(chart(knowledge, orders=["osimertinib"], variants=["EGFR p.L858R"]), conditions=unknown)
    found = assess_orders(order, knowledge)
    assert not [f for f in found.findings if f.tumour is not None]
    assert {"tumour", "osimertinib–tumour"} <= {gap.subject for gap in found.gaps}
    fusion = plan_of(assess_opened_chart(replace(chart(knowledge, variants=["ETV6::NTRK3"]), conditions=unknown), knowledge))
    assert fusion.plan is not None
    assert "larotrectinib" in [t.name for t in fusion.plan.fits]
    assert fusion.remarks  # that the type is open
    assert not fusion.plan.elsewhere


def test_a_rule_that_breaks_is_a_gap_of_its_medicine(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Assessment:
        raise ValueError("no words of this reach anybody")

    monkeypatch.setattr(tumour_board, "assess_tumour_order", broken)
    found = assess_orders(chart(knowledge, orders=["osimertinib", "clopidogrel"]), knowledge)
    assert ("osimertinib", "fault") in {(gap.subject, gap.reason) for gap in found.gaps}
    assert any(checked.subject.startswith("clopidogrel") for checked in found.checked)


def test_what_was_not_read_is_not_untested(knowledge: Knowledge) -> None:
    """A card that asks for a test would send somebody to test again what is on file."""
    order = chart(knowledge, orders=["osimertinib"])
    assert assess_orders(order, knowledge).findings[0].kind == "pre-test"
    unread = assess_orders(replace(order, unread=frozenset({"variants"})), knowledge)
    assert not [f for f in unread.findings if f.tumour is not None]
    assert ("osimertinib–tumour", "unavailable") in {(gap.subject, gap.reason) for gap in unread.gaps}
    beside = assess_orders(replace(order, unread=frozenset({"markers"})), knowledge)
    assert beside.findings[0].kind == "pre-test"
    no_problems = assess_orders(replace(order, conditions=(), unread=frozenset({"conditions"})), knowledge)
    assert "problem list was not" in next(g.because for g in no_problems.gaps if g.subject == "osimertinib–tumour")


def test_a_plan_on_half_the_results_says_so(knowledge: Knowledge) -> None:
    half = replace(chart(knowledge, variants=["BRAF p.V600E"]), unread=frozenset({"markers"}))
    assert ("markers", "unavailable") in {(gap.subject, gap.reason) for gap in assess_opened_chart(half, knowledge).gaps}


def test_a_plan_that_breaks_silences_no_other_part_of_the_chart(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Assessment:
        raise ValueError

    monkeypatch.setattr(tumour_board, "treatment_plans", broken)
    found = assess_opened_chart(chart(knowledge, variants=["EGFR p.L858R", "EGFR p.T790M"], medicines=["gefitinib"]), knowledge)
    assert [f.drug.name for f in found.findings] == ["gefitinib"]
    assert ("treatment plan", "fault") in {(gap.subject, gap.reason) for gap in found.gaps}


def test_where_every_rule_breaks_the_fault_is_raised(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer in which nothing was evaluated must not look like an empty one."""

    def broken(*_: object) -> Assessment:
        raise ValueError

    monkeypatch.setattr(tumour_board, "assess_tumour_order", broken)
    with pytest.raises(ValueError, match=r"^$"):
        assess_orders(chart(knowledge, orders=["osimertinib"], variants=["EGFR p.L858R"]), knowledge)


def test_two_tumours_have_two_plans(knowledge: Knowledge) -> None:
    found = assess_opened_chart(chart(knowledge, also=["MEL"], variants=["BRAF p.V600E"]), knowledge)
    assert sorted(f.tumour.oncotree for f in found.findings if f.tumour and f.plan) == ["MEL", "NSCLC"]


def test_a_tumour_of_the_past_has_none(knowledge: Knowledge) -> None:
    past = chart(knowledge, variants=["BRAF p.V600E"])
    past = replace(past, conditions=tuple(replace(c, state="past") for c in past.conditions))
    assert not assess_opened_chart(past, knowledge).findings


def test_the_order_of_results_changes_nothing(knowledge: Knowledge) -> None:
    lines = ["EGFR p.L858R", "EGFR p.T790M", "KRAS absent", "EML4::ALK"]
    one, other = (chart(knowledge, orders=["gefitinib"], variants=v) for v in (lines, lines[::-1]))
    told = [[(f.topic, f.urgency, f.recommendations[0].parts) for f in assess_orders(p, knowledge).findings] for p in (one, other)]
    assert told[0] == told[1]


def test_an_unrelated_variant_changes_nothing(knowledge: Knowledge) -> None:
    alone, beside = (
        assess_orders(chart(knowledge, orders=["gefitinib"], variants=["EGFR p.L858R", "EGFR p.T790M", *more]), knowledge).findings
        for more in ((), ("TP53 p.R175H pathogenic",))
    )
    assert [f.topic for f in alone] == [f.topic for f in beside]


def test_genes_of_the_patient_are_folded_in(knowledge: Knowledge) -> None:
    found = plan_of(assess_opened_chart(chart(knowledge, tumour="COADREAD", variants=["BRAF p.V600E"]), knowledge))
    assert {f.drug.name for f in found.plan.genes} == {"fluorouracil", "capecitabine"}  # type: ignore[union-attr]


def test_a_slow_ugt1a1_is_told_before_irinotecan_and_sacituzumab(knowledge: Knowledge) -> None:
    slow = (GeneResult(Concept((Code(HGNC, "HGNC:12530", "UGT1A1"),)), "Observation/9", diplotypes=("*28/*28",)),)
    for tumour, given, medicine in (
        ("COADREAD", {"variants": ["BRAF p.V600E"]}, "irinotecan"),
        ("BREAST", {"markers": ["HER2 positive"]}, "sacituzumab govitecan"),
    ):
        found = plan_of(assess_opened_chart(replace(chart(knowledge, tumour=tumour, **given), genotypes=slow), knowledge))
        told = {f.drug.name: [g.diplotype for g in f.genes] for f in found.plan.genes}  # type: ignore[union-attr]
        assert told[medicine] == ["*28/*28"]


def test_a_withdrawn_approval_is_marked(knowledge: Knowledge) -> None:
    found = plan_of(assess_opened_chart(chart(knowledge, tumour="CHOL", variants=["FGFR2::BICC1"]), knowledge))
    assert found.plan is not None
    assert [t.name for t in found.plan.withdrawn] == ["infigratinib"]
    assert "infigratinib" not in [t.name for t in found.plan.fits]
