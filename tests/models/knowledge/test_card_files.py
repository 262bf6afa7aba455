"""The shape of card files, and that every shipped model is accounted for by the whole list."""

from __future__ import annotations

import json
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.knowledge.card_files import COMMON, SCHEMA, read_card, read_cards
from models.knowledge.card_types import NOT_MEASURED
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

FOLDER = files("models.knowledge") / "cards"
TEXTS = {f"cards/{file.name}": file.read_text("utf-8") for file in FOLDER.iterdir() if file.name.endswith(".toml")}
CARD: dict[str, Any] = {
    "source": {"body": "b", "version": "1", "date": "2026", "url": "https://example.org", "retrieved": "2026-11-27", "data": "d"},
    "card": {"model": "sample", "kind": "predictive"},
    "attributes": {"risks": "Some."},
    "published": [{"attribute": "internal-validity", "what": "w", "value": "0.8", "citation": "c", "url": "https://a.org", "read": False}],
}


def parsed(name: str, text: str) -> dict[str, Any]:
    return tomli.loads(text)


def test_the_lists_are_those_of_the_rule(knowledge: Knowledge) -> None:
    """Against the stored list of ONC HTI-1, in its order and under its groups."""
    stored = json.loads(reference_file("data/hti1_source_attributes.json").read_text("utf-8"))
    cards = knowledge.cards
    told = {group.title: [cards.attributes[key].title for key in group.keys] for group in cards.predictive}
    assert told == stored["predictive_31"]
    known = {"Name and contact of developer": "Developer"}  # one attribute of both lists, told under the longer name
    assert [known.get(t, t) for t in (cards.attributes[key].title for key in cards.evidence_based)] == stored["evidence_based_13"]


def test_there_are_31_in_9_groups_13_and_27(knowledge: Knowledge) -> None:
    cards = knowledge.cards
    assert (len(cards.keys("predictive")), len(set(cards.keys("predictive"))), len(cards.predictive)) == (31, 31, 9)
    assert len(set(cards.keys("evidence-based"))) == 13
    assert [item.item for item in cards.tripod] == list(range(1, 28))


def test_every_model_has_a_card_and_every_card_a_model(knowledge: Knowledge) -> None:
    assert knowledge.models.keys() - knowledge.cards.by_model.keys() == set(), "write models/knowledge/cards/<id>.toml"


def test_every_model_has_what_no_default_can_say(knowledge: Knowledge) -> None:
    for model in knowledge.models.values():
        card, cards = knowledge.cards.by_model[model.id], knowledge.cards
        defaults = {**cards.common, **(cards.trained if model.derived else cards.published)}
        written = {**defaults, **model.card.attributes, **card.attributes}
        wanted = [*cards.keys(card.kind), *(key for item in cards.tripod for key in item.keys)]
        missing = [key for key in wanted if cards.attributes[key].origin in ("common", "own") and not written.get(key)]
        assert not missing, f"{model.id}: {missing}"


def test_no_shipped_answer_claims_what_was_not_measured(knowledge: Knowledge) -> None:
    """The common answers are words alone: a figure in them would hold for every model."""
    cards = knowledge.cards
    for answers in (cards.common, cards.published, cards.trained):
        assert not [key for key, text in answers.items() if any(c.isdigit() for c in text.replace("Apache-2.0", ""))]
        assert NOT_MEASURED not in answers.values()


def test_a_card_is_read() -> None:
    card = read_card(CARD, "cards/sample.toml")
    assert (card.model, card.kind, card.attributes) == ("sample", "predictive", {"risks": "Some."})
    assert card.published[0].value == "0.8" and not card.published[0].read


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("card", "kind"), "good", "card.kind must be one of"),
        (("card", "model"), "other", "bears its model's id"),
        (("attributes", "risks"), 5, "attributes.risks must be a text"),
        (("published", 0, "read"), "no", "published[1].read must be true or false"),
        (("published", 0, "where"), "x", "published[1].where is not a key"),
        (("source", "url"), "", "source.url is empty"),
        (("more",), "x", "more is not a key"),
    ],
)
def test_a_broken_card_is_refused(path: tuple[Any, ...], value: Any, told: str) -> None:
    document = deepcopy(CARD)
    inner: Any = document
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    with pytest.raises(KnowledgeError) as refused:
        read_card(document, "cards/sample.toml")
    assert told in str(refused.value) and "cards/sample.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (SCHEMA, 'key = "developer"', 'key = "maker"', "names the attribute 'developer'"),
        (SCHEMA, 'key = "funding"', 'key = "developer"', "two attributes of one key"),
        (SCHEMA, 'origin = "site"', 'origin = "anywhere"', "origin must be one of"),
        (SCHEMA, "item = 27", "item = 28", "must lie between 1 and 27"),
        (COMMON, "[trained]", "[made-here]", "trained is missing"),
    ],
)
def test_a_broken_list_is_refused(name: str, old: str, new: str, told: str) -> None:
    assert old in TEXTS[name]
    with pytest.raises(KnowledgeError) as refused:
        read_cards(TEXTS | {name: TEXTS[name].replace(old, new, 1)}, parsed)
    assert told in str(refused.value) and name in str(refused.value)


@pytest.mark.parametrize("name", [SCHEMA, COMMON])
def test_without_its_list_no_model_is_accounted_for(name: str) -> None:
    with pytest.raises(KnowledgeError, match=f"{name}: is missing"):
        read_cards({n: t for n, t in TEXTS.items() if n != name}, parsed)


def test_every_run_that_measured_a_model_says_which_one(knowledge: Knowledge) -> None:
    """A run of a choice is made before there is a model; all others would go on being cited when the model changes."""
    silent = [run.id for run in knowledge.evaluations.values() if not run.model_digest and "-choice-" not in run.id]
    assert silent == []
