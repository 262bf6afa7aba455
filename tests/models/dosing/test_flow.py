"""The dosing flow on its own: who is silent, who is warned, what a withdrawn or foreign order changes, and its invariants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import models.decisions.dosing as decisions
from models.codes import LOINC, RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import CAREFUL_FIRST, Assessment
from models.patient import Dosage, GeneResult, Measurement, Medication, Order, PatientProfile
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
AS_OF = date(2026, 11, 25)
BODY = (
    Measurement(Concept((Code(LOINC, "8302-2"),)), 170, "cm", effective="2026-01-01"),
    Measurement(Concept((Code(LOINC, "29463-7"),)), 75, "kg", effective="2026-01-01"),
)


def order(code: str = "11289", number: int = 1, **members: Any) -> Order:
    return Order(f"MedicationRequest/{number}", Concept((Code(RXNORM, code),)), origin=f"MedicationRequest/{number}", **members)


def result(gene: str, diplotype: str, **members: Any) -> GeneResult:
    return GeneResult(Concept(text=gene), f"Observation/{gene}", diplotypes=(diplotype,), **members)


def patient(stars: str = "*1/*3", bases: str = "C/T", **members: Any) -> PatientProfile:
    results = (result("CYP2C9", stars), result("VKORC1", f"rs9923231 {bases}"))
    given: dict[str, Any] = {
        "genotypes": results,
        "orders": (order(),),
        "birth_date": "1961-05-01",
        "ancestry": ("white",),
        "measurements": BODY,
    }
    return PatientProfile(AS_OF, **(given | members))


def answer(profile: PatientProfile) -> Assessment:
    return assess_orders(profile, KNOWLEDGE)


def urgency(profile: PatientProfile) -> str:
    return next((f.urgency for f in answer(profile).findings), "")


def doses(profile: PatientProfile) -> list[float]:
    return [end for f in answer(profile).findings for r in f.recommendations if r.dose for end in (r.dose.low or 0, r.dose.high or 0)]


def test_the_finding_names_its_orders_its_equations_and_no_suggestion() -> None:
    found = answer(patient(orders=(order(number=1), order(number=2)))).findings
    assert len(found) == 1
    assert found[0].orders == ("MedicationRequest/1", "MedicationRequest/2")
    assert not found[0].removable
    assert found[0].evidence[0].label == "CPIC warfarin"
    assert len(found[0].evidence) == 3
    assert [g.gene for g in found[0].genes] == ["CYP2C9", "VKORC1"]


def test_an_order_that_is_not_being_chosen_says_nothing() -> None:
    assert answer(patient(orders=(order(selected=False),))) == Assessment()


def test_an_order_that_stands_in_the_chart_too_is_no_earlier_treatment() -> None:
    own = Medication(Concept((Code(RXNORM, "11289"),)), origin="MedicationRequest/1")
    assert urgency(patient(medications=(own,))) == "warning"
    assert urgency(patient(medications=(replace(own, origin="MedicationRequest/9"),))) == ""


@pytest.mark.parametrize(
    ("dosage", "spoken"),
    [
        (Dosage(3, 3, "mg", 1), False),
        (Dosage(1.5, 1.5, "mg", 2), False),
        (Dosage(2.5, 3.5, "mg", 1), False),
        (Dosage(2, 6, "mg", 1), True),
        (Dosage(3, 3, "mg", None), True),
        (Dosage(3, 3, "g", 1), True),
        (Dosage(3, 3, "mg", 2), True),
    ],
)
def test_only_a_daily_dose_that_is_near_the_calculated_one_complies(dosage: Dosage, spoken: bool) -> None:
    assert bool(answer(patient(orders=(order(dosages=(dosage,)),))).findings) is spoken


def test_every_order_must_comply() -> None:
    near, far = order(number=1, dosages=(Dosage(3, 3, "mg", 1),)), order(number=2, dosages=(Dosage(7, 7, "mg", 1),))
    assert answer(patient(orders=(near, far))).findings


def test_an_order_that_is_not_being_chosen_has_no_say_in_the_answer() -> None:
    near, far = order(number=1, dosages=(Dosage(3, 3, "mg", 1),)), order(number=2, dosages=(Dosage(7, 7, "mg", 1),))
    assert not answer(patient(orders=(near, replace(far, selected=False)))).findings
    assert answer(patient(orders=(replace(near, selected=False), far))).findings[0].orders == ("MedicationRequest/2",)


def test_amiodarone_in_the_same_session_counts_and_an_inducer_does_not() -> None:
    assert max(doses(patient(orders=(order(), order("703", 2))))) < min(doses(patient()))
    assert doses(patient(orders=(order(), order("9384", 2)))) == doses(patient())


def test_a_reported_phenotype_that_differs_takes_the_number_away() -> None:
    both = replace(result("CYP2C9", "*1/*3"), phenotype="Poor Metabolizer")
    found = answer(patient(genotypes=(both, result("VKORC1", "rs9923231 C/T")))).findings[0]
    assert found.kind == "conflict"
    assert "reported-differs" in found.notes
    assert [r.action for r in found.recommendations] == ["alternative", "dose_change"]
    assert not any(r.dose for r in found.recommendations)


def test_a_pending_result_is_not_a_missing_one_nor_a_used_one() -> None:
    waiting = result("VKORC1", "rs9923231 C/T", status="preliminary")
    found = answer(patient(genotypes=(result("CYP2C9", "*1/*3"), waiting)))
    assert not found.findings
    assert {c.subject: c.outcome for c in found.checked}["warfarin–VKORC1"] == "pending"


def test_a_withdrawn_result_is_as_none() -> None:
    withdrawn = result("VKORC1", "rs9923231 T/T", status="entered-in-error")
    assert not answer(patient(genotypes=(result("CYP2C9", "*1/*3"), withdrawn))).findings


def test_a_flow_that_fails_is_a_gap_and_silences_no_other_drug(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> Assessment:
        raise ValueError("broken")

    monkeypatch.setattr(decisions, "assess_dosing", broken)
    poor = result("CYP2C19", "*2/*2")
    found = answer(patient(genotypes=(poor,), orders=(order(), order("32968", 2))))
    assert [f.drug.name for f in found.findings] == ["clopidogrel"]
    assert [(g.subject, g.reason) for g in found.gaps if g.reason == "fault"] == [("warfarin", "fault")]
    with pytest.raises(ValueError, match="broken"):
        answer(patient())


STARS = st.sampled_from(sorted(KNOWLEDGE.genes["CYP2C9"].alleles))
PAIRS = st.tuples(STARS, STARS).map("/".join)
PEOPLE = st.builds(
    patient,
    PAIRS,
    st.sampled_from(["C/C", "C/T", "T/T"]),
    birth_date=st.sampled_from(["", "1944", "1961-05-01", "1999-01", "2008", "2016-02-01"]),
    ancestry=st.sampled_from([(), ("white",), ("asian",), ("black",), ("black", "white"), ("other",)]),
    measurements=st.sampled_from([BODY, (), BODY[:1]]),
)
MANY = settings(max_examples=120, deadline=None)


@MANY
@given(PEOPLE)
def test_whoever_it_is_a_card_or_a_reason_and_never_a_removal(someone: PatientProfile) -> None:
    found = answer(someone)
    assert {c.subject for c in found.checked} >= {"warfarin–CYP2C9", "warfarin–VKORC1"}
    assert all(c.because for c in found.checked)
    for finding in found.findings:
        assert not finding.removable
        assert finding.urgency != "critical"
        actions = [CAREFUL_FIRST.index(r.action) for r in finding.recommendations]
        assert actions == sorted(actions)
        assert finding.recommendations[0].action in ("alternative", "dose_change")


@MANY
@given(PEOPLE)
def test_no_number_without_age_height_weight_and_an_adult(someone: PatientProfile) -> None:
    known = someone.measurements == BODY and someone.birth_date in ("1944", "1961-05-01", "1999-01")
    assert known or not doses(someone)


@MANY
@given(PEOPLE, st.randoms(use_true_random=False))
def test_the_order_of_results_and_measurements_changes_nothing(someone: PatientProfile, random: Any) -> None:
    results, measured = list(someone.genotypes), list(someone.measurements)
    random.shuffle(results)
    random.shuffle(measured)
    moved = replace(someone, genotypes=tuple(results), measurements=tuple(measured))
    assert answer(moved).findings == answer(someone).findings


@pytest.mark.parametrize("stars", ["*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"])
def test_a_more_sensitive_genotype_is_never_quieter(stars: str) -> None:
    loud = ["", "info", "warning"]
    found = [loud.index(urgency(patient(stars, bases))) for bases in ("C/C", "C/T", "T/T")]
    assert found == sorted(found)
