"""What holds for every answer, whatever was asked: nothing empty, nothing that is no JSON, no debugger."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.settings import Settings
from cds_service.wire import write_json
from models.knowledge.types import Knowledge
from tests.support.response_rules import problems

CONVERSATIONS = sorted((Path(__file__).parents[1] / "conversations").glob("*.request.json"))


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda p: p.name.split(".")[0])
def test_fault_H04_no_answer_holds_an_empty_member(client: FlaskClient, path: Path) -> None:
    answer = client.post("/cds-services/precision-order-sign", data=path.read_bytes(), content_type="application/json")
    if answer.status_code == 200:
        assert problems(answer.get_json()) == []
    assert b"null" not in answer.get_data()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_fault_H05_no_answer_holds_a_number_that_json_lacks(value: float) -> None:
    assert b"NaN" not in write_json({"x": value})
    assert b"Infinity" not in write_json({"x": value})
    assert json.loads(write_json({"x": value})) == {"x": None}


def test_fault_H05_what_cannot_be_written_is_an_error_not_an_empty_answer() -> None:
    with pytest.raises(orjson.JSONEncodeError):
        write_json({"x": object()})


def test_security_S44_there_is_no_debugger(knowledge: Knowledge) -> None:
    app = create_app(state=create_state(Settings(store_url="sqlite://"), knowledge, log=Log(io.StringIO())))
    assert app.debug is False
    assert app.testing is False
    assert app.test_client().get("/console").status_code == 404
    assert app.test_client().get("/?__debugger__=yes&cmd=resource&f=debugger.js").status_code == 404
