"""Scores many people at once with numpy, by the data and rules of models/prediction. It fits nothing; nothing that serves imports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from models.knowledge.model_types import Factor, Formula, Model, ModelInput
from models.prediction.calibration import Calibration
from models.prediction.forms import TERMS

Column = npt.NDArray[Any]  #: numbers (missing: NaN), flags 1.0 and 0.0, or the names of choices (missing: "" or None)
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
BLOCK = 65_536  #: people at once: what one factor needs of them stays in the processor's cache


def score(
    model: Model, formula: Formula, columns: Mapping[str, Column], calibration: Calibration | None = None, *, checked: bool = True
) -> Floats:
    """The model's output for each person, in the model's unit. NaN exactly where `contract.predict` would give a Gap.

    `columns` are of one length, by input name; an input that is no column is missing for everybody. `checked` False leaves out ranges and
    refusals (a trainer may want what lies beyond): NaN then only where something is missing or has no logarithm.
    Raises ValueError where the model is no sum of terms, or where the columns differ in length.
    """
    if model.form != TERMS:
        raise ValueError(f"{model.id} is of the form '{model.form}'; only sums of terms are scored at once")
    people = _people(columns)
    found = np.empty(people)
    for start in range(0, people, BLOCK):
        block = {name: column[start : start + BLOCK] for name, column in columns.items()}
        sums = _sums(formula, block, min(BLOCK, people - start))
        if calibration is not None:
            sums = calibration.intercept + calibration.slope * sums
        values = output(formula, sums)
        if checked:
            values[_refused(model, formula, block, values)] = np.nan
        found[start : start + BLOCK] = values
    return found


def linear(formula: Formula, columns: Mapping[str, Column]) -> Floats:
    """The sum on the linear scale for each person; NaN where an input is missing. Nothing is checked."""
    people = _people(columns)
    parts = [
        _sums(formula, {name: c[i : i + BLOCK] for name, c in columns.items()}, min(BLOCK, people - i)) for i in range(0, people, BLOCK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _people(columns: Mapping[str, Column]) -> int:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise ValueError("columns must be there and of one length, one row for each person")
    return lengths.pop()


def _sums(formula: Formula, columns: Mapping[str, Column], people: int) -> Floats:
    missing = np.full(people, np.nan)
    total = np.full(people, formula.intercept)
    if any(name not in columns for name in formula.inputs):
        return missing
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        made = {f.id: factor(f, columns) for f in formula.factors}
        for term in formula.terms:
            amount: Floats = term.coefficient * made[term.factors[0]]
            for name in term.factors[1:]:
                amount *= made[name]
            total += amount
    return total


def factor(f: Factor, columns: Mapping[str, Column]) -> Floats:
    """One factor of everybody, in the order that `Factor` tells; NaN where its input is missing or has no logarithm or power."""
    if f.equals:
        names = columns[f.input]
        return np.where(_absent(names), np.nan, (names == f.equals).astype(np.float64))
    number = columns[f.input].astype(np.float64)
    if f.less:
        number = number - columns[f.less].astype(np.float64)
    if f.at_least is not None:
        number = np.maximum(number, f.at_least)
    if f.at_most is not None:
        number = np.minimum(number, f.at_most)
    if f.log:
        number = np.where(number > 0, np.log(number), np.nan)
    if f.power != 1.0:
        number = _power(number, f.power)
    number = (number - f.minus) / f.per
    if f.steps:
        return steps(f.steps, number)
    return _curve(f.curve, number) if f.curve else number


def _power(number: Floats, power: float) -> Floats:
    if power == 2.0:
        return number * number
    return np.where((number == 0.0) & (power < 0), np.nan, np.power(number, power))


def steps(points: tuple[tuple[float, float], ...], number: Floats) -> Floats:
    """The second number of the last step that is reached; 0 below all."""
    starts, told = np.array([p[0] for p in points]), np.array([0.0, *(p[1] for p in points)])
    return np.where(np.isnan(number), np.nan, told[np.searchsorted(starts, number, side="right")])


def _curve(points: tuple[tuple[float, float], ...], number: Floats) -> Floats:
    x, y = np.array([p[0] for p in points]), np.array([p[1] for p in points])
    found: Floats = np.interp(number, x, y)
    return found


def output(formula: Formula, sums: Floats) -> Floats:
    """The formula's output for sums on its linear scale."""
    match formula.link:
        case "logistic":
            e = np.exp(-np.abs(sums))
            risks: Floats = np.where(sums >= 0, 1.0, e) / (1.0 + e)
            return risks
        case "cloglog":
            return -np.expm1(-np.exp(np.minimum(sums, 700.0)))
        case "exp":
            return np.exp(np.minimum(sums, 700.0))
        case "square":
            squares: Floats = np.square(np.maximum(0.0, sums))
            return squares
        case "table":
            return steps(formula.table, sums)
        case "identity":
            return sums.copy()


def _refused(model: Model, formula: Formula, columns: Mapping[str, Column], values: Floats) -> Flags:
    """Whom the contract gives no number: missing or not validated, refused, of another kind, or an output beyond its limits."""
    refused: Flags = ~((values >= model.output.low) & (values <= model.output.high))
    for name, choice in formula.when.items():
        refused |= columns[name] != choice if name in columns else True
    for name in model.refuses:
        if name in columns:
            refused |= columns[name].astype(np.float64) == 1.0
    for name, asked in model.inputs.items():
        if name not in columns:
            refused |= asked.required or name in formula.inputs
        elif name in formula.inputs or asked.required:
            refused |= ~_inside(asked, formula, columns[name])
    return refused


def _inside(asked: ModelInput, formula: Formula, column: Column) -> Flags:
    if asked.kind == "choice":
        return np.isin(column.astype(str), asked.choices)
    number = column.astype(np.float64)
    if asked.kind == "flag":
        return np.isin(number, (0.0, 1.0))
    low, high = formula.limits.get(asked.name, (asked.low or 0.0, asked.high or 0.0))
    inside: Flags = (number >= low) & (number <= high)
    return inside


def _absent(names: Column) -> Flags:
    if names.dtype.kind in "US":
        return np.asarray(names == "", dtype=np.bool_)
    return np.fromiter((n is None or n == "" or n != n for n in names), dtype=np.bool_, count=len(names))
