"""The form that most models have: a sum of products of factors. Plain Python, one person at a time.

What a formula needs at every call is worked out at the first and kept with it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.knowledge.model_types import Factor, Formula, Value, Values

FORMULAS = 4096  #: that are kept ready; a snapshot has some hundreds

Made = Callable[[Values], float]


@dataclass(frozen=True, slots=True)
class _Ready:
    factors: tuple[Made, ...]
    terms: tuple[tuple[float, tuple[int, ...], int], ...]  #: coefficient, factors, whose it is in an explanation
    owners: tuple[str, ...]  #: inputs by that number


def linear(formula: Formula, values: Values) -> float:
    """The sum on the linear scale. Raises KeyError for an input that is not there, ValueError outside a logarithm's domain."""
    return formula.intercept + sum(amounts(formula, values).values())


def amounts(formula: Formula, values: Values) -> Mapping[str, float]:
    """What each input adds to the sum; a product counts for the input of its last factor."""
    ready = _ready(formula)
    made = [make(values) for make in ready.factors]
    found = [0.0] * len(ready.owners)
    for coefficient, places, owner in ready.terms:
        amount = coefficient
        for place in places:
            amount *= made[place]
        found[owner] += amount
    return dict(zip(ready.owners, found, strict=True))


@lru_cache(maxsize=FORMULAS)
def _ready(formula: Formula) -> _Ready:
    place = {f.id: number for number, f in enumerate(formula.factors)}
    owner = {f.id: f.input for f in formula.factors}
    owners = tuple(dict.fromkeys(owner[term.factors[-1]] for term in formula.terms))
    terms = tuple(
        (term.coefficient, tuple(place[name] for name in term.factors), owners.index(owner[term.factors[-1]])) for term in formula.terms
    )
    return _Ready(tuple(maker(f) for f in formula.factors), terms, owners)


def maker(f: Factor) -> Made:
    """The factor as a function of the inputs, in the order that `Factor` tells."""
    if f.equals:
        return lambda values: 1.0 if values[f.input] == f.equals else 0.0
    plain = not (f.less or f.log or f.steps or f.curve) and (f.at_least, f.at_most, f.power) == (None, None, 1.0)
    if plain:
        return _line(f.input, f.minus, f.per)
    return lambda values: _number(f, values[f.input], values[f.less] if f.less else 0.0)


def _line(name: str, minus: float, per: float) -> Made:
    if (minus, per) == (0.0, 1.0):
        return lambda values: values[name]  # type: ignore[return-value]  # a number: the contract has looked
    return lambda values: (values[name] - minus) / per  # type: ignore[operator]


def _number(f: Factor, value: Value, less: Value) -> float:
    number = float(value) - float(less)
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
    reached = bisect_right(steps, number, key=_first)
    return steps[reached - 1][1] if reached else 0.0


def curve(points: tuple[tuple[float, float], ...], number: float) -> float:
    """Straight lines between points; level beyond the ends."""
    after = bisect_right(points, number, key=_first)
    if after == 0 or after == len(points):
        return points[max(0, after - 1)][1]
    (x0, y0), (x1, y1) = points[after - 1], points[after]
    return y0 + (y1 - y0) * (number - x0) / (x1 - x0)


def _first(pair: tuple[float, float]) -> float:
    return pair[0]
