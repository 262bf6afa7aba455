"""The review at patient-view over HTTP: one card, once in 90 days for the same facts, at once for new ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.knowledge.types import Knowledge
from tests.cds_service.test_recall import Ehr, Json, changed, talk

VIEW = "precision-patient-view"


@pytest.fixture
def ehr(tmp_path: Path, knowledge: Knowledge) -> Iterator[Ehr]:
    made = Ehr(tmp_path, knowledge)
    yield made
    made.state.fhir.close()


def chart(name: str = "patient-view-two-medicines") -> Json:
    return talk(name)


def test_two_medicines_are_one_card_as_loud_as_the_louder_with_nothing_to_click(ehr: Ehr) -> None:
    [card] = ehr.calls_for(chart(), VIEW)["cards"]
    assert card["summary"] == "Review by genetic results: clopidogrel and codeine"
    assert card["indicator"] == "warning"
    assert "suggestions" not in card
    rolled = card["extension"]["org.precision-hooks.finding"]["rolledUp"]
    assert [finding["drug"]["name"] for finding in rolled] == ["clopidogrel", "codeine"]


def test_the_same_facts_are_silent_for_ninety_days_in_every_encounter(ehr: Ehr) -> None:
    assert ehr.cards(chart(), VIEW) == ["warning"]
    ehr.now += timedelta(days=89)
    assert ehr.cards(changed(chart(), ("enc-1", "enc-2")), VIEW) == []
    ehr.now += timedelta(days=2)
    assert ehr.cards(chart(), VIEW) == ["warning"]


def test_new_facts_are_told_at_once_and_alone(ehr: Ehr) -> None:
    ehr.cards(chart(), VIEW)
    [card] = ehr.calls_for(changed(chart(), ("*4/*4", "*1/*2x2")), VIEW)["cards"]
    assert card["extension"]["org.precision-hooks.finding"]["drug"]["name"] == "codeine"


def test_a_review_does_not_silence_the_order(ehr: Ehr) -> None:
    ehr.cards(chart(), VIEW)
    assert ehr.cards(talk("clopidogrel-poor-metabolizer"))


def test_nothing_new_and_nothing_to_do_are_silent(ehr: Ehr) -> None:
    answer = ehr.calls_for(chart("patient-view-nothing-to-do"), VIEW)
    assert answer["cards"] == []
    assert set(answer["extension"]["org.precision-hooks.coverage"]["checked"]) >= {"clopidogrel–CYP2C19", "codeine–CYP2D6"}
