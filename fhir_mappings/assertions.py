"""How sure and how present a Condition or an AllergyIntolerance is: active, past, suspected, or not to be read at all.

Its status says so, and its code may: "family history of", "history of", "suspected" are codes of their own.
"""

from __future__ import annotations

from typing import Any, Literal

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import choice, concept
from fhir_mappings.tables import statements
from models.codes import ICD10, ICD10_CM, Concept

WITHDRAWN = frozenset({"refuted", "entered-in-error"})
UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
SURE = frozenset({"confirmed"})
PRESENT = frozenset({"active", "recurrence", "relapse"})
OVER = frozenset({"inactive", "remission", "resolved"})

_VERIFICATION, _CLINICAL = WITHDRAWN | UNSURE | SURE, PRESENT | OVER

State = Literal["active", "past", "suspected"]


def state_of(resource: Resource) -> State | None:
    """None: refuted or entered in error.

    A problem without any status stands in the chart, so it counts as active; one whose status is stated and not
    understood may have been refuted, so it counts as suspected (see `is_clear`).
    """
    verification, clinical = _codes(resource.get("verificationStatus")), _codes(resource.get("clinicalStatus"))
    if not WITHDRAWN.isdisjoint(verification):
        return None
    if not UNSURE.isdisjoint(verification) or not _are_known(verification, clinical):
        return "suspected"
    over = [value for _, value in choice(resource, "abatement") if value not in (False, "")]
    return "past" if over or not OVER.isdisjoint(clinical) else "active"


def is_clear(resource: Resource) -> bool:
    """Is every status that is stated one of those that FHIR defines? Translations beside a known code do no harm."""
    return _are_known(_codes(resource.get("verificationStatus")), _codes(resource.get("clinicalStatus")))


def _are_known(verification: frozenset[str], clinical: frozenset[str]) -> bool:
    return (not verification or not _VERIFICATION.isdisjoint(verification)) and (not clinical or not _CLINICAL.isdisjoint(clinical))


def said_by_code(code: Concept) -> Literal["family", "past", "suspected", ""]:
    """What the codes say beside the disease. A relative's outranks the rest: it is not about the patient at all."""
    table = statements()
    found = {table.codes[pair] for c in code.codings if (pair := (c.system, c.code)) in table.codes}
    found |= {table.icd.get(c.code[:3].upper(), "") for c in code.codings if c.code[:1] in ("Z", "z") and c.system in (ICD10, ICD10_CM)}
    return "family" if "family" in found else "suspected" if "suspected" in found else "past" if "past" in found else ""


def words_doubt(code: Concept) -> bool:
    """Do the sender's words begin with what makes it no plain problem of the patient, though no code says so?"""
    doubt = statements().doubt
    return code.text.lower().startswith(doubt) or any(c.display.lower().startswith(doubt) for c in code.codings)


def _codes(stated: Any) -> frozenset[str]:
    """The codes of a status: a CodeableConcept in R4, a bare code before. Empty only where nothing is stated."""
    if not stated:
        return frozenset()
    if isinstance(stated, dict) and isinstance(stated.get("coding"), list):  # nearly every one, and two for each problem
        found = frozenset([c["code"].strip().lower() for c in stated["coding"] if isinstance(c, dict) and isinstance(c.get("code"), str)])
        if found:
            return found
    said = concept(stated)
    return frozenset(c.code.lower() for c in said.codings) or frozenset({said.text.lower()})
