"""The modulator files: every drug resolves, every factor takes something away, and broken places are named."""

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
from models.knowledge.modulator_files import read_modulators
from models.knowledge.types import Knowledge

WHERE = "modulators/CYP2D6.toml"
TABLE = tomli.loads((Path(__file__).parents[3] / "models/knowledge" / WHERE).read_text("utf-8"))


def test_every_strength_is_met_and_a_factor_takes_something_away(knowledge: Knowledge) -> None:
    assert sorted(knowledge.modulators) == ["CYP2B6", "CYP2C19", "CYP2C9", "CYP2D6"]
    for modulators in knowledge.modulators.values():
        assert {m.strength for m in modulators.drugs.values()} == set(modulators.strengths)
        assert all(0 <= factor < 1 for factor in modulators.factors.values())
        assert all(m.washout_days > 0 for m in modulators.drugs.values())


def test_only_what_a_guideline_grades_is_more_than_a_prediction(knowledge: Knowledge) -> None:
    assert [symbol for symbol, modulators in knowledge.modulators.items() if modulators.graded] == ["CYP2D6"]
    assert [symbol for symbol, modulators in knowledge.modulators.items() if modulators.effects] == ["CYP2C19"]


BREAKS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    (
        "factor of one",
        lambda t: t["modulators"]["factors"].update({"strong inhibitor": 1.0}),
        "modulators.factors.strong inhibitor must lie between 0 and 1",
    ),
    ("factor of no strength", lambda t: t["modulators"]["factors"].update(weak=0.9), "factors.weak is none of the strengths"),
    ("effect of no strength", lambda t: t["modulators"].update(effects={"weak": {}}), "effects.weak is none of the strengths"),
    ("unknown strength", lambda t: t["drug"][0].update(strength="weak"), "drug[1].strength must be one of strong inhibitor, moderate"),
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
        read_modulators(table, WHERE)
    assert str(refused.value).startswith(WHERE)
    assert said in str(refused.value)


def test_a_gene_without_scores_and_a_drug_of_another_name_are_refused(knowledge: Knowledge) -> None:
    modulators = knowledge.modulators["CYP2D6"]
    with pytest.raises(KnowledgeError, match="'CYP2C19' has no activity scores"):
        check(replace(knowledge, modulators={"CYP2C19": replace(modulators, gene="CYP2C19")}))
    with pytest.raises(KnowledgeError, match="'HLA-B' is no gene of an enzyme"):
        check(replace(knowledge, modulators={"HLA-B": replace(modulators, gene="HLA-B")}))
    with pytest.raises(KnowledgeError, match="'Fast' is no phenotype of CYP2D6"):
        check(replace(knowledge, modulators={"CYP2D6": replace(modulators, effects={"strong inhibitor": {"Fast": "Poor Metabolizer"}})}))
    renamed = {r: replace(i, drug=replace(i.drug, name="water")) for r, i in list(modulators.drugs.items())[:1]}
    with pytest.raises(KnowledgeError, match="'water' is not ingredient"):
        check(replace(knowledge, modulators={"CYP2D6": replace(modulators, drugs=renamed)}))
