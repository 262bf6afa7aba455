"""The patient firewall, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.firewall import Subject, admit, admit_drafts, subject_of
from fhir_mappings.resource import entries
from models.errors import PatientMismatch
from tests.support.fhir_examples import observation, orders, patient

SERVER = "https://ehr.example/fhir"
OWN = Subject("pat-1", SERVER, frozenset({("http://hospital.example/mrn", "4711")}))


def _reason(subject: Any, **more: Any) -> str:
    """Why an Observation with this subject is dropped; '' when it is kept."""
    admitted = admit([observation("stu3-genotype", subject=subject, **more)], OWN)
    assert len(admitted.resources) + len(admitted.gaps) == 1
    return admitted.gaps[0].reason if admitted.gaps else ""


def test_fault_B02_patient_resource_with_another_id() -> None:
    with pytest.raises(PatientMismatch) as raised:
        subject_of("pat-1", SERVER, [patient(id="pat-2")])
    assert "pat-2" not in str(raised.value) and "pat-1" not in str(raised.value)


def test_fault_B03_foreign_resource_is_dropped_and_the_rest_used() -> None:
    own, foreign = observation("stu3-genotype"), observation("other-patient")
    admitted = admit([own, foreign], OWN)
    assert admitted.resources == (own,)
    assert admitted.foreign == 1
    assert [g.reason for g in admitted.gaps] == ["other_patient"]
    assert "pat-2" not in repr(admitted.gaps) and "other-patient" not in repr(admitted.gaps)


def test_fault_B04_draft_orders_of_another_patient() -> None:
    own = [r for _, r in entries(orders("codeable-concept"))]
    foreign = [r for _, r in entries(orders("other-patient"))]
    admitted = admit_drafts([*own, *foreign], OWN)
    assert admitted.resources == tuple(own)
    assert [g.reason for g in admitted.gaps] == ["other_patient"]
    with pytest.raises(PatientMismatch):
        admit_drafts(foreign, OWN)


def test_no_drafts_at_all_is_no_mismatch() -> None:
    assert admit_drafts([], OWN).resources == ()


@pytest.mark.parametrize(
    "subject", [None, "", {}, {"reference": ""}, "Patient/pat-1", {"display": "Somebody"}, {"reference": "urn:uuid:1"}]
)
def test_fault_B05_no_readable_subject(subject: Any) -> None:
    assert _reason(subject) == "unattributed"


@pytest.mark.parametrize(
    "stated", ["Patient/pat-1", f"{SERVER}/Patient/pat-1", "Patient/pat-1/_history/2", f"{SERVER}/Patient/pat-1/_history/2"]
)
def test_fault_B06_spellings_of_the_patient(stated: str) -> None:
    assert _reason({"reference": stated}) == ""


def test_fault_B07_same_id_on_another_server() -> None:
    assert _reason({"reference": "https://other.example/fhir/Patient/pat-1"}) == "other_patient"


def test_absolute_reference_cannot_be_compared_without_a_server() -> None:
    resource = observation("stu3-genotype", subject={"reference": f"{SERVER}/Patient/pat-1"})
    assert [g.reason for g in admit([resource], Subject("pat-1")).gaps] == ["unattributed"]


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ({"system": "http://hospital.example/mrn", "value": "4711"}, ""),
        ({"system": "http://hospital.example/mrn", "value": "4711 "}, "unattributed"),
        ({"system": "http://hospital.example/MRN", "value": "4711"}, "unattributed"),
        ({"value": "4711"}, "unattributed"),
        ({}, "unattributed"),
    ],
)
def test_fault_B08_subject_by_identifier_only(identifier: dict[str, str], reason: str) -> None:
    assert _reason({"identifier": identifier}) == reason


def test_identifier_without_a_known_patient_is_unattributed() -> None:
    resource = observation("stu3-genotype", subject={"identifier": {"system": "s", "value": "4711"}})
    assert admit([resource], Subject("pat-1", SERVER)).resources == ()


def test_fault_B09_two_patients() -> None:
    with pytest.raises(PatientMismatch):
        subject_of("pat-1", SERVER, [patient(), patient(id="pat-2")])
    assert subject_of("pat-1", SERVER, [patient(), patient()]).identifiers == OWN.identifiers


def test_fault_B02_patient_without_an_id() -> None:
    nameless = patient()
    del nameless["id"]
    with pytest.raises(PatientMismatch):
        subject_of("pat-1", SERVER, [nameless])


@pytest.mark.parametrize("stated", ["Patient/PAT-1", "Patient/pat-1 ", "Patient/ pat-1"])
def test_fault_B13_case_and_blanks_make_another_patient(stated: str) -> None:
    assert _reason({"reference": stated}) == "other_patient"
    with pytest.raises(PatientMismatch):
        subject_of("pat-1", SERVER, [patient(id=stated.removeprefix("Patient/"))])


@pytest.mark.parametrize("server", ["https://b.example/fhir", "https://ehr.example/other"])
def test_fault_B14_same_id_at_another_tenant(server: str) -> None:
    assert _reason({"reference": f"{server}/Patient/pat-1"}) == "other_patient"


@pytest.mark.parametrize("focus", [{"reference": "Patient/newborn"}, [{"reference": "Specimen/graft"}], {"reference": "RelatedPerson/1"}])
def test_fault_B17_focus_is_not_this_patient(focus: Any) -> None:
    assert _reason({"reference": "Patient/pat-1"}, focus=focus) == "other_patient"


def test_fault_B17_focus_on_the_patient_is_kept() -> None:
    assert _reason({"reference": "Patient/pat-1"}, focus=[{"reference": "Patient/pat-1"}]) == ""


def test_fault_B17_specimen_of_somebody_else() -> None:
    specimen = {"resourceType": "Specimen", "id": "s1", "subject": {"reference": "Patient/donor"}}
    from_bundle = observation("stu3-genotype", specimen={"reference": "Specimen/s1"})
    assert [g.reason for g in admit([from_bundle], OWN, [specimen]).gaps] == ["other_patient"]
    assert _reason({"reference": "Patient/pat-1"}, specimen={"reference": "#s1"}, contained=[specimen]) == "other_patient"
    own = specimen | {"subject": {"reference": "Patient/pat-1"}}
    assert admit([from_bundle], OWN, [own]).resources == (from_bundle,)


@pytest.mark.parametrize("stated", ["Group/pat-1", "Location/pat-1", "Device/pat-1"])
def test_fault_B18_subject_is_no_patient(stated: str) -> None:
    assert _reason({"reference": stated}) == "unattributed"


def test_contained_patient_counts_by_identifier_only() -> None:
    inside = {"resourceType": "Patient", "id": "pat-1"}
    assert _reason({"reference": "#pat-1"}, contained=[inside]) == "unattributed"
    known = inside | {"identifier": [{"system": "http://hospital.example/mrn", "value": "4711"}]}
    assert _reason({"reference": "#pat-1"}, contained=[known]) == ""
    assert _reason({"reference": "#missing"}, contained=[known]) == "unattributed"


def test_subject_and_patient_must_both_be_this_patient() -> None:
    assert _reason({"reference": "Patient/pat-1"}, patient={"reference": "Patient/pat-2"}) == "other_patient"
    assert _reason([{"reference": "Patient/pat-1"}, {"reference": "Patient/pat-2"}]) == "other_patient"
