"""Evidence files: shape, agreement with genes and clinical names, and broken places named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomli

from cds_service.messages import messages
from models.errors import KnowledgeError
from models.knowledge.chart_evidence_files import read_chart_evidence
from models.knowledge.check import check
from models.knowledge.types import Knowledge

WHERE = "evidence/G6PD.toml"
TABLE = tomli.loads((Path(__file__).parents[3] / "models/knowledge" / WHERE).read_text("utf-8"))

BREAKS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("no source", lambda t: t.pop("source"), "source is missing"),
    ("no gene", lambda t: t["evidence"].pop("gene"), "evidence.gene is missing"),
    ("unknown sex", lambda t: t["evidence"].update(decides_for=["women"]), "must be of female, male, not 'women'"),
    ("says nothing", lambda t: (t.pop("test"), t.pop("problem")), "neither a test nor a problem"),
    ("unreadable test", lambda t: (t["test"][0].pop("border"), t["test"][0].pop("words")), "neither a border nor words"),
    ("upside down", lambda t: t["test"][0]["border"][0].update({"from": 30}), "must name units and run upwards"),
    ("no unit", lambda t: t["test"][0]["border"][0].update(units=[]), "must name units and run upwards"),
    ("overlap", lambda t: t["test"][0]["border"][0].update(below=81), "values that two borders hold"),
    ("no phenotype", lambda t: t["test"][0]["border"][0].update(phenotypes=[]), "phenotypes is empty"),
    ("capitals", lambda t: t["test"][0]["words"].update(Low=["Deficient"]), "must be in lower case"),
    ("word without meaning", lambda t: t["test"][0]["words"].update(low=[]), "mean a phenotype"),
    ("no days", lambda t: t["test"][0]["unless"][1].update(days=0), "must be a number of days"),
    ("unknown key", lambda t: t["problem"][0].update(severity="high"), "problem[1].severity is not a key"),
]


@pytest.mark.parametrize(("change", "said"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_a_broken_place_is_named(change: Callable[[dict[str, Any]], object], said: str) -> None:
    table = copy.deepcopy(TABLE)
    change(table)
    with pytest.raises(KnowledgeError) as refused:
        read_chart_evidence(table, WHERE)
    assert str(refused.value).startswith(WHERE)
    assert said in str(refused.value)


def test_what_leads_nowhere_is_refused(knowledge: Knowledge) -> None:
    evidence = knowledge.evidence["G6PD"]
    for broken, said in (
        (replace(evidence, gene="CYP9"), "'CYP9' is no gene"),
        (replace(evidence, gene="HLA-B"), "'HLA-B' is no gene of an enzyme"),
        (replace(evidence, problems=(replace(evidence.problems[0], name="favism"),)), "'favism' is no clinical name"),
        (replace(evidence, problems=(replace(evidence.problems[0], phenotypes=("Poor",)),)), "'Poor' is no phenotype of G6PD"),
        (replace(evidence, source=replace(evidence.source, url="http://x")), "is no https address"),
    ):
        with pytest.raises(KnowledgeError, match=said):
            check(replace(knowledge, evidence={broken.gene: broken}))


def test_a_transplantation_that_no_chart_could_say_is_refused(knowledge: Knowledge) -> None:
    without = {name: clinical for name, clinical in knowledge.clinical.items() if name != "liver-transplant"}
    with pytest.raises(KnowledgeError, match="'liver-transplant' is missing"):
        check(replace(knowledge, clinical=without))


def test_each_note_of_a_test_has_words(knowledge: Knowledge) -> None:
    notes = {u.note for e in knowledge.evidence.values() for t in e.tests for u in t.unless if u.note}
    assert notes
    assert all(messages().has_text(f"note-{note}") for note in notes)
