"""Every conversation of tests/conversations: the request as an EHR posts it, and the whole answer, to the letter.

The knowledge digest and the software version stand as <digest> and <version> in the files, so that they change only
when what a clinician or an EHR sees changes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.present import SOFTWARE
from cds_service.settings import Settings
from fhir_mappings.validation import problems as fhir_problems
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.response_rules import problems

FOLDER = Path(__file__).with_name("conversations")
SCHEMA = json.loads((Path(__file__).parents[1] / "docs" / "finding.schema.json").read_text("utf-8"))
ALL = tomli.loads((FOLDER / "conversations.toml").read_text("utf-8"))["conversation"]


def answer(client: FlaskClient, digest: str, talk: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    body = (FOLDER / f"{talk['name']}.request.json").read_bytes()
    response = client.post(f"/cds-services/{talk['service']}", data=body, content_type="application/json")
    text = response.get_data(as_text=True).replace(digest, "<digest>").replace(f'"version":"{SOFTWARE}"', '"version":"<version>"')
    return response.status_code, json.loads(text)


@pytest.fixture(scope="module")
def chosen(knowledge: Knowledge) -> Callable[[Mapping[str, Any]], tuple[FlaskClient, str]]:
    """The service with a site's settings, and the digest of what then holds; once for all conversations of the same settings."""

    @cache
    def made(settings: tuple[tuple[str, Any], ...]) -> tuple[FlaskClient, str]:
        own = Settings(store_url="sqlite://", memory=False, **dict(settings))
        state = create_state(own, knowledge, log=Log(io.StringIO()), now=lambda: NOW)
        return create_app(state=state).test_client(), state.knowledge.digest

    return lambda settings: made(tuple(sorted(settings.items())))


@pytest.mark.parametrize("talk", ALL, ids=lambda t: t["name"])
def test_conversation(
    talk: dict[str, Any], chosen: Callable[[Mapping[str, Any]], tuple[FlaskClient, str]], request: pytest.FixtureRequest
) -> None:
    status, body = answer(*chosen(talk.get("settings", {})), talk)
    expected = FOLDER / f"{talk['name']}.response.json"
    if request.config.getoption("--write-conversations"):
        expected.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert status == talk["status"]
    if status != 200:
        assert_outcome(body)
    else:
        assert problems(body) == []
        assert_contracts(body)
    assert body == json.loads(expected.read_text("utf-8"))


def assert_outcome(body: dict[str, Any]) -> None:
    assert body["resourceType"] == "OperationOutcome"
    assert fhir_problems(body) == ()
    assert all(issue.get("diagnostics") or issue.get("details") for issue in body["issue"])


def assert_contracts(body: dict[str, Any]) -> None:
    """Extensions match docs/finding.schema.json, and every resource that an action carries is valid R4B."""
    coverage = body["extension"]["org.precision-hooks.coverage"]
    check({**coverage, "knowledge": "0" * 12}, "coverage")
    for card in body["cards"]:
        check(json.loads(json.dumps(card["extension"]["org.precision-hooks.finding"]).replace("<digest>", "0" * 12)), "finding")
        for suggestion in card.get("suggestions", ()):
            for action in suggestion["actions"]:
                assert "resource" not in action or fhir_problems(action["resource"]) == ()


def check(value: dict[str, Any], name: str) -> None:
    jsonschema.validate(value, {**SCHEMA, "$ref": f"#/$defs/{name}"})


def test_every_file_belongs_to_a_conversation() -> None:
    known = {f"{talk['name']}.{kind}.json" for talk in ALL for kind in ("request", "response")}
    assert {path.name for path in FOLDER.glob("*.json")} == known


def test_the_same_request_gets_the_same_answer(client: FlaskClient, knowledge: Knowledge) -> None:
    """Fault A15: a retry is the same cards with the same uuids."""
    assert answer(client, knowledge.digest, ALL[0]) == answer(client, knowledge.digest, ALL[0])
