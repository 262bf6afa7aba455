"""Files of equations and dosing flows: broken places are named, and they agree with genes, drugs, clinical names and words."""

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
from models.knowledge.dosing_files import read_equation, read_flow
from models.knowledge.types import Knowledge

FOLDER = Path(__file__).parents[3] / "models/knowledge"
EQUATION, FLOW = "equations/gage.toml", "dosing/warfarin.toml"
Change = Callable[[dict[str, Any]], object]


def table(name: str) -> dict[str, Any]:
    return copy.deepcopy(tomli.loads((FOLDER / name).read_text("utf-8")))


EQUATION_BREAKS: list[tuple[Change, str]] = [
    (lambda t: t["coefficients"].pop("smoker"), "coefficients.smoker is missing"),
    (lambda t: t["coefficients"].update(statin=0.1), "coefficients.statin is not a key"),
    (lambda t: t["equation"].update(form="other"), "equation.form must be one of"),
    (lambda t: t["equation"].pop("population"), "equation.population is missing"),
    (lambda t: t["gene"][0].update(by="score"), "gene[1].by must be one of diplotype, phenotype"),
    (lambda t: t["gene"][0]["copies"].update(x="two"), "gene[1].copies.x must be a number"),
    (lambda t: t["gene"][0].pop("per_copy"), "gene[1].per_copy is missing"),
    (lambda t: t["medicine"][0].update(washout_days=-1), "medicine[1].washout_days must be a number of days"),
    (lambda t: t["limit"].pop(0), "has no [[limit]] of age"),
    (lambda t: t["limit"][1].update(to=100), "limit[2].from must lie below `to`"),
    (lambda t: t.pop("source"), "source is missing"),
]
FLOW_BREAKS: list[tuple[Change, str]] = [
    (lambda t: t["flow"]["messages"].pop("less"), "flow.messages.less is missing"),
    (lambda t: t["flow"]["chart"].update(blood=["x"]), "flow.chart.blood is not a key"),
    (lambda t: t["flow"]["typical"].pop("age"), "flow.typical.age is missing"),
    (lambda t: t["adjustment"][0].update(direction="same"), "adjustment[1].direction must be one of less, more"),
    (lambda t: t["adjustment"][0]["once"].update(low=40), "adjustment[1].once must be percents, the lower one first"),
    (lambda t: t["branch"][0].pop("panel"), "branch[1].panel is missing"),
]


@pytest.mark.parametrize(("change", "said"), EQUATION_BREAKS, ids=[b[1] for b in EQUATION_BREAKS])
def test_a_broken_place_of_an_equation_is_named(change: Change, said: str) -> None:
    broken = table(EQUATION)
    change(broken)
    with pytest.raises(KnowledgeError) as refused:
        read_equation(broken, EQUATION)
    assert str(refused.value).startswith(EQUATION)
    assert said in str(refused.value)


@pytest.mark.parametrize(("change", "said"), FLOW_BREAKS, ids=[b[1] for b in FLOW_BREAKS])
def test_a_broken_place_of_a_flow_is_named(change: Change, said: str) -> None:
    broken = table(FLOW)
    change(broken)
    with pytest.raises(KnowledgeError) as refused:
        read_flow(broken, FLOW)
    assert str(refused.value).startswith(FLOW)
    assert said in str(refused.value)


EQUATION_DISAGREES: list[tuple[Change, str]] = [
    (lambda t: t["gene"][0].update(symbol="CYP9Z9"), "gene 'CYP9Z9' has no file in genes/"),
    (lambda t: t["gene"][1]["copies"].update({"*1/*999": 1}), "CYP2C9 '*1/*999' is no diplotype that the gene can have"),
    (lambda t: t["gene"][1]["copies"].update({"*1/*1": 1}), "CYP2C9 must add 0 for '*1/*1'"),
    (lambda t: t["medicine"][0].update(drugs=["1"]), "RxNorm 1 is no ingredient"),
    (lambda t: t["excluded"][0].update(drugs=["2"]), "RxNorm 2 is no ingredient"),
    (lambda t: t["equation"]["drug"].update(name="water"), "'water' is not ingredient 11289"),
    (lambda t: t["gene"].pop(0), "equation 'gage' asks for other genes than `keys`"),
    (lambda t: t["source"].update(url="http://x"), "source.url 'http://x' is no https address"),
]
FLOW_DISAGREES: list[tuple[Change, str]] = [
    (lambda t: t["flow"].update(equations=["other"]), "equation 'other' is not in equations/"),
    (lambda t: t["flow"].update(optional=["CYP9Z9"]), "gene 'CYP9Z9' has no file"),
    (lambda t: t["flow"]["chart"].update(clot=["flu"]), "clinical name 'flu' is not in clinical/"),
    (lambda t: t["flow"]["messages"].update(less="nonsense"), "message 'nonsense' is not in cds_service/messages"),
    (lambda t: t["branch"][1].update(ancestry=["white"]), "exactly one [[branch]] must have `ancestry = []`"),
    (lambda t: t["branch"][0].update(classification="Firm"), "classification 'Firm' is none of"),
    (lambda t: t["branch"][0].update(panel=["*999"]), "'*999' is no allele of CYP2C9"),
    (lambda t: t["adjustment"][0].update(carriers=["*999"]), "CYP2C9 '*999' is none of the gene's alleles"),
    (lambda t: t["adjustment"][0].update(carriers=["*13"]), "'*13' is adjusted for, but not in `counted_as`"),
    (lambda t: t["adjustment"][1].update(classified={"nobody": "Strong"}), "classified 'nobody': 'Strong'"),
    (lambda t: t["flow"]["drug"].update(name="water"), "'water' is not ingredient 11289"),
]


@pytest.mark.parametrize(("change", "said"), EQUATION_DISAGREES, ids=[b[1] for b in EQUATION_DISAGREES])
def test_an_equation_that_does_not_agree_with_the_rest_is_refused(change: Change, said: str, knowledge: Knowledge) -> None:
    broken = table(EQUATION)
    change(broken)
    equations = {**knowledge.equations, "gage": read_equation(broken, EQUATION)}
    with pytest.raises(KnowledgeError) as refused:
        check(replace(knowledge, equations=equations))
    assert said in str(refused.value)


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


def test_copies_are_counted_from_the_coefficient_of_one(knowledge: Knowledge) -> None:
    assert dict(knowledge.equations["gage"].genes[0].terms)["-1639 A/A (high sensitivity)"] == pytest.approx(2 * -0.3238)
