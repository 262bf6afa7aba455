"""Proposals of laboratory tests: a draft ServiceRequest as CDS Hooks takes it. It decides nothing about when to propose."""

from __future__ import annotations

from typing import Any

from models.codes import LOINC
from models.finding import Orderable


def test_action(test: Orderable, patient: str, description: str) -> dict[str, Any]:
    """Create an order of one test for `patient` (the bare id of context.patientId). The words are the caller's.

    Without a code it is ordered in words, as an EHR's own orderable must be found then.
    """
    coded = {"coding": [{"system": test.system or LOINC, "code": test.loinc}]} if test.loinc else {}
    resource = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "code": {**coded, "text": test.name},
        "subject": {"reference": f"Patient/{patient}"},
    }
    return {"type": "create", "description": description, "resource": resource}
