"""Requests as Epic, Oracle Health and the public sandbox are documented to send them (tests/fhir/requests): what each is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from cds_service.clients.dialect import shaped
from cds_service.clients.dialects import dialect
from cds_service.messages import messages
from cds_service.store.items import read_items
from cds_service.triggers import trigger_action
from fhir_mappings.validation import problems as fhir_problems
from tests.support.dialect_rules import limits, lost
from tests.support.response_rules import problems

FOLDER = Path(__file__).parents[2] / "fhir" / "requests"
EPIC = json.loads((FOLDER / "epic-order-sign.json").read_text("utf-8"))
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
Json = dict[str, Any]


def answer(client: FlaskClient, name: str, service: str, spoken: str) -> tuple[Json, Json]:
    """(as the service makes it, as the dialect shapes it)"""
    response = client.post(f"/cds-services/{service}", data=(FOLDER / f"{name}.json").read_bytes(), content_type="application/json")
    assert response.status_code == 200, response.get_data(as_text=True)
    plain: Json = json.loads(response.get_data())
    after = shaped(plain, dialect(spoken), messages().text)
    assert problems(after) == [] and limits(after, spoken) == [] and lost(plain, after) == []
    return plain, after


def test_fault_H06_epic_signs_an_order(client: FlaskClient) -> None:
    """Absolute references, OIDs, a category without its list, searches that found nothing, a Medication among the drafts."""
    plain, after = answer(client, "epic-order-sign", "precision-order-sign", "epic")
    assert trigger_action(EPIC["extension"]) == 23
    assert plain["extension"]["org.precision-hooks.coverage"]["checked"] == ["clopidogrel–CYP2C19"]
    assert "notChecked" not in plain["extension"]["org.precision-hooks.coverage"], "4101 is nothing there, not an error"
    (card,) = after["cards"]
    assert card["summary"].startswith("Avoid clopidogrel if possible; use ticagrelor") and card["indicator"] == "warning"
    assert "result of 2024-03-01" in card["detail"] and "stroke is recorded" in card["detail"]
    remove, order = (s["actions"][0] for s in card["suggestions"])
    assert remove["resourceId"] == "MedicationRequest/eOrd.1-A"
    assert order["resource"]["medicationCodeableConcept"]["text"] == "ticagrelor"
    assert order["resource"]["subject"]["reference"].endswith("Patient/eXo.pat-1")
    assert isinstance(order["resource"]["category"], list), "the draft's single category becomes the list that FHIR asks for"
    assert fhir_problems(order["resource"]) == ()


def test_oracle_opens_a_chart(client: FlaskClient) -> None:
    _, after = answer(client, "oracle-patient-view", "precision-patient-view", "oracle")
    (card,) = after["cards"]
    assert card["summary"] == "Review by genetic results: clopidogrel and codeine" and len(card["summary"]) <= 80
    assert "(2024-03-01)" in card["detail"]


def test_the_sandbox_first_selects_nothing(client: FlaskClient) -> None:
    """No medication yet, a Bundle without a type, no encounter."""
    plain, after = answer(client, "sandbox-order-select", "precision-order-select", "sandbox")
    assert after["cards"] == [] and after == plain


def test_fault_H06_feedback_on_what_epic_was_shown_is_understood(client: FlaskClient) -> None:
    """Both steps of a replacement accepted; another time overridden, in Epic's own shape."""
    _, after = answer(client, "epic-order-sign", "precision-order-sign", "epic")
    _, again = answer(client, "epic-order-sign", "precision-order-sign", "epic")
    assert after == again, "the ids of split suggestions are the same for a request that is sent again"
    (card,) = after["cards"]
    ids = [{"id": suggestion["uuid"]} for suggestion in card["suggestions"]]
    reason = {"com.epic.cdshooks.feedback.overrideReason.reasonTitle": "Benefit outweighs risk"}
    accepted = {"card": card["uuid"], "outcome": "accepted", "acceptedSuggestions": ids, "outcomeTimestamp": "2026-11-25T11:00:00Z"}
    overridden = {
        "card": card["uuid"],
        "outcome": "overridden",
        "overrideReasons": {"extension": reason, "userComment": "as discussed"},
        "outcomeTimestamp": "2026-11-25T11:01:00Z",
    }
    body = {"feedback": [accepted, overridden]}
    items, wrong = read_items(json.dumps(body).encode(), NOW)
    assert wrong == () and {item.card for item in items} == {card["uuid"]}
    assert items[0].suggestions == tuple(one["id"] for one in ids) and items[1].reason_display == "Benefit outweighs risk"
    told = client.post("/cds-services/precision-order-sign/feedback", json=body)
    assert told.status_code == 200 and told.get_json() == {"stored": 2, "repeated": 0}
