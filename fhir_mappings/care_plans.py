"""A proposed CarePlan with its goals, as CDS Hooks takes it: a draft that holds no value of the patient. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from fhir_mappings.measurements import UCUM
from models.codes import LOINC

CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"
OWN = "urn:precision-hooks:care-plan"
Kind = Literal["ServiceRequest", "NutritionOrder"]


@dataclass(frozen=True, slots=True)
class GoalDraft:
    """One target. `low` and `high` in `unit` (UCUM); neither: a goal in words."""

    id: str
    text: str
    loinc: str
    unit: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """One thing to do. `goal`: the id of the goal that it serves, "" for none."""

    kind: Kind
    text: str
    system: str = ""
    code: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class CarePlanDraft:
    """What a CarePlan is made of. `identifier`: the finding's topic, the same for the same facts."""

    identifier: str
    title: str
    note: str
    goals: tuple[GoalDraft, ...]
    activities: tuple[ActivityDraft, ...]


def care_plan_action(draft: CarePlanDraft, patient: str, description: str) -> dict[str, Any]:
    """Create the plan for `patient` (the bare id of context.patientId). The words are the caller's."""
    subject = {"reference": f"Patient/{patient}"}
    resource: dict[str, Any] = {
        "resourceType": "CarePlan",
        "contained": [_goal(goal, subject) for goal in draft.goals],
        "identifier": [{"system": OWN, "value": draft.identifier}],
        "status": "draft",
        "intent": "proposal",
        "category": [{"coding": [{"system": CATEGORY, "code": "assess-plan"}]}],
        "title": draft.title,
        "subject": subject,
        "goal": [{"reference": f"#{_goal_id(goal.id)}"} for goal in draft.goals],
        "activity": [{"detail": _detail(activity, {goal.id for goal in draft.goals})} for activity in draft.activities],
        "note": [{"text": draft.note}],
    }
    filled = {name: member for name, member in resource.items() if member}
    return {"type": "create", "description": description, "resource": filled}


def _goal_id(name: str) -> str:
    return f"goal-{name}"


def _goal(goal: GoalDraft, subject: dict[str, str]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Goal",
        "id": _goal_id(goal.id),
        "lifecycleStatus": "proposed",
        "description": {"text": goal.text},
        "subject": subject,
    }
    if target := _target(goal):
        resource["target"] = [target]
    return resource


def _target(goal: GoalDraft) -> dict[str, Any]:
    measure = {"coding": [{"system": LOINC, "code": goal.loinc}]}
    if goal.low is not None and goal.high is not None:
        return {"measure": measure, "detailRange": {"low": _quantity(goal.low, goal.unit), "high": _quantity(goal.high, goal.unit)}}
    if goal.high is not None:
        return {"measure": measure, "detailQuantity": _quantity(goal.high, goal.unit) | {"comparator": "<"}}
    return {}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def _detail(activity: ActivityDraft, goals: set[str]) -> dict[str, Any]:
    coded = {"coding": [{"system": activity.system, "code": activity.code}]} if activity.code else {}
    detail: dict[str, Any] = {
        "kind": activity.kind,
        "code": {**coded, "text": activity.text},
        "status": "not-started",
        "description": activity.text,
    }
    if activity.goal in goals:
        detail["goal"] = [{"reference": f"#{_goal_id(activity.goal)}"}]
    return detail
