"""The one contract of every model: units, ranges, refusals, monotone inputs, finite outputs, an explanation that sums to the score."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator

import pytest

from models.knowledge.model_check import FORMS as NAMED
from models.knowledge.model_types import Formula, Model, ModelInput, Value, Values
from models.prediction.contract import Prediction, fitting, predict
from models.prediction.forms import FORMS
from models.units import same_dimension
from tests.support.shipped import shipped

MODELS = list(shipped().models.values())
PAIRS = [(m, f) for m in MODELS for f in m.formulas]
SEED = 20261127


def draw(asked: ModelInput, formula: Formula, rng: random.Random) -> Value:
    if asked.name in formula.when:
        return formula.when[asked.name]
    if asked.kind == "choice":
        return rng.choice(asked.choices)
    if asked.kind == "flag":
        return float(rng.random() < 0.4)
    low, high = formula.limits.get(asked.name, (asked.low or 0.0, asked.high or 0.0))
    return rng.uniform(low, high)


def people(model: Model, formula: Formula, count: int) -> Iterator[dict[str, Value]]:
    """People inside the validated ranges, of whom exactly what the formula needs is known."""
    rng = random.Random(f"{SEED}{model.id}{formula.id}")
    needed = [a for a in model.inputs.values() if a.name in formula.inputs or a.required or a.needed_with]
    for _ in range(count):
        yield {a.name: draw(a, formula, rng) for a in needed} | dict.fromkeys(model.refuses, 0.0)


def ladder(asked: ModelInput, formula: Formula) -> list[float]:
    """From the lowest to the highest value that the formula takes."""
    if asked.kind == "flag":
        return [0.0, 1.0]
    low, high = formula.limits.get(asked.name, (asked.low or 0.0, asked.high or 0.0))
    return [min(high, low + (high - low) * i / 6) for i in range(7)]


def answer(model: Model, formula: Formula, values: Values) -> Prediction | None:
    """The prediction by this formula; None where the number itself lies outside what the model gives."""
    found = predict(model, values, formula.outcome, formula.horizon_years)
    if isinstance(found, tuple):
        assert [g.subject for g in found] == [model.label], found
        return None
    return found if found.formula == formula.id else None


def test_the_forms_that_files_may_name_are_those_that_there_are() -> None:
    assert set(NAMED) == set(FORMS)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_units_are_ucum_and_ranges_are_ranges(model: Model) -> None:
    for asked in model.inputs.values():
        if asked.kind == "number":
            assert asked.unit == "1" or same_dimension(asked.unit, asked.unit), asked
            assert asked.low is not None and asked.high is not None and asked.low < asked.high
    assert model.population and model.rights and model.source.url


@pytest.mark.parametrize(("model", "formula"), PAIRS, ids=lambda x: x.id)
def test_outputs_are_finite_and_the_explanation_sums_to_the_score(model: Model, formula: Formula) -> None:
    given = 0
    for values in people(model, formula, 6):
        found = answer(model, formula, values)
        if found is None:
            continue
        given += 1
        assert math.isfinite(found.value) and model.output.low <= found.value <= model.output.high
        total = found.reference + math.fsum(share.amount for share in found.shares)
        assert total == pytest.approx(found.linear, abs=1e-9 * max(1.0, abs(found.linear)))
        assert {s.input for s in found.shares} <= model.inputs.keys()
        assert (found.low is None) == (found.people == 0)
    assert given, "no person inside the validated ranges gets a number"


@pytest.mark.parametrize(("model", "formula"), PAIRS, ids=lambda x: x.id)
def test_a_monotone_input_never_turns_the_output_the_other_way(model: Model, formula: Formula) -> None:
    for asked in model.inputs.values():
        if not asked.monotone or not (asked.name in formula.inputs or asked.required):
            continue
        sign = 1 if asked.monotone == "up" else -1
        for values in people(model, formula, 4):
            outputs_at = [values | {asked.name: value} for value in ladder(asked, formula)]
            outputs = [found.value for person in outputs_at if (found := answer(model, formula, person)) is not None]
            assert all(sign * (b - a) >= -1e-12 for a, b in itertools.pairwise(outputs)), (asked.name, outputs)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_a_missing_input_is_named_and_never_filled_in(model: Model) -> None:
    for asked in (a for a in model.inputs.values() if a.required):
        for formula in model.formulas[:4]:
            values = next(people(model, formula, 1))
            del values[asked.name]
            found = predict(model, values, formula.outcome, formula.horizon_years)
            assert isinstance(found, tuple) and f"{model.label}–{asked.name}" in {g.subject for g in found}
            assert {g.reason for g in found} == {"unavailable"}


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_outside_the_validated_range_there_is_no_number(model: Model) -> None:
    for formula in model.formulas[:4]:
        for asked in (a for a in model.inputs.values() if a.name in formula.inputs or a.required):
            if asked.name in formula.when:
                continue
            values = next(people(model, formula, 1))
            wrong: list[Value] = [math.nan, (asked.low or 0) - 1e-6 - abs(asked.low or 0) * 1e-6, (asked.high or 0) * (1 + 1e-6) + 1e-6]
            wrong = ["of nobody"] if asked.kind == "choice" else [0.5, math.nan] if asked.kind == "flag" else wrong
            for value in wrong:
                found = predict(model, values | {asked.name: value}, formula.outcome, formula.horizon_years)
                gaps = found if isinstance(found, tuple) else found.left_out
                assert any(asked.name in g.subject and g.reason == "out_of_range" for g in gaps), (asked.name, value, found)
                if isinstance(found, Prediction):  # a formula that does without it
                    assert not asked.required and asked.name not in {s.input for s in found.shares}


@pytest.mark.parametrize("model", [m for m in MODELS if m.refuses], ids=lambda m: m.id)
def test_whom_a_model_refuses_it_refuses(model: Model) -> None:
    values = next(people(model, model.formulas[0], 1))
    for name, why in model.refuses.items():
        found = predict(model, values | {name: 1.0}, model.formulas[0].outcome, model.formulas[0].horizon_years)
        assert isinstance(found, tuple) and why in {g.because for g in found}


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_what_is_known_besides_changes_nothing(model: Model) -> None:
    for formula in model.formulas[:3]:
        values = next(people(model, formula, 1))
        plain = predict(model, values, formula.outcome, formula.horizon_years)
        assert predict(model, {**values, "shoe-size": 43.0}, formula.outcome, formula.horizon_years) == plain


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_every_formula_can_be_asked_for(model: Model) -> None:
    """A formula that another one of the same outcome always pushes aside would never answer anybody."""
    for formula in model.formulas:
        chosen = fitting(model, next(people(model, formula, 1)), formula.outcome, formula.horizon_years)
        assert isinstance(chosen, Formula) and (chosen.id == formula.id or chosen.inputs >= formula.inputs), chosen
