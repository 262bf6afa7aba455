"""A fitted pipeline as a formula of the model contract: splines as curves of straight lines, choices and flags as coefficients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from models.knowledge.model_types import Factor, Formula, Term
from models.training.asked import BY_NAME, LOGARITHMIC, OUTCOME, Asked, levels
from models.training.metrics import Floats

POINTS = 33  #: of a curve, evenly over the scale of its spline
DIGITS = 5  #: decimals of coefficients and curves


def formula(asked: Asked, model: Pipeline) -> Formula:
    """Equal to the pipeline but for straight lines between the points and rounding. The intercept is that of the reference person."""
    coefficients = np.asarray(model["sum"].coef_[0], dtype=np.float64)
    made = [*_curves(asked, model, coefficients), *_flags(asked, model, coefficients), *_levels(asked, model, coefficients)]
    at_reference = sum(shift for _, _, shift in made)
    return Formula(
        id=asked.id,
        outcome=OUTCOME,
        variant=asked.id,
        link="logistic",
        intercept=round(float(model["sum"].intercept_[0]) + at_reference, DIGITS),
        terms=tuple(Term((factor.id,), coefficient) for factor, coefficient, _ in made),
        factors=tuple(factor for factor, _, _ in made),
    )


Made = Iterator[tuple[Factor, float, float]]  #: a factor, its coefficient, and what it gives the reference person


def _curves(asked: Asked, model: Pipeline, coefficients: Floats) -> Made:
    for name in asked.numbers:
        part = model["factors"].named_transformers_[name]
        weights = coefficients[model["factors"].output_indices_[name]]
        places = _places(name, part)
        reference = float(_heights(name, part, np.array([float(BY_NAME[name].reference)]), weights)[0])
        heights = _heights(name, part, places, weights) - reference
        curve = tuple((float(x), round(float(y), DIGITS)) for x, y in zip(places, heights, strict=True))
        yield Factor(id=f"{name}:{asked.id}", input=name, curve=curve), 1.0, reference


def _places(name: str, part: Any) -> Floats:
    """Values of the input, rounded to five figures. Rounding outward is harmless: a spline is level beyond its ends."""
    spline = part["spline"].bsplines_[0]
    low, high = float(spline.t[spline.k]), float(spline.t[-spline.k - 1])
    even = np.linspace(low, high, POINTS)
    return np.array([float(f"{value:.5g}") for value in (np.exp(even) if name in LOGARITHMIC else even)])


def _heights(name: str, part: Any, places: Floats, weights: Floats) -> Floats:
    return np.asarray(np.asarray(part.transform(pd.DataFrame({name: places}))) @ weights, dtype=np.float64)


def _flags(asked: Asked, model: Pipeline, coefficients: Floats) -> Made:
    weights = coefficients[model["factors"].output_indices_["flags"]]
    for name, weight in zip(asked.flags, weights, strict=True):
        yield Factor(id=f"{name}:{asked.id}", input=name), round(float(weight), DIGITS), 0.0


def _levels(asked: Asked, model: Pipeline, coefficients: Floats) -> Made:
    for name in asked.choices:
        weights = coefficients[model["factors"].output_indices_[name]]
        for level, weight in zip(levels(name), weights, strict=True):
            yield Factor(id=f"{name}-{level}:{asked.id}", input=name, equals=level), round(float(weight), DIGITS), 0.0
