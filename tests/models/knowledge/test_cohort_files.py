"""The file that defines a cohort: what is wrong in it is named."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from models.errors import KnowledgeError
from models.knowledge.cohort_files import read_cohort
from models.knowledge.load import FOLDERS, load_cohort
from tests.support.shipped import shipped

TEXT = (files("models.knowledge") / "cohorts" / "iwpc.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('sha256 = "7dcc', 'sha256 = "7DCC', "sha256 must be 64 hexadecimal digits"),
        ('medians_by = ["sex", "ancestry"]', 'medians_by = ["sex", "race"]', "'race', which is not read before it"),
        ('any = ["age"]', 'any = ["years"]', "'years', which this file does not define"),
        ('of = ["iwpc", "gage"]', 'of = ["iwpc", "lenzini"]', "'lenzini', which this file does not define"),
        ('champion = "pgx"', 'champion = "ridge"', "champion must be one of pgx, clinical"),
        ("bands = { to = 21, from = 49 }", "bands = { to = 49, from = 21 }", "must lie below `from`"),
        ("level = 0.93", "level = 0.89", "must ascend"),
        ("otherwise = 2.5", "otherwise = true", "must be a number or a text"),
        ('kind = "flag"', 'kind = "yes"', "kind must be one of"),
        ("values = { male =", "value = { male =", "values is missing"),
        ("factor = 7", 'factor = "7"', "factor must be a number"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, sentence: str) -> None:
    assert old in TEXT
    with pytest.raises(KnowledgeError, match=r"cohorts/iwpc\.toml") as raised:
        read_cohort(tomllib.loads(TEXT.replace(old, new, 1)), "cohorts/iwpc.toml")
    assert sentence in str(raised.value)


def test_a_cohort_that_is_not_there_is_named() -> None:
    with pytest.raises(KnowledgeError, match=r"cohorts/nobody\.toml"):
        load_cohort("nobody")


def test_it_fits_the_models_it_is_for() -> None:
    definition = load_cohort("iwpc")
    for equation in definition.equations.values():
        for name in filter(None, (equation.model, equation.otherwise)):
            model = shipped().models[name]
            assert model.output.unit == {1: "mg/wk", 7: "mg/d"}[int(equation.factor)]
            for asked in model.inputs.values():
                known = definition.inputs[asked.name]
                assert known.kind == asked.kind
                told = {value for reading in known.readings for value in reading.values.values()} - {"unknown"}
                if asked.kind == "choice":
                    assert told <= set(asked.choices)
    assert shipped().inputs.keys() >= definition.inputs.keys()


def test_serving_does_not_read_it() -> None:
    assert "cohorts" not in FOLDERS
