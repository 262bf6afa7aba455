"""Screening beside the rest of the session: other drafts count, the replaced medicine does not, and a broken rule harms one name only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.codes import RXNORM, Code, Concept
from models.decisions.alternatives import with_options
from models.decisions.assess import assess_orders
from models.finding import Assessment, Screened
from models.patient import Gap, GeneResult, Medication, Order, PatientProfile
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
NAMES = {drug.name: key for key, drug in KNOWLEDGE.drugs.ingredients.items()}


def drug(name: str) -> Concept:
    return Concept((Code(RXNORM, NAMES[name]),))


def patient(order: str, *others: str, takes: tuple[Medication, ...] = (), **genes: str) -> PatientProfile:
    drafts = tuple(Order(f"MedicationRequest/{i}", drug(name)) for i, name in enumerate((order, *others)))
    results = tuple(GeneResult(Concept(text=gene), f"Observation/{gene}", diplotypes=(pair,)) for gene, pair in genes.items())
    return PatientProfile(date(2026, 11, 26), birth_date="1990-01-01", genotypes=results, orders=drafts, medications=takes)


def options(profile: PatientProfile) -> dict[str, Screened]:
    return {o.drug.name: o for o in assess_orders(profile, KNOWLEDGE).findings[0].options}


def verdicts(profile: PatientProfile) -> dict[str, str]:
    return {name: option.because for name, option in options(profile).items()}


def test_a_draft_beside_it_is_a_medicine_that_the_alternative_would_meet() -> None:
    assert verdicts(patient("voriconazole", CYP2C19="*17/*17"))["isavuconazonium"] == "not-whole"
    assert verdicts(patient("voriconazole", "rifampin", CYP2C19="*17/*17"))["isavuconazonium"] == "avoid-with"


def test_a_draft_beside_it_slows_the_alternative_s_enzyme() -> None:
    alone = patient("amitriptyline", CYP2C19="*17/*17", CYP2D6="*1/*4")
    assert options(alone)["nortriptyline"].because == "own-note"
    named = {f.drug.name for f in assess_orders(patient("nortriptyline", "paroxetine", CYP2D6="*1/*1"), KNOWLEDGE).findings}
    assert "nortriptyline" in named, "what follows rests on this"
    seen: list[PatientProfile] = []

    def spy(asked: PatientProfile, _: object) -> Assessment:
        seen.append(asked)
        return Assessment()

    with_options(assess_orders(alone, KNOWLEDGE), patient("amitriptyline", "paroxetine", CYP2D6="*1/*1"), KNOWLEDGE, spy)
    assert [[(o.medication, o.selected) for o in asked.orders] for asked in seen] == [
        [(drug("nortriptyline"), True), (drug("paroxetine"), False)],
        [(drug("desipramine"), True), (drug("paroxetine"), False)],
    ]
    assert all(not asked.requests for asked in seen)


def test_fault_E44_what_is_ordered_already_is_not_offered_again() -> None:
    assert verdicts(patient("clopidogrel", "ticagrelor", CYP2C19="*2/*2"))["ticagrelor"] == "taken"
    assert verdicts(patient("clopidogrel", takes=(Medication(drug("ticagrelor")),), CYP2C19="*2/*2"))["ticagrelor"] == "taken"
    assert verdicts(patient("clopidogrel", CYP2C19="*2/*2"))["ticagrelor"] != "taken"


def test_the_medicine_that_is_replaced_meets_nothing() -> None:
    """Voriconazole is a strong inhibitor that isavuconazonium must not meet, but it goes when isavuconazonium comes."""
    taken = (Medication(drug("voriconazole")),)
    assert verdicts(patient("voriconazole", takes=taken, CYP2C19="*17/*17"))["isavuconazonium"] == "not-whole"


@pytest.mark.parametrize(("route", "because"), [("topical", "not-whole"), ("", "avoid-with")])
def test_what_does_not_reach_the_blood_meets_nothing(route: str, because: str) -> None:
    taken = (Medication(drug("ketoconazole"), route=Concept(text=route)),)
    assert verdicts(patient("voriconazole", takes=taken, CYP2C19="*17/*17"))["isavuconazonium"] == because


def test_a_rule_that_breaks_leaves_one_name_unchecked_and_is_told() -> None:
    profile = patient("amitriptyline", CYP2C19="*2/*2")

    def broken(asked: PatientProfile, _: object) -> Assessment:
        if asked.orders[0].medication == drug("nortriptyline"):
            raise RuntimeError("no patient data here")
        return Assessment()

    answer = with_options(assess_orders(profile, KNOWLEDGE), profile, KNOWLEDGE, broken)
    verdict = {o.drug.name: o.because for o in answer.findings[0].options}
    assert verdict == {"nortriptyline": "own-unclear", "desipramine": "not-whole"}
    assert Gap("nortriptyline", "fault", "screening it as an alternative failed (RuntimeError)") in answer.gaps


def test_what_was_not_understood_keeps_it_from_being_offered() -> None:
    known = patient("clopidogrel", CYP2C19="*2/*2")
    assert options(known)["ticagrelor"].verdict == "offered"
    unknown = replace(known, medications=(Medication(Concept((Code(RXNORM, "99999999"),))),))
    assert options(unknown)["ticagrelor"].verdict == "unknown"


def test_a_finding_without_alternatives_is_left_as_it_is() -> None:
    profile = patient("abacavir")
    found = assess_orders(profile, KNOWLEDGE)
    assert found.findings and with_options(found, profile, KNOWLEDGE, lambda *_: 1 / 0) == found  # type: ignore[arg-type]
