"""Risks of many people by one exported formula. It reads columns; no fitting, no pipeline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.knowledge.model_types import Factor, Formula
from models.training.metrics import Floats


def risks_of(formula: Formula, people: pd.DataFrame) -> Floats:
    """People of whom everything is known that the formula asks, one a row."""
    factors = {factor.id: _values(factor, people) for factor in formula.factors}
    linear = np.full(len(people), formula.intercept)
    for term in formula.terms:
        linear = linear + term.coefficient * np.prod([factors[name] for name in term.factors], axis=0)
    return np.asarray(1 / (1 + np.exp(-linear)), dtype=np.float64)


def _values(factor: Factor, people: pd.DataFrame) -> Floats:
    column = people[factor.input].to_numpy()
    if factor.equals:
        return np.asarray(column == factor.equals, dtype=np.float64)
    if factor.curve:
        places, heights = zip(*factor.curve, strict=True)
        return np.asarray(np.interp(column, places, heights), dtype=np.float64)
    return np.asarray(column, dtype=np.float64)
