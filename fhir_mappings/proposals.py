"""Proposals out: actions on draft orders, as CDS Hooks takes them. It decides nothing about when to propose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import mapping
from models.codes import RXNORM, Code
from models.finding import Drug

#: members of a draft that hold for another medicine too; dose, supply, identifiers and notes belonged to the old one
_KEPT = (
    "intent",
    "category",
    "priority",
    "subject",
    "encounter",
    "authoredOn",
    "requester",
    "recorder",
    "performer",
    "reasonCode",
    "reasonReference",
    "insurance",
)
_LISTS = ("category", "reasonCode", "reasonReference", "insurance")  #: of these; some EHRs send the one member without its list


def delete_action(order: str, description: str) -> dict[str, str]:
    """Remove the draft "Type/id". `description` is required by CDS Hooks, and the words are the caller's."""
    return {"type": "delete", "description": description, "resourceId": order}


def replaceable(draft: Resource) -> bool:
    """Can another draft take its place? It names its patient outside itself, and no modifier changes what it asks for."""
    subject = draft.get("subject")
    return bool(mapping(subject)) and _whole(subject) and not _points_inside(subject) and not draft.get("modifierExtension")


def create_action(draft: Resource, drug: Drug, description: str, note: str, own: Code | None = None) -> dict[str, Any]:
    """A draft for `drug` in the place of `draft`: the same patient, encounter and reason; no dose, which is the prescriber's to give.

    `note` says why in the order itself; `draft` is `replaceable`. `own` is the EHR's orderable for the drug: it comes
    first, since an EHR that knows it need not look for another one.
    """
    kept = {name: draft[name] for name in _KEPT if name in draft and _whole(draft[name]) and not _points_inside(draft[name])}
    kept |= {name: [kept[name]] for name in _LISTS if isinstance(kept.get(name), Mapping)}
    codings = [{"system": RXNORM, "code": drug.rxnorm, "display": drug.name}]
    if own is not None:
        codings.insert(0, {"system": own.system, "code": own.code, "display": own.display})
    resource = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "order",
        **kept,
        "medicationCodeableConcept": {"coding": codings, "text": drug.name},
        "note": [{"text": note}],
    }
    return {"type": "create", "description": description, "resource": resource}


def _points_inside(value: Any) -> bool:
    """A reference to a contained resource of the old draft leads nowhere in the new one."""
    values = value if isinstance(value, list | tuple) else (value,)
    return any(isinstance(v, Mapping) and str(v.get("reference", "")).startswith("#") for v in values)


def _whole(value: Any) -> bool:
    """Can it be sent on? Nothing in it is empty, and what it refers to is one string; a new order carries on no broken member."""
    if isinstance(value, Mapping):
        return bool(value) and isinstance(value.get("reference", ""), str) and all(_whole(v) for v in value.values())
    if isinstance(value, list | tuple):
        return bool(value) and all(_whole(v) for v in value)
    return value is not None and value != ""
