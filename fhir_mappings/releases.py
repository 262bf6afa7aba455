"""How older FHIR releases differ in what is read here: orders are refused by name, chart entries are put into their R4 shape.

R5 differs in single members (CodeableReference), which the readers take as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import kind, mapping, mappings, text

#: resources by which releases before R4 order something
_OLD_ORDERS: Mapping[str, str] = {
    "MedicationPrescription": "DSTU1",
    "MedicationOrder": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "ProcedureRequest": "DSTU2 or STU3",
    "ReferralRequest": "DSTU2 or STU3",
}
#: members that stand directly in an instruction in STU3, and in `doseAndRate` since R4
_DOSES = ("doseQuantity", "doseRange", "rateRatio", "rateRange", "rateQuantity")
#: AllergyIntolerance.status of DSTU2 → (clinical status, verification status)
_ALLERGY: Mapping[str, tuple[str, str]] = {
    "active": ("active", ""),
    "unconfirmed": ("", "unconfirmed"),
    "confirmed": ("active", "confirmed"),
    "inactive": ("inactive", ""),
    "resolved": ("resolved", ""),
    "refuted": ("", "refuted"),
    "entered-in-error": ("", "entered-in-error"),
}


def old_order(resource: Resource) -> str:
    """The release before R4 in whose shape this order is; '' for others. Read as R4 it would be a guess."""
    if older := _OLD_ORDERS.get(kind(resource), ""):
        return older
    return "STU3" if kind(resource) == "MedicationRequest" and _is_stu3(resource) else ""


def _is_stu3(request: Resource) -> bool:
    """By members that R4 has renamed or moved: `context`, the requester's agent, whether another may be given, the dose."""
    moved = "context" in request or "agent" in mapping(request.get("requester"))
    return moved or "allowed" in mapping(request.get("substitution")) or _has_old_dose(request)


def _has_old_dose(request: Resource) -> bool:
    return any(name in instruction for instruction in mappings(request.get("dosageInstruction")) for name in _DOSES)


def in_r4(resource_type: str, resources: Sequence[Resource]) -> Sequence[Resource]:
    """Chart entries of one type in their R4 shape; of most types as they are."""
    change = _CHANGES.get(resource_type)
    return [change(r) if kind(r) == resource_type else r for r in resources] if change else resources


def _request(request: Resource) -> Resource:
    """The dose of a STU3 instruction, where R4 has it. What R4 has elsewhere (context, agent) is not read."""
    if not _has_old_dose(request):
        return request
    return {**request, "dosageInstruction": [_instruction(i) for i in mappings(request.get("dosageInstruction"))]}


def _instruction(stated: Mapping[str, Any]) -> Mapping[str, Any]:
    dose = {name: stated[name] for name in _DOSES if name in stated}
    if not dose:
        return stated
    kept = {name: value for name, value in stated.items() if name not in dose}
    return {**kept, "doseAndRate": [*mappings(stated.get("doseAndRate")), dose]}


def _allergy(allergy: Resource) -> Resource:
    """DSTU2 has the substance in a member of its own, and one status for what R4 tells in two."""
    if "substance" not in allergy and "status" not in allergy:
        return allergy
    clinical, verification = _ALLERGY.get(text(allergy.get("status")), ("", ""))
    if allergy.get("status") and not (clinical or verification):
        clinical = text(allergy.get("status")) or "not readable"  # one that is not known makes the entry unclear
    stated = {"code": allergy.get("substance"), "clinicalStatus": clinical, "verificationStatus": verification}
    listed = allergy.get("category")
    category = {"category": [listed]} if isinstance(listed, str) else {}
    return {**{name: value for name, value in stated.items() if value}, **allergy, **category}


_CHANGES: Mapping[str, Callable[[Resource], Resource]] = {"MedicationRequest": _request, "AllergyIntolerance": _allergy}
