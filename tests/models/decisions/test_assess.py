"""All rules over all orders: isolation of a broken rule, invariances, and the evidence rules of decisions.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models.decisions.assess as decisions
from models.codes import RXNORM, SNOMED, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import GeneResult, Order, PatientProfile
from models.pharmacogenomics.assess import assess_guideline
from models.pharmacogenomics.question import Question
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
AS_OF = date(2026, 11, 25)


def order(code: str, number: int = 1) -> Order:
    return Order(f"MedicationRequest/{number}", Concept((Code(RXNORM, code),)), origin=f"MedicationRequest/{number}")


def result(gene: str, number: int = 1, **members: Any) -> GeneResult:
    return GeneResult(Concept(text=gene), f"Observation/{number}", **members)


def patient(*results: GeneResult, orders: tuple[Order, ...] = (order("32968"),), **members: Any) -> PatientProfile:
    return PatientProfile(AS_OF, genotypes=results, orders=orders, **members)


def said(found: Assessment) -> list[tuple[str, str, str]]:
    return [(f.drug.name, f.urgency, f.recommendations[0].action) for f in found.findings]


def test_fault_E01_a_withdrawn_result_is_as_if_it_were_not_there() -> None:
    kept = result("CYP2C19", 1, diplotypes=("*2/*2",))
    assert said(assess_orders(patient(kept), KNOWLEDGE)) == [("clopidogrel", "warning", "alternative")]
    assert said(assess_orders(patient(replace(kept, status="entered-in-error")), KNOWLEDGE)) == []


def test_fault_E02_a_preliminary_result_drives_nothing_and_is_said_to_be_pending() -> None:
    found = assess_orders(patient(result("CYP2C19", diplotypes=("*2/*2",), status="preliminary")), KNOWLEDGE)
    assert said(found) == []
    assert [c.outcome for c in found.checked] == ["pending"]


def test_fault_E04_exact_duplicates_are_one_result_with_both_sources() -> None:
    twice = [result("CYP2C19", n, diplotypes=("*2/*2",)) for n in (1, 2)]
    finding = assess_orders(patient(*twice), KNOWLEDGE).findings[0]
    assert finding.kind == "drug-gene"
    assert finding.genes[0].sources == ("Observation/1", "Observation/2")


def test_fault_E05_contradicting_results_are_both_shown_without_a_suggestion() -> None:
    found = assess_orders(patient(result("CYP2C19", 1, diplotypes=("*1/*1",)), result("CYP2C19", 2, diplotypes=("*2/*2",))), KNOWLEDGE)
    finding = found.findings[0]
    assert (finding.kind, finding.removable) == ("conflict", False)
    assert {r.diplotype for r in finding.genes[0].possible} == {"*1/*1", "*2/*2"}


def test_fault_E06_a_differing_reported_phenotype_is_shown_and_never_silent() -> None:
    found = assess_orders(patient(result("CYP2C19", diplotypes=("*1/*1",), phenotype="Poor Metabolizer")), KNOWLEDGE)
    finding = found.findings[0]
    assert (finding.kind, finding.urgency, finding.removable) == ("conflict", "warning", False)
    assert finding.genes[0].reported_phenotype == "Poor Metabolizer"


def test_fault_E07_no_genotype_is_never_normal() -> None:
    found = assess_orders(patient(), KNOWLEDGE)
    assert said(found) == []
    assert [(g.subject, g.reason) for g in found.gaps] == [("clopidogrel–CYP2C19", "not_tested")]
    assert [c.outcome for c in found.checked] == ["not_tested"]


def test_fault_E08_tested_but_not_callable_is_neither_normal_nor_untested() -> None:
    found = assess_orders(patient(result("CYP2C19", callable=False, because="the laboratory gave no call")), KNOWLEDGE)
    assert said(found) == []
    assert [g.reason for g in found.gaps] == ["not_callable"]


def test_fault_E09_an_uncertain_allele_makes_no_claim_of_a_normal_result() -> None:
    found = assess_orders(patient(result("DPYD", phenotype="Indeterminate"), orders=(order("4492"),)), KNOWLEDGE)
    assert said(found) in ([("fluorouracil", "info", "no_recommendation")], [("fluorouracil", "info", "test")])


def test_fault_E15_a_tumour_result_is_not_the_inherited_gene() -> None:
    found = assess_orders(
        patient(result("DPYD", diplotypes=("Reference/Reference",), source_class="somatic"), orders=(order("4492"),)), KNOWLEDGE
    )
    assert said(found) != []
    assert any("tumour" in gap.because for gap in found.gaps)


def test_fault_E25_each_ingredient_of_a_combination_is_looked_at() -> None:
    found = assess_orders(patient(result("CYP2D6", diplotypes=("*4/*4",)), orders=(order("993781"),)), KNOWLEDGE)
    assert said(found) == [("codeine", "warning", "alternative")]


ALONE, COMBINED, INGREDIENT = "1243052", "1655934", "1243041"  # ivacaftor; with lumacaftor; the ingredient's own id


@pytest.mark.parametrize("orders", [(COMBINED,), (ALONE, COMBINED), (COMBINED, ALONE)])
def test_fault_E25_a_rule_for_one_ingredient_alone_is_silent_in_combination(orders: tuple[str, ...]) -> None:
    """One combined order is enough: the other is then a part of the same treatment."""
    found = assess_orders(
        patient(result("CFTR", phenotype="ivacaftor non-responsive in CF patients"), orders=tuple(map(order, orders, range(1, 3)))),
        KNOWLEDGE,
    )
    assert said(found) == []
    assert [(c.outcome, c.because) for c in found.checked] == [("silent", "not meant for combination products")]


def test_fault_E25_a_rule_for_one_ingredient_alone_speaks_for_it() -> None:
    not_responsive = result("CFTR", phenotype="ivacaftor non-responsive in CF patients")
    for code in (ALONE, INGREDIENT):
        assert said(assess_orders(patient(not_responsive, orders=(order(code),)), KNOWLEDGE)) == [("ivacaftor", "warning", "alternative")]


def test_fault_E47_forty_orders_of_one_set_are_each_looked_at_and_told_once_a_drug() -> None:
    named = sorted({drug.key for several in KNOWLEDGE.guidelines.values() for g in several for drug in [g.drug] if drug.rxnorm})[:40]
    many = tuple(order(code, number) for number, code in enumerate(named))
    assert len(many) == 40
    found = assess_orders(
        patient(result("CYP2C19", diplotypes=("*2/*2",)), result("CYP2D6", 2, diplotypes=("*4/*4",)), orders=many), KNOWLEDGE
    )
    looked_at = {c.subject.split("–")[0] for c in found.checked} | {g.subject.split("–")[0] for g in found.gaps}
    names = {KNOWLEDGE.drugs.ingredients[code].name for code in named}
    assert names <= looked_at | {f.drug.name for f in found.findings}
    assert len({f.drug.key for f in found.findings}) == len(found.findings) > 3
    alone = {
        f.drug.key: f.urgency
        for one in many
        for f in assess_orders(
            replace(
                patient(), genotypes=(result("CYP2C19", diplotypes=("*2/*2",)), result("CYP2D6", 2, diplotypes=("*4/*4",))), orders=(one,)
            ),
            KNOWLEDGE,
        ).findings
    }
    assert alone.keys() == {f.drug.key for f in found.findings}


def test_a_part_that_is_not_identified_makes_a_combination() -> None:
    listed = (Concept((Code(RXNORM, "1243041"),)), Concept(text="another part"))
    partly = replace(order(""), medication=Concept(text="a mixture"), ingredients=listed)
    found = assess_orders(patient(result("CFTR", phenotype="ivacaftor non-responsive in CF patients"), orders=(partly,)), KNOWLEDGE)
    assert said(found) == []
    assert [c.because for c in found.checked] == ["not meant for combination products"]
    assert [gap.reason for gap in found.gaps] == ["not_understood"]


def test_a_deceased_patient_gets_no_cards() -> None:
    """Fault B12."""
    found = assess_orders(patient(result("CYP2C19", diplotypes=("*2/*2",)), deceased=True), KNOWLEDGE)
    assert found.findings == ()
    assert found.checked[0].because == "the patient is recorded as deceased"


def test_fault_B12_deceased() -> None:
    test_a_deceased_patient_gets_no_cards()


def test_orders_that_are_not_selected_are_not_looked_at() -> None:
    passive = replace(order("32968"), selected=False)
    found = assess_orders(patient(result("CYP2C19", diplotypes=("*2/*2",)), orders=(passive,)), KNOWLEDGE)
    assert found == Assessment()


def test_fault_F05_a_broken_rule_never_silences_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = assess_guideline

    def broken(question: Question) -> Assessment:
        if question.guideline.drug.name == "codeine":
            raise ZeroDivisionError("a value of the patient")
        return whole(question)

    monkeypatch.setattr(decisions, "assess_guideline", broken)
    results = (result("CYP2C19", 1, diplotypes=("*2/*2",)), result("CYP2D6", 2, diplotypes=("*4/*4",)))
    found = assess_orders(patient(*results, orders=(order("2670", 1), order("32968", 2))), KNOWLEDGE)
    assert said(found) == [("clopidogrel", "warning", "alternative")]
    assert [(g.subject, g.reason) for g in found.gaps] == [("codeine", "fault")]
    assert "a value of the patient" not in str(found.gaps)


def test_fault_F05_nothing_evaluable_is_an_error_not_an_empty_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(question: Question) -> Assessment:
        raise ZeroDivisionError

    monkeypatch.setattr(decisions, "assess_guideline", broken)
    with pytest.raises(ZeroDivisionError):
        assess_orders(patient(result("CYP2C19", diplotypes=("*2/*2",))), KNOWLEDGE)


RESULTS = (
    result("CYP2C19", 1, diplotypes=("*2/*2",)),
    result("CYP2D6", 2, diplotypes=("*1/*2x2",)),
    result("DPYD", 3, phenotype="Poor Metabolizer"),
    result("TPMT", 4, diplotypes=("*1/*3A",)),
)
ORDERS = tuple(order(code, i) for i, code in enumerate(("32968", "2670", "4492", "103")))


def test_the_order_of_results_changes_nothing() -> None:
    first = said(assess_orders(patient(*RESULTS, orders=ORDERS), KNOWLEDGE))
    assert len(first) == 4
    for shuffled in permutations(RESULTS):
        assert said(assess_orders(patient(*shuffled, orders=ORDERS), KNOWLEDGE)) == first


def test_the_loudest_comes_first() -> None:
    found = said(assess_orders(patient(*RESULTS, orders=ORDERS), KNOWLEDGE))
    assert [urgency for _, urgency, _ in found] == sorted((u for _, u, _ in found), key=("critical", "warning", "info").index)


def test_an_unrelated_result_changes_no_finding() -> None:
    alone = assess_orders(patient(RESULTS[0]), KNOWLEDGE).findings
    assert assess_orders(patient(RESULTS[0], result("BRCA1", 9, diplotypes=("x/y",))), KNOWLEDGE).findings == alone


def _scores(knowledge: Knowledge, gene: str) -> list[str]:
    return sorted(knowledge.genes[gene].alleles)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(_scores(KNOWLEDGE, "DPYD")), st.sampled_from(_scores(KNOWLEDGE, "DPYD")))
def test_less_activity_never_means_a_quieter_card(one: str, other: str) -> None:
    """DPYD and fluorouracil: advice is monotone in the activity score."""
    loud = ("", "info", "warning", "critical")

    def level(first: str, second: str) -> int:
        found = said(assess_orders(patient(result("DPYD", diplotypes=(f"{first}/{second}",)), orders=(order("4492"),)), KNOWLEDGE))
        return loud.index(found[0][1]) if found else 0

    assert level(one, other) == level(other, one)
    assert level(one, other) >= level(one, "Reference")


@pytest.mark.parametrize(
    ("drug", "code", "told", "noted"),
    [
        ("fluorouracil", "", True, True),
        ("fluorouracil", "47625008", True, False),
        ("fluorouracil", "6064005", False, False),
        ("fluorouracil", "404", True, True),
        ("capecitabine", "", True, False),
    ],
)
def test_fault_E27_an_unknown_route_counts_as_systemic_and_the_card_says_so(drug: str, code: str, told: bool, noted: bool) -> None:
    key = next(i for i, d in KNOWLEDGE.drugs.ingredients.items() if d.name == drug)
    ordered = replace(order(key), route=Concept((Code(SNOMED, code),)) if code else Concept())
    found = assess_orders(patient(result("DPYD", diplotypes=("c.1905+1G>A (*2A)/c.1905+1G>A (*2A)",)), orders=(ordered,)), KNOWLEDGE)
    assert bool(found.findings) is told
    assert any("route-not-known" in f.notes for f in found.findings) is noted


# ---- guidelines that ended -------------------------------------------------------------------------------------------


def ending(drug: str, day: date) -> Knowledge:
    """Every guideline of this drug holds until `day`."""
    files = {k: tuple(replace(g, effective_to=day) if g.drug.name == drug else g for g in gs) for k, gs in KNOWLEDGE.guidelines.items()}
    return replace(KNOWLEDGE, guidelines=files)


def test_fault_F08_a_guideline_is_applied_on_its_last_day_and_not_after() -> None:
    poor = patient(result("CYP2C19", diplotypes=("*2/*2",)))
    assert said(assess_orders(poor, ending("clopidogrel", AS_OF))) == [("clopidogrel", "warning", "alternative")]
    after = assess_orders(replace(poor, as_of=AS_OF + timedelta(days=1)), ending("clopidogrel", AS_OF))
    assert after.findings == ()
    because = "the guideline held until 2026-11-25 and is not applied any more"
    assert [(g.subject, g.reason, g.because) for g in after.gaps] == [("clopidogrel–CYP2C19", "out_of_range", because)]
    assert [(c.subject, c.outcome, c.because) for c in after.checked] == [("clopidogrel–CYP2C19", "out_of_range", because)]


def test_fault_F08_a_labels_rule_that_ended_is_told_too() -> None:
    late = replace(patient(orders=(order("2670"),), birth_date="2018-01-01"), as_of=AS_OF)
    assert said(assess_orders(late, KNOWLEDGE))
    found = assess_orders(late, ending("codeine", AS_OF - timedelta(days=1)))
    assert found.findings == ()
    assert {g.subject for g in found.gaps} >= {"codeine–CYP2D6", "codeine–FDA label"}


def test_fault_F08_an_alternative_whose_guideline_ended_is_not_called_suitable() -> None:
    slow = patient(result("CYP2C9", diplotypes=("*3/*3",)), orders=(order("140587"),), birth_date="1980-01-01")
    before, after = (assess_orders(slow, known) for known in (KNOWLEDGE, ending("aspirin", date(2020, 1, 1))))
    [was], [now] = ([o for f in found.findings for o in f.options if o.drug.name == "aspirin"] for found in (before, after))
    assert was.because != "own-unclear"
    assert (now.verdict, now.because) == ("unknown", "own-unclear")
