"""The scorer of many against the scorer of one: the same numbers, and none for the same people."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.knowledge.calibration_types import Calibration
from models.knowledge.model_types import LINKS, Factor, Formula, Model, ModelInput, Output, Term, Value
from models.prediction.contract import outside, predict
from models.prediction.forms import TERMS
from models.prediction.links import output as output_of_one
from models.prediction.terms import linear as linear_of_one
from models.training import vectorised
from models.training.vectorised import linear, score
from tests.support.made_up_models import SOURCE
from tests.support.shipped import shipped

PAIRS = [(m, f) for m in shipped().models.values() if m.form == TERMS for f in m.formulas]
PEOPLE = 40
CLOSE = 1e-12


def drawn(asked: ModelInput, formula: Formula, rng: random.Random) -> Value | None:
    """Mostly what is validated; now and then missing, beside the range, or of another kind."""
    if rng.random() < 0.02:
        return None
    if asked.kind == "choice":
        usual = formula.when.get(asked.name)
        return usual if usual and rng.random() < 0.9 else rng.choice((*asked.choices, "another"))
    if asked.kind == "flag":
        return rng.choice((*(0.0, 1.0) * 20, 0.5))
    low, high = formula.limits.get(asked.name, (asked.low or 0.0, asked.high or 0.0))
    return rng.choice((low, high, *(rng.uniform(low, high) for _ in range(20)), high + 1.0))


def persons(model: Model, formula: Formula, seed: object) -> list[dict[str, Value]]:
    rng = random.Random(repr(seed))
    made = ({n: drawn(a, formula, rng) for n, a in model.inputs.items() if a.name in formula.inputs or a.required} for _ in range(PEOPLE))
    refused = ({name: float(rng.random() < 0.05) for name in model.refuses} for _ in range(PEOPLE))
    return [{n: v for n, v in (one | more).items() if v is not None} for one, more in zip(made, refused, strict=True)]


def columns(model: Model, people: Sequence[Mapping[str, Value]]) -> dict[str, npt.NDArray[Any]]:
    found: dict[str, npt.NDArray[Any]] = {}
    for name in dict.fromkeys(n for person in people for n in person):
        choice = name in model.inputs and model.inputs[name].kind == "choice"
        values = [person.get(name, "" if choice else math.nan) for person in people]
        found[name] = np.array(values, dtype=object if choice else np.float64)
    return found


def alone(model: Model, formula: Formula, values: Mapping[str, Value], calibration: Calibration | None = None) -> float:
    """By the contract, asked for this very formula; NaN where it gives a Gap."""
    only = Model(**{name: getattr(model, name) for name in Model.__dataclass_fields__} | {"formulas": (formula,)})
    found = predict(only, values, calibration=calibration)
    return math.nan if isinstance(found, tuple) else found.value


def agree(found: npt.NDArray[np.float64], wanted: Sequence[float]) -> None:
    np.testing.assert_allclose(found, np.array(wanted), rtol=CLOSE, atol=CLOSE, equal_nan=True)


@pytest.mark.parametrize(("model", "formula"), PAIRS, ids=lambda x: x.id)
def test_every_shipped_formula_gives_everybody_what_the_contract_gives(model: Model, formula: Formula) -> None:
    people = persons(model, formula, (model.id, formula.id))
    wanted = [alone(model, formula, person) for person in people]
    agree(score(model, formula, columns(model, people)), wanted)
    assert any(w == w for w in wanted), "nobody got a number"
    assert any(w != w for w in wanted), "nobody was refused"


# ---- random models: every operation of a factor, every link ------------------------------------------------------------


def random_factor(index: int, rng: random.Random) -> Factor:
    number = rng.choice(("age", "bmi", "hdl-cholesterol"))
    places = tuple((float(x), rng.uniform(-2, 2)) for x in sorted(rng.sample(range(1, 90), 4)))
    operations: dict[str, Any] = rng.choice(
        (
            {"minus": rng.uniform(0, 50), "per": rng.uniform(1, 10)},
            {"less": "systolic-pressure", "minus": 3.0},
            {"at_least": 30.0, "at_most": 60.0, "per": 7.0},
            {"log": True, "power": 2.0, "minus": 1.5},
            {"power": rng.choice((-1.0, 0.5, 3.0, -2.0)), "per": 100.0},
            {"steps": places},
            {"curve": places},
            {"at_least": 25.0, "log": True, "curve": ((3.0, 0.5), (4.0, -0.5))},
        )
    )
    if rng.random() < 0.2:
        return Factor(f"f{index}", "sex", equals=rng.choice(("female", "male")))
    return Factor(f"f{index}", number, **operations)


def random_model(seed: int) -> Model:
    rng = random.Random(seed)
    factors = tuple(random_factor(i, rng) for i in range(6))
    terms = tuple(Term(tuple(f.id for f in rng.sample(factors, rng.choice((1, 1, 2, 3)))), rng.uniform(-0.02, 0.02)) for _ in range(8))
    used = {name for term in terms for name in term.factors}
    table = tuple((x / 10, rng.random()) for x in range(-30, 30, 7))
    link = LINKS[seed % len(LINKS)]
    own = Formula(
        "f",
        "o",
        link,
        rng.uniform(-2, 2),
        terms,
        factors=tuple(f for f in factors if f.id in used),
        when={"sex": "female"} if seed % 3 else {},
        limits={"age": (30.0, 70.0)} if seed % 2 else {},
        table=table if link == "table" else (),
    )
    inputs = {
        "age": ModelInput("age", unit="a", low=18, high=95, reference=50.0),
        "bmi": ModelInput("bmi", unit="kg/m2", low=12, high=60, required=False, reference=25.0),
        "hdl-cholesterol": ModelInput("hdl-cholesterol", unit="mg/dL", low=10, high=120, required=False, reference=50.0),
        "systolic-pressure": ModelInput("systolic-pressure", unit="mm[Hg]", low=80, high=220, required=False, reference=120.0),
        "sex": ModelInput("sex", kind="choice", choices=("female", "male"), reference="female"),
    }
    output = Output("risk", "1", 0.0, 1.0) if link in ("logistic", "cloglog", "table") else Output("score", "1", -50.0, 50.0)
    return Model("random", "Random", "terms", "nobody", inputs, (own,), output, SOURCE, refuses={"statin": "why"})


@pytest.mark.parametrize("seed", range(60))
def test_random_models_agree(seed: int) -> None:
    model = random_model(seed)
    formula = model.formulas[0]
    people = persons(model, formula, seed)
    moved = Calibration("random", "f", "here", 0.1, 0.9, 1, 1, "1")
    agree(score(model, formula, columns(model, people)), [alone(model, formula, p) for p in people])
    agree(score(model, formula, columns(model, people), moved), [alone(model, formula, p, moved) for p in people])
    whole = [p for p in people if formula.inputs <= p.keys() and not outside(model.inputs["sex"], p.get("sex", "female"))]
    sums = [linear_of_one(formula, p) for p in whole]
    agree(linear(formula, columns(model, whole)), sums)
    agree(score(model, formula, columns(model, whole), checked=False), [output_of_one(formula, s) for s in sums])


def test_many_blocks_are_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(2)
    told = columns(model, persons(model, model.formulas[0], 1))
    whole = score(model, model.formulas[0], told)
    monkeypatch.setattr(vectorised, "BLOCK", 7)
    np.testing.assert_array_equal(score(model, model.formulas[0], told), whole)


def test_choices_may_be_texts_of_numpy() -> None:
    model = random_model(1)
    told = columns(model, persons(model, model.formulas[0], 1))
    as_texts = told | {"sex": told["sex"].astype(str)}
    np.testing.assert_array_equal(score(model, model.formulas[0], as_texts), score(model, model.formulas[0], told))


def test_an_input_without_a_column_is_missing_for_everybody() -> None:
    model = random_model(1)
    told = columns(model, persons(model, model.formulas[0], 1))
    del told["age"]
    assert np.isnan(score(model, model.formulas[0], told)).all()


def test_what_cannot_be_scored_is_refused() -> None:
    model = random_model(1)
    with pytest.raises(ValueError, match="of one length"):
        score(model, model.formulas[0], {"age": np.ones(3), "bmi": np.ones(2)})
    special = Model(**{name: getattr(model, name) for name in Model.__dataclass_fields__} | {"form": "special"})
    with pytest.raises(ValueError, match="only sums of terms"):
        score(special, model.formulas[0], {"age": np.ones(3)})
