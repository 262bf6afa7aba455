"""Predictions: one by the contract, and a million at once, by PREVENT's base equation. It measures and judges nothing."""

from __future__ import annotations

import random
import time
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from models.knowledge.model_types import Formula, Model, ModelInput, Value
from models.knowledge.types import Knowledge
from models.prediction.contract import Prediction, predict
from models.prediction.terms import linear
from models.training.vectorised import score

MODEL, OUTCOME, HORIZON = "prevent", "total-cvd", 10.0
ONE, MANY, ROUNDS = 2_000, 1_000_000, 5


def report(knowledge: Knowledge) -> str:
    """Two lines. One prediction beside its bare sum, a million beside a million of single ones, each pair in one run."""
    model = knowledge.models[MODEL]
    formula = next(f for f in model.formulas if f.outcome == OUTCOME and f.horizon_years == HORIZON and f.variant == "base")
    people = [_person(model, formula, seed) for seed in range(ONE)]
    whole, bare = zip(*((_of_contract(model, people), _of_sum(formula, people)) for _ in range(ROUNDS)), strict=True)
    one, plain = median(whole), median(bare)
    columns = _columns(model, formula)
    many = median(_of_million(model, formula, columns) for _ in range(ROUNDS))
    return (
        f"One prediction with checks and explanation {one:.1f} µs; its sum alone {plain:.1f} µs; ratio {one / plain:.2f}\n"
        f"A million at once, of {len(formula.terms)} terms, checked {many:.2f} s; {one / many:.0f} times as fast as one after the other"
    )


def _person(model: Model, formula: Formula, seed: int) -> dict[str, Value]:
    rng = random.Random(seed)
    drawn: dict[str, Value] = dict.fromkeys(model.refuses, 0.0)
    for name in _needed(model, formula):
        asked = model.inputs[name]
        number = rng.uniform(*_usual(formula, asked))
        drawn[name] = formula.when.get(name) or (float(rng.random() < 0.3) if asked.kind == "flag" else number)
    return drawn


def _needed(model: Model, formula: Formula) -> list[str]:
    return [name for name, asked in model.inputs.items() if asked.required or name in formula.inputs]


def _usual(formula: Formula, asked: ModelInput) -> tuple[float, float]:
    """The middle half of what is validated: at the corners some sums leave the output's own limits."""
    low, high = formula.limits.get(asked.name, (asked.low or 0.0, asked.high or 0.0))
    return low + (high - low) / 4, high - (high - low) / 4


def _of_contract(model: Model, people: list[dict[str, Value]]) -> float:
    """Microseconds of one."""
    start = time.perf_counter()
    found = [predict(model, person, OUTCOME, HORIZON) for person in people]
    took = time.perf_counter() - start
    assert all(isinstance(one, Prediction) for one in found)
    return took / len(people) * 1e6


def _of_sum(formula: Formula, people: list[dict[str, Value]]) -> float:
    start = time.perf_counter()
    for person in people:
        linear(formula, person)
    return (time.perf_counter() - start) / len(people) * 1e6


def _columns(model: Model, formula: Formula) -> dict[str, npt.NDArray[Any]]:
    rng = np.random.default_rng(1)
    found: dict[str, npt.NDArray[Any]] = {name: np.zeros(MANY) for name in model.refuses}
    for name in _needed(model, formula):
        asked = model.inputs[name]
        if name in formula.when:
            found[name] = np.array([formula.when[name]] * MANY, dtype=object)  # as pandas gives texts
        elif asked.kind == "flag":
            found[name] = (rng.random(MANY) < 0.3).astype(np.float64)
        else:
            found[name] = rng.uniform(*_usual(formula, asked), MANY)
    return found


def _of_million(model: Model, formula: Formula, columns: dict[str, npt.NDArray[Any]]) -> float:
    """Seconds."""
    start = time.perf_counter()
    found = score(model, formula, columns)
    took = time.perf_counter() - start
    assert len(found) == MANY
    assert not np.isnan(found).any()
    return took
