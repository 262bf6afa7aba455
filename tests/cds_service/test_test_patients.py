"""Charts that are marked as test data."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cds_service.app import create_app, create_state
from cds_service.settings import Settings
from models.knowledge.types import Knowledge

MARK = {"meta": {"tag": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}}


@pytest.fixture
def client(tmp_path: Path, knowledge: Knowledge) -> Any:
    state = create_state(Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}"), knowledge)
    return create_app(state=state).test_client()


def demo() -> dict[str, Any]:
    body: dict[str, Any] = json.loads((files("cds_service") / "demo.json").read_text("utf-8"))
    return body


def card(client: Any, body: dict[str, Any]) -> dict[str, Any]:
    (found,) = client.post(f"/cds-services/precision-{body['hook']}", json=body).get_json()["cards"]
    assert isinstance(found, dict)
    return found


def test_fault_B16_a_card_on_a_test_patient_says_so(client: Any) -> None:
    body = demo()
    plain = card(client, body)
    body["prefetch"]["patient"] |= MARK
    marked = card(client, body)
    assert marked["summary"] == f"TEST: {plain['summary']}"
    assert marked["detail"].startswith("TEST: ")
    assert marked["source"]["topic"] == plain["source"]["topic"]
    assert "TEST" not in plain["summary"] + plain["detail"]


def test_fault_B16_one_result_that_is_test_data_is_enough(client: Any) -> None:
    body = demo()
    body["prefetch"]["genotypes"]["entry"][0]["resource"] |= MARK
    assert card(client, body)["summary"].startswith("TEST: ")
