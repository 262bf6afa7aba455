"""Option files: every name and medicine in them exists, and broken places are named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from models.errors import KnowledgeError
from models.knowledge.check import check
from models.knowledge.option_files import read_option
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge, Option

SOURCE = {"body": "b", "version": "1", "date": "2026", "url": "https://example.org", "retrieved": "2026-11-26", "data": "d"}


def table() -> dict[str, Any]:
    return {"source": dict(SOURCE), "option": {"drug": "ticagrelor", "rxnorm": "1116632", "never_after": ["stroke"]}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.pop("source"), "source is missing"),
        (lambda t: t["option"].pop("drug"), "option.drug is missing"),
        (lambda t: t["option"].update(never=["stroke"]), "option.never is not a key"),
        (lambda t: t["option"].update(caution_from_age="75"), "option.caution_from_age must be a whole number"),
    ],
)
def test_a_broken_place_is_named(change: Callable[[dict[str, Any]], object], words: str) -> None:
    broken = table()
    change(broken)
    with pytest.raises(KnowledgeError, match=words):
        read_option(broken, "options/ticagrelor.toml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"never_after": ("gout",)}, "'gout' is not in clinical"),
        ({"not_while": ("gout",)}, "'gout' is not in clinical"),
        ({"avoid_with": frozenset({"0"})}, "avoid_with '0' is no ingredient"),
        ({"caution_while": ("gout",)}, "'gout' is not in clinical"),
        ({"allergy_to": frozenset({"0"})}, "allergy_to '0' is no ingredient"),
        ({"unrelated": frozenset({"0"})}, "unrelated '0' is no ingredient"),
        ({"caution_with": frozenset({"0"})}, "caution_with '0' is no ingredient"),
        ({"source": Source("", "1", "2026", "https://example.org", "2026-11-26", "d")}, "source.body is empty"),
    ],
)
def test_what_does_not_exist_is_refused(change: dict[str, Any], words: str, knowledge: Knowledge) -> None:
    option: Option = replace(knowledge.options["1116632"], **change)
    with pytest.raises(KnowledgeError, match=words):
        check(replace(knowledge, options={"1116632": option}))


def test_a_drug_of_another_name_is_refused(knowledge: Knowledge) -> None:
    wrong = replace(knowledge.options["1116632"], drug=knowledge.drugs.ingredients["613391"])
    named = replace(wrong, drug=replace(wrong.drug, name="water"))
    with pytest.raises(KnowledgeError, match="'water' is not ingredient 613391"):
        check(replace(knowledge, options={"613391": named}))
