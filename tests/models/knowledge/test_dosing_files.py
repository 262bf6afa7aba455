"""Files of dosing flows: broken places are named, and they agree with models, genes, drugs, clinical names and words."""

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
from models.knowledge.check import check
from models.knowledge.dosing_files import read_flow
from models.knowledge.types import Knowledge

FOLDER = Path(__file__).parents[3] / "models/knowledge"
FLOW = "dosing/warfarin.toml"
Change = Callable[[dict[str, Any]], object]


def table(name: str) -> dict[str, Any]:
    return copy.deepcopy(tomli.loads((FOLDER / name).read_text("utf-8")))


FLOW_BREAKS: list[tuple[Change, str]] = [
    (lambda t: t["flow"]["messages"].pop("less"), "flow.messages.less is missing"),
    (lambda t: t["flow"]["chart"].update(blood=["x"]), "flow.chart.blood is not a key"),
    (lambda t: t["flow"]["typical"].pop("age"), "flow.typical.age is missing"),
    (lambda t: t["adjustment"][0].update(direction="same"), "adjustment[1].direction must be one of less, more"),
    (lambda t: t["adjustment"][0]["once"].update(low=40), "adjustment[1].once must be percents, the lower one first"),
    (lambda t: t["branch"][0].pop("panel"), "branch[1].panel is missing"),
    (lambda t: t["equation"][0].update(set="other"), "equation[1].set must be one of genotype, clinical, refined"),
    (lambda t: t["equation"][0].update(smoker=0.1), "equation[1].smoker is not a key"),
    (lambda t: t["gene"][0].pop("choices"), "gene[1].choices is missing"),
    (lambda t: t["medicine"][0].update(washout_days=-1), "medicine[1].washout_days must be a number of days"),
    (lambda t: t["predicting"].pop("usual"), "predicting.usual is missing"),
    (lambda t: t["predicting"]["refining"]["doses"].update({"dose-2": "two"}), "predicting.refining.doses.dose-2 must be a whole number"),
    (lambda t: t["predicting"]["refining"].update(days=[5, 4]), "predicting.refining.days must be the first and the last"),
    (lambda t: t.pop("source"), "source is missing"),
]


@pytest.mark.parametrize(("change", "said"), FLOW_BREAKS, ids=[b[1] for b in FLOW_BREAKS])
def test_a_broken_place_of_a_flow_is_named(change: Change, said: str) -> None:
    broken = table(FLOW)
    change(broken)
    with pytest.raises(KnowledgeError) as refused:
        read_flow(broken, FLOW)
    assert str(refused.value).startswith(FLOW)
    assert said in str(refused.value)


FLOW_DISAGREES: list[tuple[Change, str]] = [
    (lambda t: t["equation"][0].update(model="other"), "equation 'other' is not in models/"),
    (lambda t: t["equation"][0].update(model="fib-4"), "equation 'fib-4' is not in models/ as one that gives a dose"),
    (lambda t: t["equation"][2].update(set="genotype"), "equation 'warfarin-iwpc-clinical' does not ask for VKORC1"),
    (lambda t: t.update(equation=t["equation"][:2]), "must have an [[equation]] of set genotype and one of set clinical"),
    (lambda t: t["gene"].pop(0), "[[gene]] must name each gene of `keys` once"),
    (lambda t: t["gene"][1]["choices"].update({"*1/*999": "*1/*1"}), "CYP2C9 '*1/*999' is no diplotype that the gene can have"),
    (lambda t: t["gene"][1]["choices"].update({"*1/*2": "*1/*9"}), "CYP2C9 '*1/*9' is no choice of cyp2c9"),
    (lambda t: t["gene"][1]["choices"].update({"*1/*1": "*3/*3"}), "means that nothing was found, so it must be the reference"),
    (lambda t: t["medicine"][0].update(drugs=["1"]), "RxNorm 1 is no ingredient"),
    (lambda t: t["medicine"][0].update(input="statins"), "no equation asks for 'statins'"),
    (lambda t: t["predicting"]["refining"]["doses"].update({"dose-9": 9}), "'dose-9' is no input of models/warfarin-lenzini.toml"),
    (lambda t: t["predicting"].update(loading="other"), "loading model 'other' is not in models/"),
    (lambda t: t["predicting"].update(loading_for=["nobody"]), "'nobody' of predicting.loading_for is none of `ancestries`"),
    (lambda t: t["source"].update(url="http://x"), "source.url 'http://x' is no https address"),
    (lambda t: t["flow"].update(optional=["CYP9Z9"]), "gene 'CYP9Z9' has no file"),
    (lambda t: t["flow"]["chart"].update(clot=["flu"]), "clinical name 'flu' is not in clinical/"),
    (lambda t: t["flow"]["messages"].update(less="nonsense"), "message 'nonsense' is not in cds_service/messages"),
    (lambda t: t["branch"][1].update(ancestry=["white"]), "exactly one [[branch]] must have `ancestry = []`"),
    (lambda t: t["branch"][0].update(classification="Firm"), "classification 'Firm' is none of"),
    (lambda t: t["branch"][0].update(panel=["*999"]), "'*999' is no allele of CYP2C9"),
    (lambda t: t["adjustment"][0].update(carriers=["*999"]), "CYP2C9 '*999' is none of the gene's alleles"),
    (lambda t: t["adjustment"][0].update(carriers=["*13"]), "'*13' is adjusted for, but not in `counted_as`"),
    (lambda t: t["adjustment"][1].update(classified={"nobody": "Strong"}), "classified 'nobody': 'Strong'"),
    (lambda t: t["linked"][0].update(classified={"nobody": "Strong"}), "an adjustment for rs12777823 is classified 'nobody'"),
    (lambda t: t["flow"]["drug"].update(name="water"), "'water' is not ingredient 11289"),
]


@pytest.mark.parametrize(("change", "said"), FLOW_DISAGREES, ids=[b[1] for b in FLOW_DISAGREES])
def test_a_flow_that_does_not_agree_with_the_rest_is_refused(change: Change, said: str, knowledge: Knowledge) -> None:
    broken = table(FLOW)
    change(broken)
    with pytest.raises(KnowledgeError) as refused:
        check(replace(knowledge, flows={"11289": read_flow(broken, FLOW)}), messages().rows)
    assert said in str(refused.value)


def test_a_flow_under_another_drugs_id_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError, match="filed under RxNorm 703, but its drug is 11289"):
        check(replace(knowledge, flows={"703": knowledge.flows["11289"]}))
