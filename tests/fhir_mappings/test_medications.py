"""Medicines of the chart: in force, ended, or never given; codes and routes as they came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fhir_mappings.medications import read_medications
from models.codes import RXNORM, Code
from models.patient import Dosage


def request(**members: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "32937", "display": "paroxetine"}]},
    } | members


def test_an_active_medicine_is_read_with_its_code_and_route() -> None:
    [medicine] = read_medications([request(dosageInstruction=[{"route": {"text": "oral"}}])]).values
    assert medicine.medication.codings == (Code(RXNORM, "32937", "paroxetine"),)
    assert (medicine.active, medicine.route.text, medicine.origin) == (True, "oral", "MedicationRequest/m1")


def test_a_stopped_medicine_keeps_the_day_its_supply_ended() -> None:
    stopped = request(status="stopped", dispenseRequest={"validityPeriod": {"end": "2026-11-04T00:00:00Z"}})
    [medicine] = read_medications([stopped]).values
    assert (medicine.active, medicine.ended) == (False, "2026-11-04")


@pytest.mark.parametrize(
    "change", [{"status": s} for s in ("draft", "cancelled", "entered-in-error", "unknown")] + [{"doNotPerform": True}]
)
def test_what_was_never_given_is_no_medicine(change: dict[str, Any]) -> None:
    assert read_medications([request(**change)]).values == ()


def test_a_medicine_by_reference_is_resolved_or_told() -> None:
    contained = request(contained=[{"resourceType": "Medication", "id": "x", "code": {"coding": [{"system": RXNORM, "code": "1"}]}}])
    del contained["medicationCodeableConcept"]
    contained["medicationReference"] = {"reference": "#x"}
    assert len(read_medications([contained]).values) == 1
    lost = request(medicationReference={"reference": "Medication/gone"})
    del lost["medicationCodeableConcept"]
    read = read_medications([lost])
    assert read.values == ()
    assert [(g.reason, g.origin) for g in read.gaps] == [("not_understood", "MedicationRequest/m1")]


SERVER = "https://ehr.example.org/fhir"
PRODUCT = {"resourceType": "Medication", "id": "x", "code": {"coding": [{"system": RXNORM, "code": "32937"}]}}


@pytest.mark.parametrize(
    ("reference", "around", "server"),
    [
        ("Medication/x", {"Medication/x": PRODUCT}, ""),
        (f"{SERVER}/Medication/x", {"Medication/x": PRODUCT}, SERVER),
        (f"{SERVER}/Medication/x/_history/2", {"Medication/x": PRODUCT}, SERVER + "/"),
        (f"{SERVER}/Medication/x", {f"{SERVER}/Medication/x": PRODUCT}, ""),
        ("urn:uuid:0b0d0b3a-0000-4000-8000-000000000001", {"urn:uuid:0b0d0b3a-0000-4000-8000-000000000001": PRODUCT}, ""),
    ],
)
def test_a_medicine_of_the_chart_is_found_among_what_came_along(reference: str, around: dict[str, Any], server: str) -> None:
    stated = request(medicationReference={"reference": reference})
    del stated["medicationCodeableConcept"]
    [medicine] = read_medications([stated], around, server).values
    assert medicine.medication.codes(RXNORM) == ("32937",)
    elsewhere = read_medications([stated], {"Medication/x": PRODUCT}, "https://other.example.org")
    assert len(elsewhere.values) == (reference == "Medication/x"), "another server's Medication/x is another medicine"


class _Counted(list[Any]):
    """Counts how often it is gone through."""

    rounds = 0

    def __iter__(self) -> Iterator[Any]:
        self.rounds += 1
        return super().__iter__()


def test_security_S67_a_long_list_of_medicines_takes_no_square_of_time() -> None:
    many = _Counted(request(id=f"m{i}") for i in range(100))
    assert len(read_medications(many).values) == 100
    assert many.rounds < 10


def test_a_dose_is_taken_since_it_was_ordered_unless_it_is_on_hold() -> None:
    dosed = request(
        authoredOn="2026-01-10T08:00:00Z",
        dosageInstruction=[
            {
                "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 50, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}],
            }
        ],
    )
    [taken] = read_medications([dosed]).values
    assert (taken.began, taken.dosages) == ("2026-01-10", (Dosage(50, 50, "mg", 1),))
    [held] = read_medications([dosed | {"status": "on-hold"}]).values
    assert (held.active, held.dosages) == (True, ())
