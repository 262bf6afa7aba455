"""The review of active medicines: the rules of an order, never critical, nothing to remove, no word on starts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.decisions.review import review_medications
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import Dosage, GeneResult, Medication, PatientProfile, Request

CLOPIDOGREL, ABACAVIR, CAPECITABINE, CODEINE, PAROXETINE = "32968", "190521", "194000", "2670", "32937"


def takes(rxnorm: str, number: int = 1, *, active: bool = True) -> Medication:
    return Medication(Concept((Code(RXNORM, rxnorm),)), active=active, origin=f"MedicationRequest/{number}")


def reviewed(knowledge: Knowledge, *medicines: Medication, **genes: str) -> Assessment:
    results = tuple(
        GeneResult(Concept(text=g), f"Observation/{g}", diplotypes=(pair,), effective="2024-03-01") for g, pair in genes.items()
    )
    hla = (GeneResult(Concept(text="HLA-B"), "Observation/hla", presence_of="HLA-B*57:01", present=True),)
    return review_medications(PatientProfile(date(2026, 11, 26), genotypes=results + hla, medications=medicines), knowledge)


def test_an_active_medicine_is_told_as_an_order_would_be_with_nothing_to_click(knowledge: Knowledge) -> None:
    [finding] = reviewed(knowledge, takes(CLOPIDOGREL), CYP2C19="*2/*2").findings
    assert (finding.urgency, finding.drug.name, finding.removable, finding.orders) == ("warning", "clopidogrel", False, ())


def test_what_would_be_critical_at_signing_is_a_warning(knowledge: Knowledge) -> None:
    assert [f.urgency for f in reviewed(knowledge, takes(ABACAVIR)).findings] == ["warning"]


@pytest.mark.parametrize("medicine", [takes(CLOPIDOGREL, active=False), takes("161")])
def test_a_medicine_that_ended_or_that_no_rule_knows_is_silent(knowledge: Knowledge, medicine: Medication) -> None:
    assert reviewed(knowledge, medicine, CYP2C19="*2/*2").findings == ()


def test_two_prescriptions_of_one_medicine_are_one_finding(knowledge: Knowledge) -> None:
    assert len(reviewed(knowledge, takes(CLOPIDOGREL), takes(CLOPIDOGREL, 2), CYP2C19="*2/*2").findings) == 1


def test_a_dose_that_was_tolerated_for_months_is_no_news(knowledge: Knowledge) -> None:
    dosed = replace(takes("36437"), began="2026-01-10", dosages=(Dosage(50, 50, "mg", 1),))
    genes = {"CYP2C19": "*2/*2", "CYP2B6": "*1/*1"}
    assert reviewed(knowledge, dosed, **genes).findings == ()
    assert len(reviewed(knowledge, replace(dosed, began="2026-11-01"), **genes).findings) == 1
    raised = replace(dosed, origin="MedicationRequest/2", began="2026-11-20", dosages=(Dosage(100, 100, "mg", 1),))
    assert len(reviewed(knowledge, dosed, raised, **genes).findings) == 1
    assert len(reviewed(knowledge, raised, dosed, **genes).findings) == 1


def test_one_who_takes_it_is_not_asked_to_test_before_the_start(knowledge: Knowledge) -> None:
    found = reviewed(knowledge, takes(CAPECITABINE))
    assert found.findings == ()
    assert ("capecitabine–DPYD", "silent", "the medicine was started already") in {(c.subject, c.outcome, c.because) for c in found.checked}
    assert ("capecitabine–DPYD", "not_tested") in {(g.subject, g.reason) for g in found.gaps}


def test_active_medicines_change_each_other_s_advice(knowledge: Knowledge) -> None:
    [finding] = reviewed(knowledge, takes(CODEINE), takes(PAROXETINE, 2), CYP2D6="*1/*1").findings
    assert [d.name for d, _ in finding.genes[0].adjusted_because] == ["paroxetine"]


def test_nothing_is_said_of_the_dead(knowledge: Knowledge) -> None:
    dead = PatientProfile(date(2026, 11, 26), deceased=True, medications=(takes(CLOPIDOGREL),))
    assert review_medications(dead, knowledge).findings == ()


def test_an_operation_that_was_asked_for_lies_ahead(knowledge: Knowledge) -> None:
    operation = Request(Concept((Code(*min(knowledge.clinical["operation"].codes)),)))
    variant = GeneResult(Concept(text="RYR1"), "Observation/1", diplotypes=("c.7300G>A/Reference",))
    chart = PatientProfile(date(2026, 11, 26), genotypes=(variant,), requests=(operation,))
    assert [f.drug.name for f in review_medications(chart, knowledge).findings] == [knowledge.guidelines["10154"][0].group]
    assert assess_orders(chart, knowledge).findings == ()
