"""PREDICT Breast 2.1: death within years after surgery for early breast cancer, from it or another cause. Numbers are data.

Source: Candido dos Reis and others, Breast Cancer Res 2017;19:58 (version 2); superseded by version 3. Radiotherapy is not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.knowledge.model_types import Formula, Model, Values
from models.prediction.scored import Scored


def score(model: Model, formula: Formula, values: Values) -> Scored:
    """Death from any cause within the horizon, as a part of one. Linear: the logarithm of the cumulative hazard of both causes."""
    years = formula.horizon_years or 0.0
    hazard = breast_hazard(model.numbers, values, years) + other_hazard(model.numbers, values, years)
    return Scored(math.log(hazard), -math.expm1(-hazard))


def breast_hazard(numbers: Mapping[str, Any], values: Values, years: float) -> float:
    """Cumulative hazard of death from breast cancer after so many years, with the treatments that `values` name."""
    positive = values["er-positive"] == 1.0
    if positive:
        first, inverse_root, mixed = numbers["positive"]["baseline"]
        root = math.sqrt(years)
        baseline = math.exp(first + inverse_root / root + mixed * math.log(years) / root)
    else:
        first, square, inverse = numbers["negative"]["baseline"]
        baseline = math.exp(first + square / years**2 + inverse / years)
    return baseline * math.exp(prognostic_index(numbers, values) + treatment(numbers, values))


def other_hazard(numbers: Mapping[str, Any], values: Values, years: float) -> float:
    """Cumulative hazard of death from other causes, by age at surgery."""
    other = numbers["other"]
    index = other["age"] * ((float(values["age"]) / 10) ** 2 - other["centre"])
    first, log, root = other["baseline"]
    return math.exp(index + first + log * math.log(years) + root * math.sqrt(years))


def prognostic_index(numbers: Mapping[str, Any], values: Values) -> float:
    """Of death from breast cancer, without treatment beyond surgery. A marker that is not known adds nothing."""
    age, size, nodes, grade = (float(values[name]) for name in ("age", "tumour-size", "positive-nodes", "tumour-grade"))
    positive = values["er-positive"] == 1.0
    of = numbers["positive" if positive else "negative"]
    total: float = of["nodes"][0] * (math.log((nodes + 1) / 10) + of["nodes"][1])
    if positive:
        decades = age / 10
        (first, first_centre), (second, second_centre) = of["age"]
        total += first * (decades**-2 - first_centre) + second * (decades**-2 * math.log(decades) - second_centre)
        total += of["size"][0] * (math.log(size / 100) + of["size"][1]) + of["grade"] * grade
        total += of["screen"] * float(values.get("screen-detected", numbers["screen_unknown"]))
    else:
        slope, centre = of["age"]
        total += slope * (age - centre) + of["size"][0] * (math.sqrt(size / 100) - of["size"][1])
        total += of["grade"] if grade >= 2 else 0.0
    for marker in numbers["marker"]:
        if marker["input"] in values and _fits(marker, values):
            total += marker["yes"] if values[marker["input"]] == 1.0 else marker["no"]
    return total


def treatment(numbers: Mapping[str, Any], values: Values) -> float:
    """The sum of the logarithms of the hazard ratios of the treatments; those that do not fit the tumour add nothing."""
    return math.fsum(one["log_hazard"] for one in numbers["treatment"] if values.get(one["input"]) == one["is"] and _fits(one, values))


def _fits(one: Mapping[str, Any], values: Values) -> bool:
    """Does it count for such a tumour?"""
    return "with" not in one or values.get(one["with"]) == 1.0
