"""The cap on cards of info: what gets a card, what is named in one, and what no cap touches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.messages import messages
from cds_service.present import present
from cds_service.rollup import capped, summary
from models.finding import Assessment, Drug, Evidence, Finding, GeneEvidence, Recommendation, Urgency
from models.knowledge.types import Knowledge
from tests.support.edge import asked, request, service
from tests.support.response_rules import problems

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "finding.schema.json").read_text("utf-8"))


def note(number: int, urgency: Urgency = "info", name: str = "") -> Finding:
    said = Recommendation("CPIC", "Optional", ("alternative",), "general", {"CYP2C19": "x"}, "sertraline-switch", {})
    drug = Drug(name or f"drug{number}", str(number))
    return Finding(
        "drug-gene",
        urgency,
        drug,
        (GeneEvidence("CYP2C19", phenotype="x"),),
        (said,),
        (Evidence(f"CPIC {drug.name}", "1", f"https://example.org/{number}"),),
        removable=True,
        orders=("MedicationRequest/1",),
    )


def answer(knowledge: Knowledge, *findings: Finding, most: int = 3) -> Any:
    return present(Assessment(findings), asked(request()), service(), knowledge, most_info=most)


def test_fault_H03_more_notes_than_the_cap_are_named_in_one_card(knowledge: Knowledge) -> None:
    body = answer(knowledge, note(9, "critical"), note(8, "warning"), *(note(n) for n in range(1, 6)))
    cards = body["cards"]
    assert [card["indicator"] for card in cards] == ["critical", "warning", "info", "info", "info", "info"]
    last = cards[-1]
    assert last["summary"] == "Read 2 more notes: drug4 and drug5"
    assert "**drug4**: Choose an antidepressant other than drug4" in last["detail"] and "drug5" in last["detail"]
    assert "suggestions" not in last and "overrideReasons" not in last
    finding = last["extension"]["org.precision-hooks.finding"]
    assert [rolled["drug"]["name"] for rolled in finding["rolledUp"]] == ["drug4", "drug5"]
    assert finding["topic"] == last["source"]["topic"]["code"] not in [rolled["topic"] for rolled in finding["rolledUp"]]
    assert {link["url"] for link in last["links"]} == {"https://example.org/4", "https://example.org/5"}
    jsonschema.validate(finding, {**SCHEMA, "$ref": "#/$defs/finding"})
    assert problems(body) == []


def test_as_many_as_the_cap_have_a_card_each(knowledge: Knowledge) -> None:
    cards = answer(knowledge, *(note(n) for n in range(3)))["cards"]
    assert len(cards) == 3
    assert all("rolledUp" not in card["extension"]["org.precision-hooks.finding"] for card in cards)


def test_one_note_over_the_cap(knowledge: Knowledge) -> None:
    assert answer(knowledge, note(1), note(2), most=1)["cards"][-1]["summary"] == "Read 1 more note: drug2"


def test_the_roll_up_is_the_same_card_for_the_same_request_and_another_for_other_facts(knowledge: Knowledge) -> None:
    def identity(*findings: Finding) -> str:
        return str(answer(knowledge, *findings, most=0)["cards"][-1]["uuid"])

    assert identity(note(1), note(2)) == identity(note(1), note(2)) != identity(note(1), note(3))


def test_many_long_names_do_not_burst_the_summary() -> None:
    words = messages()
    assert (
        summary([note(n, name=f"a rather long name {n}") for n in range(20)], words)
        == "Read 20 more notes on the medicines of these orders"
    )


@given(st.lists(st.sampled_from(("critical", "warning", "info"))), st.integers(0, 5))
def test_no_cap_touches_critical_or_warning(urgencies: list[Urgency], most: int) -> None:
    found = tuple(note(n, urgency) for n, urgency in enumerate(urgencies))
    own, rest = capped(found, most)
    assert [f for f in found if f.urgency != "info"] == [f for f in own if f.urgency != "info"]
    assert all(f.urgency == "info" for f in rest)
    assert len([f for f in own if f.urgency == "info"]) <= most
    assert sorted((*own, *rest), key=found.index) == list(found)


@pytest.mark.parametrize("urgency", ["critical", "warning"])
def test_two_alike_are_kept_apart(urgency: Urgency) -> None:
    same = note(1)
    own, rest = capped((same, replace(same, urgency=urgency), same), 1)
    assert len(own) + len(rest) == 3
