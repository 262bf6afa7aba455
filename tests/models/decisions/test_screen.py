"""Screening: what is offered has no finding of its own, and another allergy or problem never adds an offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.decisions.screen import Patient, screen
from models.features.age import age
from models.finding import Assessment, Drug, Screened
from models.patient import Allergy, Condition, GeneResult, Medication, Order, PatientProfile
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
NAMED = sorted({d for several in KNOWLEDGE.guidelines.values() for g in several for row in g.rows for d in row.alternatives})
WITH_ALTERNATIVES = sorted(key for key, several in KNOWLEDGE.guidelines.items() if any(row.alternatives for g in several for row in g.rows))
PLANNED = {m.drug.key for plan in KNOWLEDGE.careplans.values() for c in plan.classes for m in c.members}
GENES = {"CYP2C19": ("*1", "*2", "*17"), "CYP2D6": ("*1", "*4", "*2x2"), "CYP2C9": ("*1", "*3"), "SLCO1B1": ("*1", "*5")}
PROBLEMS = sorted(name for name, c in KNOWLEDGE.clinical.items() if c.icd or any(system != "http://loinc.org" for system, _ in c.codes))


def drug(rxnorm: str) -> Concept:
    return Concept((Code(RXNORM, rxnorm),))


def problem(name: str) -> Condition:
    known = KNOWLEDGE.clinical[name]
    code = Code(*min(known.codes)) if known.codes else Code("http://hl7.org/fhir/sid/icd-10-cm", known.icd[0])
    return Condition(Concept((code,)), origin="Condition/1")


@st.composite
def patients(draw: st.DrawFn) -> PatientProfile:
    genotypes = [
        GeneResult(Concept(text=gene), f"Observation/{gene}", diplotypes=(f"{draw(st.sampled_from(a))}/{draw(st.sampled_from(a))}",))
        for gene, a in GENES.items()
        if draw(st.booleans())
    ]
    return PatientProfile(
        date(2026, 11, 26),
        birth_date="1960-01-01",
        genotypes=tuple(genotypes),
        orders=(Order("MedicationRequest/1", drug(draw(st.sampled_from(WITH_ALTERNATIVES)))),),
        medications=tuple(Medication(drug(m)) for m in draw(st.lists(st.sampled_from(NAMED), max_size=2))),
        conditions=tuple(problem(n) for n in draw(st.lists(st.sampled_from(PROBLEMS), max_size=2))),
        allergies=tuple(Allergy(drug(a)) for a in draw(st.lists(st.sampled_from(NAMED), max_size=2))),
    )


def options(patient: PatientProfile) -> tuple[Screened, ...]:
    return tuple(o for f in assess_orders(patient, KNOWLEDGE).findings for o in f.options)


def offered(patient: PatientProfile) -> set[str]:
    return {o.drug.key for o in options(patient) if o.verdict == "offered"}


SOME = settings(max_examples=60, deadline=None)


@SOME
@given(patients())
def test_fault_E43_what_is_offered_has_no_finding_of_its_own(patient: PatientProfile) -> None:
    for key in offered(patient):
        own = assess_orders(replace(patient, orders=(Order("", drug(key)),)), KNOWLEDGE)
        assert not [f for f in own.findings if f.drug.key == key]


@SOME
@given(patients(), st.sampled_from(NAMED))
def test_fault_E43_E44_an_allergy_or_a_medicine_never_adds_an_offer(patient: PatientProfile, key: str) -> None:
    assert offered(replace(patient, allergies=(*patient.allergies, Allergy(drug(key))))) <= offered(patient)
    assert key not in offered(replace(patient, medications=(*patient.medications, Medication(drug(key)))))


@SOME
@given(patients())
def test_what_was_not_read_offers_nothing(patient: PatientProfile) -> None:
    for field in ("conditions", "allergies", "medications"):
        assert offered(replace(patient, unread=frozenset({field}))) == set()


@SOME
@given(patients())
def test_every_named_alternative_is_screened_once(patient: PatientProfile) -> None:
    for finding in assess_orders(patient, KNOWLEDGE).findings:
        named = {d for r in finding.recommendations for d in r.alternatives}
        assert sorted(o.drug.key for o in finding.options) == sorted(d.key for d in named)


@SOME
@given(patients())
def test_what_nothing_here_identifies_offers_nothing(patient: PatientProfile) -> None:
    unknown = Concept((Code(RXNORM, "99999999"),))
    assert offered(replace(patient, medications=(*patient.medications, Medication(unknown)))) == set()
    assert offered(replace(patient, allergies=(*patient.allergies, Allergy(unknown)))) == set()
    assert offered(replace(patient, conditions=(*patient.conditions, Condition(Concept(text="?"))))) == set()


@SOME
@given(patients(), st.sampled_from(PROBLEMS))
def test_a_problem_never_adds_an_offer_for_the_same_advice(patient: PatientProfile, name: str) -> None:
    more = replace(patient, conditions=(*patient.conditions, problem(name)))
    if {o.drug for o in options(more)} <= {o.drug for o in options(patient)}:  # another indication may bring other advice
        assert offered(more) <= offered(patient)


def test_every_drug_that_a_guideline_names_has_its_file() -> None:
    """One without is told as not checked; a new one deserves a look at its label."""
    assert set(NAMED) <= set(KNOWLEDGE.options) <= set(NAMED) | PLANNED


def test_an_untested_gene_of_an_offered_alternative_is_told() -> None:
    nortriptyline = KNOWLEDGE.drugs.ingredients["7531"]
    whole = replace(KNOWLEDGE, options={"7531": replace(KNOWLEDGE.options["7531"], unchecked="")})
    chart = PatientProfile(date(2026, 11, 26), birth_date="1990-01-01")

    def alone(wanted: Drug, *genotypes: GeneResult) -> Assessment:
        return assess_orders(replace(chart, genotypes=genotypes, orders=(Order("", drug(wanted.key)),)), KNOWLEDGE)

    def normal(wanted: Drug) -> Assessment:
        return alone(wanted, GeneResult(Concept(text="CYP2D6"), "Observation/1", diplotypes=("*1/*1",)))

    asked = Patient(chart, age(chart.birth_date, chart.as_of), None, ())
    assert screen(nortriptyline, asked, whole, alone) == Screened(nortriptyline, "offered", "untested", "CYP2D6")
    assert screen(nortriptyline, asked, whole, normal) == Screened(nortriptyline, "offered", "nothing-against")


def test_an_offer_needs_a_file_of_its_contraindications() -> None:
    for several in KNOWLEDGE.guidelines.values():
        for guideline in several:
            assert guideline.drug.key not in {d for row in guideline.rows for d in row.alternatives}
    assert set(KNOWLEDGE.options) <= set(NAMED) | PLANNED


@pytest.mark.parametrize(
    ("order", "genes", "verdict", "because"),
    [
        ("4493", {}, "unknown", "not-known"),
        ("32968", {"CYP2C19": "*2/*2"}, "refused", "own-finding"),
        ("32968", {"CYP2C19": "*1/*1"}, "unknown", "not-known"),
        ("190521", {}, "caution", "own-note"),
    ],
)
def test_an_alternative_is_held_against_the_patient_s_own_genes(order: str, genes: dict[str, str], verdict: str, because: str) -> None:
    """Any medicine could be named: one without rules, one that the genes speak against or not, one that must be tested first."""
    results = tuple(GeneResult(Concept(text=g), f"Observation/{g}", diplotypes=(pair,)) for g, pair in genes.items())
    profile = PatientProfile(date(2026, 11, 26), genotypes=results, conditions=(problem("coronary-stent"),))

    def alone(wanted: Drug) -> Assessment:
        return assess_orders(replace(profile, orders=(Order("", drug(wanted.key)),)), KNOWLEDGE)

    found = screen(KNOWLEDGE.drugs.ingredients[order], Patient(profile, None, None, ()), KNOWLEDGE, alone)
    assert (found.verdict, found.because) == (verdict, because)
