"""One fact in the shapes of all FHIR releases: read alike, or refused by name; never read as something else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_mappings.allergies import ALLERGIES
from fhir_mappings.conditions import CONDITIONS
from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Found, Input, Record
from fhir_mappings.medications import MEDICATIONS
from fhir_mappings.orders import read_orders
from fhir_mappings.profile import read_profile
from fhir_mappings.requests import REQUESTS
from models.codes import Concept
from models.errors import UnsupportedFhirVersion
from models.patient import Dosage, PatientProfile
from tests.support.shipped import shipped

Json = dict[str, Any]
GENOTYPES = genotypes_input(shipped())
ME = {"reference": "Patient/pat-1"}
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
PENICILLIN = {"coding": [{"system": RXNORM, "code": "7980"}]}
CLOPIDOGREL = {"coding": [{"system": RXNORM, "code": "32968"}]}
DOSE = {"value": 75, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}


def read(wanted: Input, *resources: Json) -> PatientProfile:
    record = Record({wanted.field: Found(tuple(resources))})
    return read_profile(record, [wanted], patient="pat-1", server="", drafts=[], selected=None, as_of=date(2026, 11, 26))


def status(code: str, system: str = "condition-clinical") -> Json:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


ALLERGY = {"resourceType": "AllergyIntolerance", "id": "a", "patient": ME}


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({"substance": PENICILLIN, "status": "active"}, id="DSTU2"),
        pytest.param({"substance": PENICILLIN, "status": "confirmed"}, id="DSTU2 confirmed"),
        pytest.param({"substance": PENICILLIN, "category": "medication"}, id="DSTU2 without a status"),
        pytest.param({"code": PENICILLIN, "clinicalStatus": "active", "verificationStatus": "confirmed"}, id="STU3"),
        pytest.param({"code": PENICILLIN, "clinicalStatus": status("active", "allergyintolerance-clinical")}, id="R4"),
        pytest.param({"code": PENICILLIN, "type": status("allergy"), "clinicalStatus": status("active")}, id="R5"),
    ],
)
def test_fault_C14_an_allergy_of_every_release(resource: Json) -> None:
    (allergy,) = read(ALLERGIES, ALLERGY | resource).allergies
    assert (allergy.substance.codes(RXNORM), allergy.state, allergy.origin) == (("7980",), "active", "AllergyIntolerance/a")


@pytest.mark.parametrize("stated", ["refuted", "entered-in-error"])
def test_fault_E21_C14_an_allergy_that_DSTU2_calls_refuted_is_none(stated: str) -> None:
    found = read(ALLERGIES, ALLERGY | {"substance": PENICILLIN, "status": stated})
    assert found.allergies == () and found.gaps == ()


@pytest.mark.parametrize(
    ("stated", "state"), [("unconfirmed", "suspected"), ("resolved", "past"), ("inactive", "past"), ("odd", "suspected")]
)
def test_fault_C14_the_one_status_of_DSTU2(stated: str, state: str) -> None:
    found = read(ALLERGIES, ALLERGY | {"substance": PENICILLIN, "status": stated})
    assert [a.state for a in found.allergies] == [state]
    assert bool(found.gaps) == (stated == "odd")


def test_fault_C14_food_is_food_in_DSTU2() -> None:
    assert not read(ALLERGIES, ALLERGY | {"substance": PENICILLIN, "category": "food"}).allergies[0].to_medicine


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({"patient": ME, "clinicalStatus": "active", "verificationStatus": "confirmed"}, id="DSTU2"),
        pytest.param({"subject": ME, "clinicalStatus": "active", "verificationStatus": "confirmed"}, id="STU3"),
        pytest.param({"subject": ME, "clinicalStatus": status("active"), "verificationStatus": status("confirmed")}, id="R4 and R5"),
    ],
)
def test_fault_C14_a_condition_of_every_release(resource: Json) -> None:
    code = {"coding": [{"system": "http://snomed.info/sct", "code": "77386006"}]}
    (condition,) = read(CONDITIONS, {"resourceType": "Condition", "id": "c", "code": code} | resource).conditions
    assert (condition.state, condition.origin) == ("active", "Condition/c")


INSTRUCTION = {"timing": DAILY}
REQUEST = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": ME, "authoredOn": "2026-01-02"}


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param({"medicationCodeableConcept": CLOPIDOGREL, "dosageInstruction": [INSTRUCTION | {"doseQuantity": DOSE}]}, id="STU3"),
        pytest.param(
            {"medicationCodeableConcept": CLOPIDOGREL, "dosageInstruction": [INSTRUCTION | {"doseAndRate": [{"doseQuantity": DOSE}]}]},
            id="R4",
        ),
        pytest.param(
            {"medication": {"concept": CLOPIDOGREL}, "dosageInstruction": [INSTRUCTION | {"doseAndRate": [{"doseQuantity": DOSE}]}]},
            id="R5",
        ),
    ],
)
def test_fault_C14_a_medicine_of_the_chart_in_every_release(resource: Json) -> None:
    (medicine,) = read(MEDICATIONS, REQUEST | resource).medications
    assert (medicine.medication.codes(RXNORM), medicine.dosages) == (("32968",), (Dosage(75, 75, "mg", 1),))


def test_fault_C14_a_dose_in_both_places_is_none() -> None:
    both = INSTRUCTION | {"doseQuantity": DOSE, "doseAndRate": [{"doseQuantity": DOSE | {"value": 300}}]}
    (medicine,) = read(MEDICATIONS, REQUEST | {"medicationCodeableConcept": CLOPIDOGREL, "dosageInstruction": [both]}).medications
    assert medicine.dosages == ()


GENOTYPE = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]},
    "subject": ME,
    "component": [
        {"code": {"coding": [{"system": "http://loinc.org", "code": "48018-6"}]}, "valueCodeableConcept": {"text": "CYP2C19"}},
    ],
    "valueCodeableConcept": {"text": "*2/*2"},
}


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            {"category": {"text": "Genetics"}, "comments": "…", "related": [{"target": {"reference": "Observation/x"}}]}, id="DSTU2"
        ),
        pytest.param({"category": [{"text": "Genetics"}], "comment": "…", "interpretation": {"text": "abnormal"}}, id="STU3"),
        pytest.param({"interpretation": [{"text": "abnormal"}], "note": [{"text": "…"}]}, id="R4"),
        pytest.param({"triggeredBy": [{"type": "reflex"}], "instantiatesCanonical": "https://example.org/x"}, id="R5"),
    ],
)
def test_fault_C14_a_result_of_every_release(more: Json) -> None:
    (result,) = read(GENOTYPES, GENOTYPE | {"id": "g"} | more).genotypes
    assert (result.gene.text, result.diplotypes) == ("CYP2C19", ("*2/*2",))


@pytest.mark.parametrize(
    "code", [pytest.param({"text": "operation"}, id="R4"), pytest.param({"concept": {"text": "operation"}}, id="R5 CodeableReference")]
)
def test_fault_C14_a_request_for_a_service(code: Json) -> None:
    (request,) = read(REQUESTS, {"resourceType": "ServiceRequest", "id": "s", "status": "active", "subject": ME, "code": code}).requests
    assert request.code == Concept(text="operation")


DRAFT = {"resourceType": "MedicationRequest", "id": "d", "status": "draft", "subject": ME, "medicationCodeableConcept": CLOPIDOGREL}


@pytest.mark.parametrize(
    ("draft", "release"),
    [
        (
            {"resourceType": "MedicationOrder", "id": "d", "status": "draft", "patient": ME, "medicationCodeableConcept": CLOPIDOGREL},
            "DSTU2",
        ),
        ({"resourceType": "MedicationPrescription", "id": "d", "patient": ME}, "DSTU1"),
        ({"resourceType": "DiagnosticOrder", "id": "d", "subject": ME}, "DSTU2"),
        ({"resourceType": "ProcedureRequest", "id": "d", "subject": ME}, "STU3"),
        (DRAFT | {"context": {"reference": "Encounter/1"}}, "STU3"),
        (DRAFT | {"requester": {"agent": {"reference": "Practitioner/1"}}}, "STU3"),
        (DRAFT | {"substitution": {"allowed": True}}, "STU3"),
        (DRAFT | {"dosageInstruction": [{"doseQuantity": DOSE}]}, "STU3"),
    ],
)
def test_fault_C14_an_order_of_an_older_release_is_refused_by_name(draft: Json, release: str) -> None:
    with pytest.raises(UnsupportedFhirVersion, match=release) as raised:
        read_orders([draft], None, {})
    assert "32968" not in str(raised.value)
    assert read_orders([DRAFT], None, {}).values, "what follows rests on the same order being read in R4"


def test_fault_C14_what_an_older_release_orders_beside_the_medicine_is_refused_too() -> None:
    with pytest.raises(UnsupportedFhirVersion):
        read_orders([DRAFT, {"resourceType": "ProcedureRequest", "id": "p", "subject": ME}], None, {})
