"""From the linear scale of a model to its output, and back where that is possible."""

from __future__ import annotations

import math

from models.knowledge.model_types import Formula
from models.prediction.terms import step


def output(formula: Formula, linear: float) -> float:
    """The formula's output for a sum on its linear scale."""
    match formula.link:
        case "logistic":
            return logistic(linear)
        case "cloglog":
            return -math.expm1(-math.exp(min(linear, 700.0)))
        case "exp":
            return math.exp(min(linear, 700.0))
        case "square":
            return max(0.0, linear) ** 2
        case "table":
            return step(formula.table, linear)
        case "identity":
            return linear


def logistic(x: float) -> float:
    """Without overflow at either end."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)
