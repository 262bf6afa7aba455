"""A proposed CarePlan: valid R4, every goal contained and referred to, nothing of the patient but the reference."""

from __future__ import annotations

import json

from fhir_mappings.care_plans import ActivityDraft, CarePlanDraft, GoalDraft, care_plan_action
from fhir_mappings.test_requests import test_action as order_of
from fhir_mappings.validation import problems
from models.codes import LOINC, SNOMED
from models.finding import Orderable

GOALS = (
    GoalDraft("hba1c", "HbA1c below 7 %", "4548-4", "%", None, 7.0),
    GoalDraft("pressure", "110 to 135", "8480-6", "mm[Hg]", 110.0, 135.0),
    GoalDraft("words", "no target", "4548-4", "%"),
)
ACTIVITIES = (
    ActivityDraft("ServiceRequest", "HbA1c", LOINC, "4548-4", "hba1c"),
    ActivityDraft("ServiceRequest", "retinal examination", SNOMED, "134395001", "retina"),
    ActivityDraft("NutritionOrder", "Food: 2,000 kcal"),
)


def test_it_is_valid_and_whole() -> None:
    action = care_plan_action(CarePlanDraft("a" * 24, "Plan: diabetes", "Proposed", GOALS, ACTIVITIES), "p1", "Add this plan")
    plan = action["resource"]
    assert action["type"] == "create" and action["description"] == "Add this plan"
    assert problems(plan) == ()
    assert (plan["status"], plan["intent"], plan["subject"]) == ("draft", "proposal", {"reference": "Patient/p1"})
    assert [goal["reference"] for goal in plan["goal"]] == [f"#{goal['id']}" for goal in plan["contained"]]
    assert plan["identifier"] == [{"system": "urn:precision-hooks:care-plan", "value": "a" * 24}]
    targets = [goal.get("target") for goal in plan["contained"]]
    assert targets[0][0]["detailQuantity"] == {
        "value": 7.0,
        "unit": "%",
        "system": "http://unitsofmeasure.org",
        "code": "%",
        "comparator": "<",
    }
    assert targets[1][0]["detailRange"]["low"]["value"] == 110.0
    assert targets[2] is None
    details = [activity["detail"] for activity in plan["activity"]]
    assert details[0]["goal"] == [{"reference": "#goal-hba1c"}]
    assert "goal" not in details[1] and "coding" not in details[2]["code"]
    assert {detail["status"] for detail in details} == {"not-started"}


def test_an_empty_one_has_no_empty_member() -> None:
    plan = care_plan_action(CarePlanDraft("b" * 24, "Plan", "Proposed", (), ()), "p1", "Add")["resource"]
    assert problems(plan) == ()
    assert not any(member in ([], {}, "", None) for member in plan.values())
    assert json.dumps(plan).count("Patient/") == 1


def test_a_test_is_ordered_by_its_own_system_or_in_words() -> None:
    exam = order_of(Orderable("retinal examination", "134395001", SNOMED), "p1", "Order")["resource"]
    words = order_of(Orderable("gene panel", ""), "p1", "Order")["resource"]
    assert exam["code"]["coding"] == [{"system": SNOMED, "code": "134395001"}]
    assert words["code"] == {"text": "gene panel"}
    assert problems(exam) == problems(words) == ()
