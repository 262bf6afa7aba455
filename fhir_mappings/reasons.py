"""Why a medicine is ordered: reasons by code, and by reference to a problem or a finding."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_mappings.assertions import said_by_code, state_of
from fhir_mappings.inputs import Resource
from fhir_mappings.measurements import FINAL
from fhir_mappings.references import parse, reason_references, resolve
from fhir_mappings.resource import concept, contained, kind, mapping, mappings, text
from models.codes import Concept

REASON_LOST = "its reason is a reference that could not be resolved, so what it is for is not known"


def reasons_of(resource: Resource, known: Mapping[str, Resource], server: str) -> tuple[Concept, ...]:
    """Why it is ordered, by code or by reference to a problem or finding; what was refuted or withdrawn is no reason.

    A reason in words, or by a reference that leads nowhere, stays as a Concept without codes: there is one, and no rule knows it.
    """
    modern = mappings(resource.get("reason"))
    found = [concept(v) for v in (*mappings(resource.get("reasonCode")), *(mapping(m.get("concept")) for m in modern)) if v]
    for reference in reason_references(resource):
        target = resolve(reference, resource, known, server)
        if target is None:
            found.append(Concept())
        elif _is_reason(target, resource, server):
            found.append(concept(target.get("code")))
    return tuple(dict.fromkeys(found))


def _is_reason(target: Resource, order: Resource, server: str) -> bool:
    """Withdrawn and unfinished findings are none; nor is a contained one of another than the order's patient."""
    if kind(target) == "Observation":
        counts = text(target.get("status")) in FINAL
    else:
        relatives = said_by_code(concept(target.get("code"))) == "family"
        counts = kind(target) == "Condition" and state_of(target) is not None and not relatives
    stated = target.get("subject")
    if not counts or not stated or not any(target is inner for inner in contained(order).values()):
        return counts  # what is not contained has passed the firewall
    whose, own = parse(stated, server), parse(order.get("subject"), server)
    return whose is not None and own is not None and whose.key == own.key


def reason_lost(resource: Resource, known: Mapping[str, Resource], server: str) -> bool:
    """Does a reference to a reason lead nowhere?"""
    return any(resolve(reference, resource, known, server) is None for reference in reason_references(resource))
