"""The forms a model may have. A special one is a module of this folder; the sum of terms is what all others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.knowledge.model_types import Formula, Model, Values
from models.prediction import bcrat, loading, predict_breast, premm5, terms
from models.prediction.links import output
from models.prediction.scored import Scored

Form = Callable[[Model, Formula, Values], Scored]


def sum_of_terms(model: Model, formula: Formula, values: Values) -> Scored:
    linear = terms.linear(formula, values)
    return Scored(linear, output(formula, linear))


TERMS = "terms"
FORMS: Mapping[str, Form] = {
    TERMS: sum_of_terms,
    "bcrat": bcrat.score,
    "loading": loading.score,
    "predict-breast": predict_breast.score,
    "premm5": premm5.score,
}
