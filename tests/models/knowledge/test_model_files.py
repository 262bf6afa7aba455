"""Files of models, of their inputs and of risks: one place is broken, and the sentence names it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.knowledge.input_files import read_inputs
from models.knowledge.model_check import model_faults
from models.knowledge.model_files import read_model, read_models
from models.knowledge.risk_check import risk_faults
from models.knowledge.risk_files import read_risk
from tests.support.shipped import shipped

SOURCE = {"body": "Us", "version": "1", "date": "2026", "url": "https://example.org", "retrieved": "2026-11-27", "data": "none"}


def model(**members: Any) -> dict[str, Any]:
    """A whole model with one formula: log odds of age and of being male."""
    return {
        "source": dict(SOURCE),
        "model": {"id": "m", "label": "M", "population": "adults", "rights": "ours"},
        "output": {"what": "risk", "unit": "1", "low": 0, "high": 1},
        "input": [
            {"name": "age", "unit": "a", "low": 20, "high": 80, "reference": 50},
            {"name": "sex", "kind": "choice", "choices": ["female", "male"], "reference": "female"},
        ],
        "factor": [{"id": "age", "input": "age", "minus": 50, "per": 10}, {"id": "male", "input": "sex", "equals": "male"}],
        "formula": [{"id": "f", "outcome": "o", "link": "logistic", "intercept": -2, "terms": {"age": 0.5, "age*male": 0.1}}],
    } | members


def broken(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    values = json.loads(json.dumps(model()))
    change(values)
    return values  # type: ignore[no-any-return]


def test_a_whole_one_is_read() -> None:
    found = read_model(model(), "models/m.toml")
    assert found.formulas[0].inputs == {"age", "sex"}
    assert [t.factors for t in found.formulas[0].terms] == [("age",), ("age", "male")]


BROKEN: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (
        lambda v: v["formula"][0]["terms"].update({"weight": 1}),
        r"formula\[1\].terms.weight names the factor 'weight', which is not",
    ),
    (lambda v: v["formula"][0].update(link="probit"), r"formula\[1\].link must be one of"),
    (lambda v: v["formula"][0]["terms"].update(age="much"), r"formula\[1\].terms.age must be a number"),
    (lambda v: v["formula"][0]["terms"].update(age=float("nan")), r"formula\[1\].terms.age must be a finite number"),
    (lambda v: v["formula"][0].update(link="cox"), r"formula\[1\].baseline is missing"),
    (lambda v: v["formula"][0].update(link="cox", baseline=1.2), r"baseline is a survival; it must lie between 0 and 1"),
    (lambda v: v["formula"][0].update(limits={"age": [60]}), r"limits.age must be the least and the greatest"),
    (lambda v: v["formula"][0].update(bands=[[0, 1]]), r"bands must be a list of lists of 5 numbers"),
    (lambda v: v["input"][0].pop("unit"), r"input\[1\].unit is missing"),
    (lambda v: v["input"][0].pop("low"), r"input\[1\].low is missing"),
    (lambda v: v["input"][1].pop("choices"), r"input\[2\].choices are what a choice has"),
    (lambda v: v["input"][1].update(reference="other"), r"input\[2\].reference must be one of female, male"),
    (lambda v: v["factor"][0].update(per=0), r"factor\[1\].per must not be 0"),
    (lambda v: v["factor"][0].update(steps=[[2, 1], [1, 2]]), r"factor\[1\].steps must ascend"),
    (lambda v: v["factor"][0].update(curve=[[0, 0], [1, 1]], steps=[[0, 1]]), r"more than one of equals, steps and curve"),
    (lambda v: v["output"].update(high=0), r"output.low must be below `high`"),
    (lambda v: v["model"].pop("population"), r"model.population is missing"),
    (lambda v: v.pop("source"), r"source is missing"),
    (lambda v: v.update(surprise=1), r"surprise is not a key that is read here"),
]


@pytest.mark.parametrize(("change", "sentence"), BROKEN, ids=[s for _, s in BROKEN])
def test_a_broken_place_is_named(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    with pytest.raises(KnowledgeError, match=f"models/m.toml: .*{sentence}"):
        read_model(broken(change), "models/m.toml")


HEAD = "".join(f'{k} = "{v}"\n' for k, v in SOURCE.items())
TOML = f"""[source]
{HEAD}
[model]
id = "m"
label = "M"
population = "adults"
rights = "ours"
[output]
what = "risk"
unit = "1"
low = 0
high = 1
[[input]]
name = "age"
unit = "a"
low = 20
high = 80
reference = 50
[[factor]]
id = "age"
input = "age"
"""


def parsed(name: str, text: str) -> dict[str, Any]:
    return tomli.loads(text)


def test_fault_F13_a_model_file_that_was_cut_short_is_refused_by_name() -> None:
    texts = {"models/m.toml": TOML, "models/m.json": '{"formula": [{"id": '}
    with pytest.raises(KnowledgeError, match=r"models/m.json: not JSON .* export the model anew"):
        read_models(texts, parsed)
    with pytest.raises(KnowledgeError, match=r"models/m.json: must be an object"):
        read_models(texts | {"models/m.json": "[]"}, parsed)


def test_a_table_of_formulas_is_read_line_by_line() -> None:
    table = "id\toutcome\thorizon_years\tlink\tintercept\twhen:sex\tlimit:age\tage\n" + "f\to\t10\tlogistic\t-2\t\t30-59\t0.5\n"
    found = read_models({"models/m.toml": TOML, "models/m.tsv": table}, parsed)["m"].formulas[0]
    assert (found.horizon_years, found.limits, found.when) == (10.0, {"age": (30.0, 59.0)}, {})
    with pytest.raises(KnowledgeError, match=r"m.tsv: line 2 has a coefficient that is no number"):
        read_models({"models/m.toml": TOML, "models/m.tsv": table.replace("0.5", "half")}, parsed)


def test_a_file_bears_its_models_name() -> None:
    with pytest.raises(KnowledgeError, match=r"models/other.toml: holds model 'm'"):
        read_models({"models/other.toml": TOML + '[[formula]]\nid="f"\noutcome="o"\nlink="identity"\nterms={age=1}\n'}, parsed)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda v: v["model"].update(form="magic"), "form 'magic' is none of"),
        (lambda v: v["input"][0].update(name="shoe-size"), "input 'shoe-size' is not in inputs/"),
        (lambda v: v["input"][0].update(unit="mo"), "input 'age' is a number in 'mo', charts give a number in 'a'"),
        (lambda v: v["input"][0].update(reference=10), "the reference of input 'age' lies outside its own range"),
        (lambda v: v.update(refuses={"age": "no"}), "refuses 'age', which is no yes-or-no input"),
        (lambda v: v["input"].pop(1), "uses 'sex', which is no .*input.* of the model"),
        (lambda v: v["formula"][0].update(when={"sex": "neither"}), "is for sex 'neither', which the input cannot be"),
        (lambda v: v["factor"][1].update(equals="neither"), "waits for 'neither', which sex cannot be"),
        (lambda v: v["factor"][1].pop("equals"), "factor 'male' must say `equals` for a choice"),
        (lambda v: v["formula"][0].update(link="table"), "must have a `table` where its link is table"),
    ],
)
def test_what_does_not_agree_is_named(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    made = read_model(broken(change), "models/m.toml")
    faults = list(model_faults(replace(shipped(), models={"m": made}, risks={})))
    assert any(re.search(sentence, fault) and fault.startswith("models/m.toml: ") for fault in faults), faults


def test_an_input_must_be_readable_from_something() -> None:
    values = {"source": SOURCE, "input": [{"name": "x", "label": "x", "unit": "1", "origin": "guessing"}]}
    with pytest.raises(KnowledgeError, match=r"inputs/x.toml: input\[1\].origin must be one of"):
        list(read_inputs(values, "inputs/x.toml"))


def risk() -> dict[str, Any]:
    return {
        "source": dict(SOURCE),
        "risk": {"id": "r", "label": "R", "read": "yes"},
        "asked": [{"model": "prevent", "outcome": "ascvd", "horizon_years": 10, "label": "it"}],
        "threshold": [{"at_least": 0.1, "message": "risk-statin-high", "action": "monitor", "classification": "x"}],
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda v: v.update(threshold=[]), "asks no model, or acts on nothing"),
        (lambda v: v["threshold"].append(v["threshold"][0] | {"at_least": 0.2}), "must name the highest threshold first"),
        (lambda v: v["threshold"][0].update(horizon_years=2), "has a threshold for 2 years, which no"),
        (lambda v: v["threshold"][0].update(action="cure"), r"threshold\[1\].action must be one of"),
        (lambda v: v["risk"].update(read="maybe"), "risk.read must be one of yes, partly, no"),
    ],
)
def test_a_broken_risk_is_named(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    values = json.loads(json.dumps(risk()))
    change(values)
    with pytest.raises(KnowledgeError, match=f"risks/r.toml: .*{sentence}"):
        read_risk(values, "risks/r.toml")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda v: v["asked"][0].update(model="crystal-ball"), "asks the model 'crystal-ball'"),
        (lambda v: v["asked"][0].update(horizon_years=7), "has no formula for ascvd within 7"),
        (lambda v: v["asked"][0].update(variant="none such"), "has no formula for ascvd"),
        (lambda v: v.update(not_with={"luck": "x"}), "'luck' is no input"),
        (lambda v: v["risk"].update(known_by={"luck": 3}), "known_by 'luck' is no name of clinical/"),
        (lambda v: v["threshold"][0].update(message="risk-nothing"), "message 'risk-nothing' is not in cds_service/messages"),
        (lambda v: v.update(modifier=[MODIFIER]), "looks at nothing"),
        (lambda v: v.update(modifier=[MODIFIER | {"genes": ["NOSUCH1"]}]), "names the gene 'NOSUCH1'"),
        (lambda v: v.update(modifier=[MODIFIER | {"conditions": ["luck"]}]), "names 'luck', which clinical/ does not have"),
        (lambda v: v.update(modifier=[MODIFIER | {"effect": "replaces", "genes": ["LDLR"]}]), "needs the `classification`"),
    ],
)
def test_a_risk_that_does_not_agree_is_named(change: Callable[[dict[str, Any]], object], sentence: str) -> None:
    values = json.loads(json.dumps(risk()))
    change(values)
    found = replace(shipped(), risks={"r": read_risk(values, "risks/r.toml")})
    faults = list(risk_faults(found, {"risk-statin-high"}))
    assert any(sentence in fault and fault.startswith("risks/r.toml") for fault in faults), faults


MODIFIER: dict[str, Any] = {"id": "x", "label": "x", "effect": "raises", "message": "risk-raised-by", "read": "yes", "source": SOURCE}
