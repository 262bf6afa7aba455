"""The command `model card`: a model's card at a terminal."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cds_service import cli_model_card
from cds_service.cli_model_card import card
from models.knowledge.types import Knowledge


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> None:
    monkeypatch.setattr(cli_model_card, "knowledge_here", lambda settings: knowledge)


def test_a_card_for_people() -> None:
    told = CliRunner().invoke(card, ["prevent"])
    assert told.exit_code == 0
    for part in ("PREVENT (prevent, predictive", "7 Quantitative measures", "Validity in local data", "not measured", "0.794"):
        assert part in told.output
    assert max(map(len, told.output.splitlines())) <= 120


@pytest.mark.parametrize(("how", "key"), [("json", "sourceAttributes"), ("hti1", "attributes")])
def test_a_card_for_programs(how: str, key: str) -> None:
    told = CliRunner().invoke(card, ["prevent", "--format", how])
    assert (told.exit_code, len(json.loads(told.output)[key])) == (0, 31)


def test_all_models(knowledge: Knowledge) -> None:
    told = CliRunner().invoke(card, [])
    assert told.exit_code == 0
    assert {line.split()[0] for line in told.output.splitlines()} == set(knowledge.models)
    assert {m["id"] for m in json.loads(CliRunner().invoke(card, ["--format", "json"]).output)["models"]} == set(knowledge.models)


def test_a_model_that_is_not_there() -> None:
    told = CliRunner().invoke(card, ["none"])
    assert (told.exit_code, told.stdout) == (2, "")
    assert "`precision-hooks model card` without an ID lists those that there are" in told.stderr
