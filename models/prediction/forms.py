"""The forms a model may have. A special one is a module of this folder; the sum of terms is what all others are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from models.knowledge.model_types import Formula, Model, Values
from models.prediction import loading, terms
from models.prediction.links import output


@dataclass(frozen=True, slots=True)
class Scored:
    """A model's answer before anything is checked: the scale on which shares add up, and the output."""

    linear: float
    value: float


Form = Callable[[Model, Formula, Values], Scored]


def sum_of_terms(model: Model, formula: Formula, values: Values) -> Scored:
    linear = terms.linear(formula, values)
    return Scored(linear, output(formula, linear))


def dose_of_a_loading_day(model: Model, formula: Formula, values: Values) -> Scored:
    dose = loading.day_dose(model, formula, values)
    return Scored(dose, dose)


TERMS = "terms"
FORMS: Mapping[str, Form] = {TERMS: sum_of_terms, "loading": dose_of_a_loading_day}
