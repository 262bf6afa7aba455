"""Why the firewall drops a resource, in its own words, and what belongs to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.firewall import IMPERSONAL, Subject, admit, admit_drafts
from models.errors import PatientMismatch
from tests.support.fhir_examples import observation

OWN = Subject("pat-1", "https://ehr.example/fhir", frozenset({("http://hospital.example/mrn", "4711")}))
KINDS = ("Medication", "Substance", "Practitioner", "PractitionerRole", "Organization", "Location", "OperationOutcome", "Device")


def dropped(**members: Any) -> tuple[str, str]:
    """The reason and the words for an Observation with these members."""
    [gap] = admit([observation("stu3-genotype", **members)], OWN).gaps
    return gap.reason, gap.because


@pytest.mark.parametrize("kind", KINDS)
def test_a_thing_that_belongs_to_no_patient_is_kept_and_is_no_order(kind: str) -> None:
    assert set(KINDS) == IMPERSONAL
    thing = {"resourceType": kind, "id": "x"}
    assert admit([thing], OWN).resources == (thing,)
    assert admit_drafts([thing], OWN).gaps == ()


def test_things_beside_a_foreign_order_do_not_make_it_acceptable() -> None:
    foreign = {"resourceType": "MedicationRequest", "id": "m", "subject": {"reference": "Patient/pat-2"}}
    with pytest.raises(PatientMismatch):
        admit_drafts([{"resourceType": "Medication", "id": "x"}, foreign], OWN)


@pytest.mark.parametrize("kind", ["Group", "Location", "Device"])
def test_another_kind_of_subject_is_named(kind: str) -> None:
    assert dropped(subject={"reference": f"{kind}/1"}) == ("unattributed", f"its subject is a {kind}, not a patient")


def test_a_kind_of_subject_that_is_not_known_is_not_repeated() -> None:
    assert dropped(subject={"reference": "Mallory/1"})[1] == "its subject is a resource, not a patient"


@pytest.mark.parametrize(
    ("members", "reason", "words"),
    [
        ({"subject": {"reference": "Patient/pat-2"}}, "other_patient", "belongs to another patient"),
        ({"subject": None}, "unattributed", "names no patient"),
        ({"subject": "Patient/pat-1"}, "unattributed", "subject cannot be read"),
        ({"subject": {"reference": "urn:uuid:1"}}, "unattributed", "urn that nothing here resolves"),
        ({"subject": {"identifier": {"system": "x", "value": "4711"}}}, "unattributed", "not surely this patient's"),
        ({"subject": {"reference": "#p"}}, "unattributed", "contained in it"),
        ({"focus": "newborn"}, "unattributed", "focus cannot be read"),
        ({"focus": [{"reference": "Patient/pat-2"}]}, "other_patient", "focus is not this patient"),
    ],
)
def test_every_reason_has_its_words(members: dict[str, Any], reason: str, words: str) -> None:
    found = dropped(**members)
    assert found[0] == reason
    assert words in found[1]
