"""Proposed tests: a valid draft ServiceRequest for this patient and no other."""

from __future__ import annotations

from fhir.resources.R4B.servicerequest import ServiceRequest

from fhir_mappings import test_requests as proposals
from models.finding import Orderable


def test_the_proposal_is_a_valid_draft_order_of_the_test() -> None:
    action = proposals.test_action(Orderable("HLA-B*57:01", "50956-2"), "p-1", "Order it")
    assert (action["type"], action["description"]) == ("create", "Order it")
    request = ServiceRequest.model_validate(action["resource"])
    assert (request.status, request.intent, request.subject.reference) == ("draft", "order", "Patient/p-1")
    assert action["resource"]["code"] == {"coding": [{"system": "http://loinc.org", "code": "50956-2"}], "text": "HLA-B*57:01"}
    assert "id" not in action["resource"]
