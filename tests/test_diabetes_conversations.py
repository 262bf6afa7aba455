"""Conversations with diabetes-patient-view switched on, to the letter: the request as an EHR posts it, and the whole answer."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import tomli
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.present import SOFTWARE
from cds_service.settings import Settings
from cds_service.state import State
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.response_rules import problems
from tests.test_conversations import assert_contracts

FOLDER = Path(__file__).with_name("conversations_diabetes")
ALL = tomli.loads((FOLDER / "conversations.toml").read_text("utf-8"))["conversation"]


@pytest.fixture(scope="module")
def state(knowledge: Knowledge) -> State:
    settings = Settings(store_url="sqlite://", memory=False, diabetes_service=True)
    return create_state(settings, knowledge, log=Log(io.StringIO()), now=lambda: NOW)


@pytest.fixture(scope="module")
def planning(state: State) -> FlaskClient:
    return create_app(state=state).test_client()


@pytest.mark.parametrize("talk", ALL, ids=lambda t: t["name"])
def test_conversation(talk: dict[str, Any], planning: FlaskClient, state: State, request: pytest.FixtureRequest) -> None:
    body = (FOLDER / f"{talk['name']}.request.json").read_bytes()
    answer = planning.post(f"/cds-services/{talk['service']}", data=body, content_type="application/json")
    assert answer.status_code == 200
    text = answer.get_data(as_text=True).replace(state.knowledge.digest, "<digest>")
    told = json.loads(text.replace(f'"version":"{SOFTWARE}"', '"version":"<version>"'))
    expected = FOLDER / f"{talk['name']}.response.json"
    if request.config.getoption("--write-conversations"):
        expected.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert problems(told) == []
    assert_contracts(told)
    assert told == json.loads(expected.read_text("utf-8"))


def test_every_file_belongs_to_a_conversation() -> None:
    known = {f"{talk['name']}.{kind}.json" for talk in ALL for kind in ("request", "response")}
    assert {path.name for path in FOLDER.glob("*.json")} == known
