"""The plan for diabetes over HTTP: told once in 90 days for the same facts, one CarePlan to click, nothing of a restricted result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cds_service.settings import Settings
from fhir_mappings.validation import problems
from models.knowledge.types import Knowledge
from tests.cds_service.test_recall import Ehr, Json, changed, talk

VIEW = "diabetes-patient-view"
SNAPSHOT = Path(__file__).parents[1] / "discovery_diabetes.json"


@pytest.fixture
def ehr(tmp_path: Path, knowledge: Knowledge) -> Iterator[Ehr]:
    made = Ehr(tmp_path, knowledge, diabetes_service=True)
    yield made
    made.state.fhir.close()


def suggested(cards: list[Json], kind: str) -> list[Json]:
    actions = [a for card in cards for s in card.get("suggestions", ()) for a in s["actions"]]
    return [action["resource"] for action in actions if action["resource"]["resourceType"] == kind]


def test_the_same_facts_are_silent_for_ninety_days_in_every_encounter(ehr: Ehr) -> None:
    assert ehr.cards(talk("diabetes-gck"), VIEW) == ["info", "info"]
    ehr.now += timedelta(days=89)
    assert ehr.cards(changed(talk("diabetes-gck"), ("enc-1", "enc-2")), VIEW) == []
    ehr.now += timedelta(days=2)
    assert ehr.cards(talk("diabetes-gck"), VIEW) == ["info", "info"]


def test_a_test_that_becomes_due_is_a_new_fact(ehr: Ehr) -> None:
    ehr.cards(talk("diabetes-plan"), VIEW)
    ehr.now += timedelta(days=3)
    assert ehr.cards(talk("diabetes-plan"), VIEW) == []
    ehr.now += timedelta(days=10)  # HbA1c above the target, three months old
    assert ehr.cards(talk("diabetes-plan"), VIEW) == ["warning"]


def test_another_value_within_the_same_plan_is_no_new_fact_and_another_kidney_is(ehr: Ehr) -> None:
    ehr.cards(talk("diabetes-plan"), VIEW)
    assert ehr.cards(changed(talk("diabetes-plan"), ('"value": 8.4', '"value": 8.6')), VIEW) == []
    assert ehr.cards(changed(talk("diabetes-plan"), ('"value": 64', '"value": 25')), VIEW) == ["warning"]


def test_one_care_plan_valid_and_without_a_value_of_the_patient(ehr: Ehr) -> None:
    cards = ehr.calls_for(talk("diabetes-plan"), VIEW)["cards"]
    [plan] = suggested(cards, "CarePlan")
    assert problems(plan) == ()
    text = json.dumps(plan)
    for own in ("8.4", "142", "1968", "west", "Observation/", "Condition/", "MedicationRequest", "saxagliptin", "heart failure"):
        assert own not in text, own
    assert plan["subject"] == {"reference": "Patient/diab-1"}


def test_a_care_plan_does_not_name_an_inherited_form(ehr: Ehr) -> None:
    [plan] = suggested(ehr.calls_for(talk("diabetes-gck"), VIEW)["cards"], "CarePlan")
    assert "GCK" not in json.dumps(plan) and problems(plan) == ()


def test_only_tests_and_the_plan_can_be_clicked_and_no_medicine_is(ehr: Ehr) -> None:
    cards = [
        card for name in ("diabetes-plan", "diabetes-gck", "diabetes-young-and-lean") for card in ehr.calls_for(talk(name), VIEW)["cards"]
    ]
    kinds = {a["resource"]["resourceType"] for card in cards for s in card.get("suggestions", ()) for a in s["actions"]}
    assert kinds == {"CarePlan", "ServiceRequest"}
    assert {card["indicator"] for card in cards} <= {"info", "warning"}


def test_a_restricted_result_is_not_told_in_a_chart_and_that_is_said(ehr: Ehr) -> None:
    talked = talk("diabetes-gck")
    [entry] = talked["prefetch"]["variants"]["entry"]
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
    entry["resource"]["meta"] = {"security": [label]}
    answer = ehr.calls_for(talked, VIEW)
    assert "GCK" not in json.dumps(answer["cards"])
    gaps = answer["extension"]["org.precision-hooks.coverage"]["notChecked"]
    assert any("restricted" in gap["because"] for gap in gaps)


def test_nothing_is_said_of_who_has_died(ehr: Ehr) -> None:
    talked = talk("diabetes-plan")
    talked["prefetch"]["patient"]["deceasedBoolean"] = True
    assert ehr.calls_for(talked, VIEW)["cards"] == []


def test_it_is_offered_where_the_site_wants_it_and_its_prefetch_is_as_reviewed(
    ehr: Ehr, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    found = [service for service in ehr.client.get("/cds-services").get_json()["services"] if service["id"] == VIEW]
    if request.config.getoption("--write-discovery"):
        SNAPSHOT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(SNAPSHOT.read_text("utf-8"))
    assert not Settings(store_url="sqlite://").diabetes_service
