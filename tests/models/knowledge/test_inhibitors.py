"""The inhibitor files: every drug resolves, every factor takes something away, and broken places are named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.knowledge.check import check
from models.knowledge.inhibitor_files import read_inhibitors
from models.knowledge.types import Knowledge

WHERE = "inhibitors/CYP2D6.toml"
TABLE = tomli.loads((Path(__file__).parents[3] / "models/knowledge" / WHERE).read_text("utf-8"))


def test_each_gene_with_inhibitors_has_scores_and_each_drug_is_an_ingredient(knowledge: Knowledge) -> None:
    for symbol, inhibitors in knowledge.inhibitors.items():
        assert knowledge.genes[symbol].method == "score"
        assert {i.strength for i in inhibitors.drugs.values()} == {"strong", "moderate"}
        assert all(0 <= i.factor < 1 and i.washout_days > 0 for i in inhibitors.drugs.values())


BREAKS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("factor of one", lambda t: t["inhibitors"]["factors"].update(strong=1.0), "inhibitors.factors.strong must lie between 0 and 1"),
    ("unknown strength", lambda t: t["drug"][0].update(strength="weak"), "drug[1].strength must be one of strong, moderate"),
    ("a drug twice", lambda t: t["drug"].append(t["drug"][0]), "stands in the file twice"),
    ("negative days", lambda t: t["drug"][0].update(washout_days=-1), "drug[1].washout_days must be a number of days"),
    ("unknown key", lambda t: t["drug"][0].update(dose="high"), "drug[1].dose is not a key"),
    ("no source", lambda t: t.pop("source"), "source is missing"),
]


@pytest.mark.parametrize(("change", "said"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_a_broken_place_is_named(change: Callable[[dict[str, Any]], object], said: str) -> None:
    table = copy.deepcopy(TABLE)
    change(table)
    with pytest.raises(KnowledgeError) as refused:
        read_inhibitors(table, WHERE)
    assert str(refused.value).startswith(WHERE)
    assert said in str(refused.value)


def test_a_gene_without_scores_and_a_drug_of_another_name_are_refused(knowledge: Knowledge) -> None:
    inhibitors = knowledge.inhibitors["CYP2D6"]
    with pytest.raises(KnowledgeError, match="no gene with activity scores"):
        check(replace(knowledge, inhibitors={"CYP2C19": replace(inhibitors, gene="CYP2C19")}))
    renamed = {r: replace(i, drug=replace(i.drug, name="water")) for r, i in list(inhibitors.drugs.items())[:1]}
    with pytest.raises(KnowledgeError, match="'water' is not ingredient"):
        check(replace(knowledge, inhibitors={"CYP2D6": replace(inhibitors, drugs=renamed)}))
