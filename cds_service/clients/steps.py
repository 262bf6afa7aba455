"""Suggestions of several actions as suggestions of one, for an EHR that takes no more. Each says what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

Json = dict[str, Any]
Say = Callable[..., str]


def steps(suggestions: Sequence[Json], say: Say) -> list[Json]:
    """One suggestion an action. Removing one order stands once, however many replacements begin with it.

    Their uuids are the same whenever the request is: uuid5 of the suggestion that they come from, or its own where it had one action.
    """
    alone = {key: one for one in suggestions if len(one["actions"]) == 1 and (key := _order(one["actions"][0]))}
    made: dict[str, Json] = {}
    partners: dict[str, list[Json]] = {}
    for suggestion in suggestions:
        for index, action in enumerate(suggestion["actions"]):
            own = str(uuid5(UUID(suggestion["uuid"]), str(index)))
            key = _order(action) or own
            made.setdefault(key, alone.get(key) or _step(suggestion, action, own))
            partners.setdefault(key, []).extend(other for other in suggestion["actions"] if other is not action)
    return [_belonging(step, partners[key], say) for key, step in made.items()]


def _order(action: Mapping[str, Any]) -> str:
    """The order that it removes; "" for every other action, since two new orders are two."""
    return str(action.get("resourceId", "")) if action["type"] == "delete" else ""


def _step(suggestion: Json, action: Json, own: str) -> Json:
    if len(suggestion["actions"]) == 1:
        return suggestion
    return {"label": action["description"], "uuid": own, "actions": [action]}


def _belonging(step: Json, partners: Sequence[Json], say: Say) -> Json:
    """The step with the rest of its replacement in its description."""
    if not partners:
        return step
    action = step["actions"][0]
    kinds = {partner["type"] for partner in partners}
    if action["type"] == "delete" and kinds == {"create"}:
        names = dict.fromkeys((in_words(partner) or [partner["description"]])[0] for partner in partners)
        said = say("dialect-step-remove", do=action["description"], others=say("or").join(names))
    else:
        others = "; ".join(dict.fromkeys(partner["description"] for partner in partners))
        both = action["type"] == "create" and kinds == {"delete"}
        said = say("dialect-step-order" if both else "dialect-step-other", do=action["description"], other=others)
    return {**step, "actions": [{**action, "description": said}]}


def is_medicine(action: Mapping[str, Any]) -> bool:
    """Does it make a new order of a medicine?"""
    return action["type"] == "create" and bool(action["resource"]["resourceType"] == "MedicationRequest")


def in_words(action: Mapping[str, Any]) -> list[str]:
    """What a new order is of, and its dose where one was given: for an EHR that reads no more of it than the code."""
    if action["type"] != "create":
        return []
    resource = action["resource"]
    concept = resource.get("medicationCodeableConcept") or resource.get("code") or {}
    doses = resource.get("dosageInstruction") or []
    return [text for text in (concept.get("text"), *(dose.get("text") for dose in doses)) if text]
