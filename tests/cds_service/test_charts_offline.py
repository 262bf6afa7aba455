"""Charts from generators of synthetic patients, sent whole as prefetch: read without a fault, and understood for what they are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.bundles import found_of, page_of
from fhir_mappings.inputs import Record
from fhir_mappings.order_inputs import order_inputs
from fhir_mappings.profile import read_profile
from models.knowledge.types import Knowledge
from models.patient import PatientProfile
from tests.support.charts import CHARTS, CLOPIDOGREL, CODEINE, METOPROLOL, chart, patient_of, prefetched, result, sign
from tests.support.response_rules import problems

FINDING, COVERAGE = "org.precision-hooks.finding", "org.precision-hooks.coverage"


def profile(resources: list[dict[str, Any]], knowledge: Knowledge) -> PatientProfile:
    inputs, given = order_inputs(knowledge), prefetched(resources)
    found = {wanted.field: found_of([page_of(given[wanted.field], wanted)], wanted) for wanted in inputs if wanted.field in given}
    return read_profile(Record(found), inputs, patient=patient_of(resources), server="", drafts=[], selected=None, as_of=date(2026, 11, 25))


@pytest.mark.parametrize("name", CHARTS)
def test_an_order_on_a_chart_without_results(name: str, client: FlaskClient) -> None:
    resources = chart(name)
    body = sign(patient_of(resources), CLOPIDOGREL, CODEINE, METOPROLOL) | {"prefetch": prefetched(resources)}
    answer = client.post("/cds-services/precision-order-sign", json=body)
    assert answer.status_code == 200
    assert problems(answer.get_json()) == []
    told = answer.get_json()["extension"][COVERAGE].get("notChecked", [])
    assert "fault" not in {gap["reason"] for gap in told}
    assert ("clopidogrel–CYP2C19", "not_tested") in {(gap["subject"], gap["reason"]) for gap in told}


@pytest.mark.parametrize("name", CHARTS)
def test_an_order_on_a_chart_with_a_result(name: str, client: FlaskClient) -> None:
    resources = chart(name)
    patient = patient_of(resources)
    resources.append(result("cyp2c19", "CYP2C19", "*2/*2", f"Patient/{patient}"))
    answer = client.post(
        "/cds-services/precision-order-sign", json=sign(patient, CLOPIDOGREL) | {"prefetch": prefetched(resources)}
    ).get_json()
    [card] = answer["cards"]
    assert "clopidogrel" in card["summary"] and card["indicator"] == "warning"
    assert card["extension"][FINDING]["genes"][0]["sources"] == ["Observation/cyp2c19"]


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_that_the_chart_holds_is_lost(name: str, knowledge: Knowledge) -> None:
    """Every problem and allergy, and of the medicines each that is in force or was: read, or a gap that names it."""
    resources = chart(name)
    read = profile(resources, knowledge)
    told = {m.origin for m in read.medications} | {g.origin for g in read.gaps}
    told |= {c.origin for c in read.conditions} | {a.origin for a in read.allergies}
    for resource in resources:
        if resource["resourceType"] in ("MedicationRequest", "Condition", "AllergyIntolerance"):
            assert f"{resource['resourceType']}/{resource['id']}" in told
    assert read.birth_date == next(r["birthDate"] for r in resources if r["resourceType"] == "Patient")
    assert read.foreign == 0
    assert not read.deceased


@pytest.mark.parametrize("name", CHARTS)
def test_weight_and_height_are_read_with_their_units(name: str, knowledge: Knowledge) -> None:
    units = {c.code: m.unit for m in profile(chart(name), knowledge).measurements for c in m.code.codings}
    assert (units["29463-7"], units["8302-2"]) == ("kg", "cm")


def test_no_known_allergy_is_no_allergy(knowledge: Knowledge) -> None:
    """SNOMED 716186003 says that there is none: not an allergy, and no reason to distrust the list."""
    read = profile(chart("clinosim-inpatient-2"), knowledge)
    assert [a.state for a in read.allergies] != ["active"]
    assert "allergies" not in read.unread


def test_other_patients_of_the_charts_change_nothing(client: FlaskClient) -> None:
    own, other = chart("carebundle-diabetes"), chart("clinosim-inpatient-1")
    mixed = prefetched(
        [*own, *(r for r in other if r["resourceType"] != "Patient"), result("x", "CYP2C19", "*2/*2", f"Patient/{patient_of(other)}")]
    )
    answer = client.post("/cds-services/precision-order-sign", json=sign(patient_of(own), CLOPIDOGREL) | {"prefetch": mixed})
    assert answer.get_json()["cards"] == []
    text = answer.get_data(as_text=True)
    assert "*2/*2" not in text and not any(r["id"] in text for r in other)
