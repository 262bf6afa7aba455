"""Medicines that the patient is said to take: R4, STU3 and R5; plans and what is not taken are none."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.statements import read_statements
from models.codes import RXNORM, Code
from models.patient import Dosage

PAROXETINE = {"coding": [{"system": RXNORM, "code": "32937", "display": "paroxetine"}]}
DAILY = {
    "route": {"text": "oral"},
    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
    "doseAndRate": [{"doseQuantity": {"value": 20, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}],
}


def statement(**members: Any) -> dict[str, Any]:
    own = {"resourceType": "MedicationStatement", "id": "s1", "status": "active", "subject": {"reference": "Patient/p1"}}
    return {**own, "medicationCodeableConcept": PAROXETINE} | members


def test_what_is_taken_is_read_with_code_route_and_dose_and_without_a_beginning() -> None:
    [taken] = read_statements([statement(dosage=[DAILY], effectivePeriod={"start": "2020-01-01"})]).values
    assert taken.medication.codings == (Code(RXNORM, "32937", "paroxetine"),)
    assert (taken.active, taken.route.text, taken.origin) == (True, "oral", "MedicationStatement/s1")
    assert taken.dosages == (Dosage(20, 20, "mg", 1),)
    assert taken.began == "", "what a patient told is no ground to call a medicine tolerated"


@pytest.mark.parametrize(
    ("members", "active", "dosed"),
    [
        ({"status": "active"}, True, True),
        ({"status": "on-hold"}, True, False),
        ({"status": "completed"}, False, False),
        ({"status": "stopped"}, False, False),
        ({"status": "active", "taken": "y"}, True, True),  # STU3
        ({"status": "recorded"}, True, True),  # R5
        ({"status": "recorded", "adherence": {"code": {"coding": [{"code": "taking-as-directed"}]}}}, True, True),
        ({"status": "recorded", "adherence": {"code": {"coding": [{"code": "stopped-as-directed"}]}}}, False, False),
        ({"status": "recorded", "adherence": {"code": {"coding": [{"code": "on-hold"}]}}}, True, False),
    ],
)
def test_the_status_says_whether_it_is_taken_now(members: dict[str, Any], active: bool, dosed: bool) -> None:
    [medicine] = read_statements([statement(dosage=[DAILY], **members)]).values
    assert (medicine.active, bool(medicine.dosages)) == (active, dosed)


@pytest.mark.parametrize(
    "members",
    [
        {"status": "not-taken"},
        {"status": "intended"},
        {"status": "entered-in-error"},
        {"status": "draft"},
        {"status": ""},
        {"status": "active", "taken": "n"},
        {"status": "completed", "taken": "na"},
        {"status": "recorded", "adherence": {"code": {"coding": [{"code": "not-taking"}]}}},
    ],
)
def test_what_is_not_taken_or_only_planned_is_no_medicine(members: dict[str, Any]) -> None:
    read = read_statements([statement(**members)])
    assert (read.values, read.gaps) == ((), ())


@pytest.mark.parametrize(
    "members",
    [
        {"status": "unknown"},
        {"status": "active", "taken": "unk"},
        {"status": "recorded", "adherence": {"code": {"coding": [{"code": "unknown"}]}}},
    ],
)
def test_where_it_is_not_known_whether_it_is_taken_that_is_told(members: dict[str, Any]) -> None:
    read = read_statements([statement(**members)])
    assert read.values == ()
    assert [(g.subject, g.reason, g.origin) for g in read.gaps] == [("medications", "not_understood", "MedicationStatement/s1")]


def test_the_end_is_kept_for_what_still_counts_after_it() -> None:
    [medicine] = read_statements([statement(status="stopped", effectivePeriod={"end": "2026-11-04T10:00:00Z"})]).values
    assert (medicine.active, medicine.ended) == (False, "2026-11-04")


@pytest.mark.parametrize(
    "named", [{"medicationReference": {"reference": "Medication/x"}}, {"medication": {"reference": {"reference": "Medication/x"}}}]
)
def test_a_statement_by_reference_is_resolved_or_told(named: dict[str, Any]) -> None:
    stated = {k: v for k, v in statement().items() if not k.startswith("medication")} | named
    product = {"resourceType": "Medication", "id": "x", "code": PAROXETINE}
    assert len(read_statements([stated, product]).values) == 1
    assert len(read_statements([stated], {"Medication/x": product}).values) == 1
    assert [g.origin for g in read_statements([stated]).gaps] == ["MedicationStatement/s1"]
