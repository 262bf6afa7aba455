"""How sure and how present a Condition or an AllergyIntolerance is: active, past, suspected, or not to be read at all."""

from __future__ import annotations

from typing import Any, Literal

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import choice, concept

WITHDRAWN = frozenset({"refuted", "entered-in-error"})
UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
OVER = frozenset({"inactive", "remission", "resolved"})


def state_of(resource: Resource) -> Literal["active", "past", "suspected"] | None:
    """None: refuted or entered in error. A problem without any status stands in the chart, so it counts as active."""
    verification = _codes(resource.get("verificationStatus"))
    if verification & WITHDRAWN:
        return None
    if verification & UNSURE:
        return "suspected"
    over = [value for _, value in choice(resource, "abatement") if value is not False]
    return "past" if over or _codes(resource.get("clinicalStatus")) & OVER else "active"


def _codes(stated: Any) -> set[str]:
    """The codes of a status: a CodeableConcept in R4, a bare code before."""
    said = concept(stated)
    return {c.code for c in said.codings} or {said.text}
