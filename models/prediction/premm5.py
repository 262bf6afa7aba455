"""PREMM5: the chance of an inherited variant of any of several genes, by a multinomial logit. Coefficients, genes and limits are data.

Source: Kastrinos and others, J Clin Oncol 2017;35:2165.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.knowledge.model_types import Formula, Model, Values
from models.prediction.links import logistic
from models.prediction.scored import Scored


def score(model: Model, formula: Formula, values: Values) -> Scored:
    """The logit of carrying any variant, or one of the gene that the formula's `variant` names; as a part of one."""
    sums = predictors(model.numbers, values)
    wanted = [formula.variant] if formula.variant else list(sums)
    most = max(0.0, *sums.values())
    carrier = math.fsum(math.exp(sums[gene] - most) for gene in wanted)
    others = math.fsum(math.exp(amount - most) for gene, amount in sums.items() if gene not in wanted) + math.exp(-most)
    linear = math.log(carrier) - math.log(others)
    return Scored(linear, logistic(linear))


def predictors(numbers: Mapping[str, Any], values: Values) -> dict[str, float]:
    """Each gene's linear predictor, against carrying none."""
    facts = {
        "intercept": 1.0,
        "male": 1.0 if values["sex"] == "male" else 0.0,
        "colorectal": number(values, "colorectal-cancer"),
        "endometrial": number(values, "endometrial-cancer"),
        "other": number(values, "other-lynch-cancer"),
        "colorectal_family": _relatives(values, "colorectal-cancers"),
        "endometrial_family": _relatives(values, "endometrial-cancers"),
        "other_family": _any_relative(values),
        "colorectal_ages": _ages(numbers, values, "colorectal"),
        "endometrial_ages": _ages(numbers, values, "endometrial"),
        "age": _clipped(number(values, "age"), numbers["age"]),
    }
    genes: Mapping[str, Mapping[str, float]] = numbers["gene"]
    return {gene: math.fsum(coefficients[name] * fact for name, fact in facts.items()) for gene, coefficients in genes.items()}


def number(values: Values, name: str) -> float:
    """A number or a yes; raises ValueError for a choice, KeyError where it is missing."""
    return float(values[name])


def _relatives(values: Values, cancers: str) -> float:
    """1 for one relative of the first degree, 2 for more; half as much for the second degree."""
    first, second = (number(values, f"{degree}-degree-{cancers}") for degree in ("first", "second"))
    return min(math.floor(first), 2) + min(math.floor(second), 2) / 2


def _any_relative(values: Values) -> float:
    first, second = (number(values, f"{degree}-degree-other-lynch-cancers") for degree in ("first", "second"))
    return (1.0 if first >= 1 else 0.0) + (0.5 if second >= 1 else 0.0)


def _ages(numbers: Mapping[str, Any], values: Values, cancer: str) -> float:
    """Years from the neutral age of the youngest diagnosis: the patient's, of first-degree and of second-degree relatives."""
    total = 0.0
    for count, age in (
        (f"{cancer}-cancer", f"{cancer}-cancer-age"),
        (f"first-degree-{cancer}-cancers", f"first-degree-{cancer}-age"),
        (f"second-degree-{cancer}-cancers", f"second-degree-{cancer}-age"),
    ):
        if number(values, count) >= 1:
            total += _clipped(number(values, age), numbers["ages"][age]) - numbers["neutral_age"]
    return total


def _clipped(years: float, ends: tuple[float, float]) -> float:
    low, high = ends
    return min(max(years, low), high)
