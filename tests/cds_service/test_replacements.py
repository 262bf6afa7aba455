"""One-click replacements: only what every applying row names and nothing speaks against, three at most, valid FHIR."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cds_service.messages import messages
from cds_service.replacements import MOST, drafts_by_id, option_line, replacements
from fhir_mappings.validation import problems
from models.finding import Drug, Evidence, Finding, Recommendation, Screened

IDENTITY = UUID(int=7)
A, B, C, D, E = (Drug(name, str(number)) for number, name in enumerate(("alpha", "beta", "gamma", "delta", "epsilon"), 101))
DRAFT = {"resourceType": "MedicationRequest", "id": "1", "status": "draft", "intent": "order", "subject": {"reference": "Patient/p"}}
TALKS = sorted((Path(__file__).parents[1] / "conversations").glob("*.response.json"))


def said(*alternatives: Drug, action: str = "alternative") -> Recommendation:
    return Recommendation("CPIC", "Strong", (action,), "general", {}, "m", {}, alternatives=alternatives)  # type: ignore[arg-type]


def finding(*recommendations: Recommendation, options: tuple[Screened, ...] | None = None) -> Finding:
    named = dict.fromkeys(drug for one in recommendations for drug in one.alternatives)
    return Finding(
        "drug-gene",
        "warning",
        Drug("old", "1"),
        (),
        recommendations,
        (Evidence("CPIC old", "2022", "https://example.org"),),
        orders=("MedicationRequest/1",),
        removable=True,
        options=tuple(Screened(drug, "offered", "nothing-against") for drug in named) if options is None else options,
        replaceable=True,
    )


def made(found: Finding, **draft: Any) -> list[str]:
    drafts = drafts_by_id({"entry": [{"resource": DRAFT | draft}]})
    return [suggestion["label"] for suggestion in replacements(found, drafts, IDENTITY, messages())]


def test_each_offered_alternative_is_one_suggestion_of_two_actions() -> None:
    drafts = drafts_by_id({"entry": [{"resource": DRAFT}]})
    [suggestion] = replacements(finding(said(A)), drafts, IDENTITY, messages())
    assert [a["type"] for a in suggestion["actions"]] == ["delete", "create"]
    assert all(action["description"] for action in suggestion["actions"])
    assert suggestion["actions"][0]["resourceId"] == "MedicationRequest/1"
    order = suggestion["actions"][1]["resource"]
    assert problems(order) == ()
    assert "CPIC old (2022)" in order["note"][0]["text"]


def test_only_what_every_applying_row_names_has_a_button() -> None:
    assert made(finding(said(A, B), said(B, C))) == ["Replace old by beta"]
    assert made(finding(said(A), said())) == []
    assert made(finding(said(A), said(action="dose_change"))) == ["Replace old by alpha"], "a limit of the dose names no other medicine"


def test_three_at_most_and_each_with_its_own_uuid() -> None:
    found = finding(said(A, B, C, D, E))
    assert len(made(found)) == MOST == 3
    drafts = drafts_by_id({"entry": [{"resource": DRAFT}]})
    assert len({s["uuid"] for s in replacements(found, drafts, IDENTITY, messages())}) == MOST


@pytest.mark.parametrize("verdict", ["refused", "caution", "unknown"])
def test_what_is_not_offered_has_no_button(verdict: Any) -> None:
    assert made(finding(said(A), options=(Screened(A, verdict, "taken"),))) == []


@pytest.mark.parametrize(
    "draft",
    [
        {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
        {"subject": {"reference": "#p"}, "contained": [{"resourceType": "Patient", "id": "p"}]},
        {"subject": None},
        {"id": "2"},
    ],
)
def test_a_draft_whose_place_nothing_can_take_is_left(draft: dict[str, Any]) -> None:
    assert made(finding(said(A)), **draft) == []


def test_no_button_where_the_finding_allows_none() -> None:
    assert made(replace(finding(said(A)), replaceable=False)) == []
    assert made(replace(finding(said(A)), orders=("MedicationRequest/1", "MedicationRequest/2"))) == []


def test_a_medicine_without_an_rxnorm_id_cannot_be_ordered_by_code() -> None:
    assert made(finding(said(Drug("name only", "")))) == []


def test_the_line_names_the_entry_of_the_chart_and_shows_its_id_as_written() -> None:
    line = option_line(finding(said(A), options=(Screened(A, "refused", "condition", "stroke", "Condition/1_2"),)), messages())
    assert "alpha: not offered, stroke is recorded (Condition/1\\_2)" in line


@pytest.mark.parametrize("talk", TALKS, ids=lambda path: path.name)
def test_every_order_that_is_proposed_is_valid(talk: Path) -> None:
    answer = json.loads(talk.read_text("utf-8"))
    actions = [a for c in answer.get("cards", ()) for s in c.get("suggestions", ()) for a in s["actions"] if a["type"] == "create"]
    assert [problems(a["resource"]) for a in actions if a["resource"]["resourceType"] == "MedicationRequest"] == [()] * len(
        [a for a in actions if a["resource"]["resourceType"] == "MedicationRequest"]
    )
