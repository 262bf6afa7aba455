"""Suggestions to order a missing test, one for each. Whether a test is worth asking for was decided in the core."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from cds_service.messages import Messages
from fhir_mappings.test_requests import test_action
from models.finding import Finding


def suggested_tests(finding: Finding, patient: str, identity: UUID, words: Messages) -> list[dict[str, Any]]:
    """`identity` is the card's uuid; `patient` the bare id that the orders are for."""
    found = []
    for test in finding.tests:
        laboratory = test.loinc and not test.system and finding.kind != "care-plan"
        said = words.text("order-test", test=test.name) if laboratory else words.text("order-service", service=test.name)
        found.append({"label": said, "uuid": str(uuid5(identity, test.loinc or test.name)), "actions": [test_action(test, patient, said)]})
    return found
