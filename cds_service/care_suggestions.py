"""The suggestion to take a care plan into the chart: one CarePlan as a draft. Whether there is a plan was decided in the core."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from cds_service.care_card import aim, carbohydrate_line, energy_line
from cds_service.messages import Messages
from fhir_mappings.care_plans import ActivityDraft, CarePlanDraft, GoalDraft, care_plan_action
from models.finding import Finding
from models.plan_values import CarePlanned

SUGGESTED = "care-plan"  #: of which the suggestion's uuid is made


def suggested_plan(finding: Finding, patient: str, identity: UUID, words: Messages) -> list[dict[str, Any]]:
    """`identity` is the card's uuid; `patient` the bare id that the plan is for. Nothing for other findings."""
    if finding.care is None:
        return []
    label = words.text("care-add-plan")
    action = care_plan_action(_draft(finding, finding.care, words), patient, label)
    return [{"label": label, "uuid": str(uuid5(identity, SUGGESTED)), "actions": [action]}]


def _draft(finding: Finding, care: CarePlanned, words: Messages) -> CarePlanDraft:
    """Goals, tests and food, and nothing that tells of the patient; medicines are a prescriber's to order, so none is an activity."""
    sources = "; ".join(f"{e.label}, {e.version}" for e in finding.evidence)
    goals = tuple(GoalDraft(t.id, aim(t, words), t.loinc, t.unit, t.low, t.high) for t in care.targets)
    activities = [ActivityDraft("ServiceRequest", due.label, due.system, due.code, due.id) for due in care.due]
    if care.diet is not None:
        food = words.text("care-activity-food", energy=energy_line(care.diet, words), carbohydrate=carbohydrate_line(care.diet, words))
        activities.append(ActivityDraft("NutritionOrder", food))
    return CarePlanDraft(finding.topic, words.text("care-title"), words.text("care-plan-note", sources=sources), goals, tuple(activities))
