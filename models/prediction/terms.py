"""The form that most models have: a sum of products of factors. Plain Python, one person at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

from models.knowledge.model_types import Factor, Formula, Values


def linear(formula: Formula, values: Values) -> float:
    """The sum on the linear scale. Raises KeyError for an input that is not there, ValueError outside a logarithm's domain."""
    made = {f.id: factor(f, values) for f in formula.factors}
    total = formula.intercept
    for term in formula.terms:
        amount = term.coefficient
        for name in term.factors:
            amount *= made[name]
        total += amount
    return total


def amounts(formula: Formula, values: Values) -> Mapping[str, float]:
    """What each input adds to the sum; a product counts for the input of its last factor."""
    made = {f.id: factor(f, values) for f in formula.factors}
    owner = {f.id: f.input for f in formula.factors}
    found: dict[str, float] = {}
    for term in formula.terms:
        amount = term.coefficient
        for name in term.factors:
            amount *= made[name]
        found[owner[term.factors[-1]]] = found.get(owner[term.factors[-1]], 0.0) + amount
    return found


def factor(f: Factor, values: Values) -> float:
    """One factor, in the order that `Factor` tells."""
    value = values[f.input]
    if f.equals:
        return 1.0 if value == f.equals else 0.0
    number = float(value)
    if f.less:
        number -= float(values[f.less])
    if f.at_least is not None and number < f.at_least:
        number = f.at_least
    if f.at_most is not None and number > f.at_most:
        number = f.at_most
    if f.log:
        number = math.log(number)
    if f.power != 1.0:
        number **= f.power
    number = (number - f.minus) / f.per
    if f.steps:
        return step(f.steps, number)
    return curve(f.curve, number) if f.curve else number


def step(steps: tuple[tuple[float, float], ...], number: float) -> float:
    """The second number of the last step that is reached; 0 below all."""
    found = 0.0
    for start, points in steps:
        if number < start:
            break
        found = points
    return found


def curve(points: tuple[tuple[float, float], ...], number: float) -> float:
    """Straight lines between points; level beyond the ends."""
    if number <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if number <= x1:
            return y0 + (y1 - y0) * (number - x0) / (x1 - x0)
    return points[-1][1]
