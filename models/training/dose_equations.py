"""Published dose equations scored on a cohort, with the very code that serves. Nothing here is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.knowledge.cohort_types import CohortEquation
from models.knowledge.model_types import Link, Model, Values
from models.prediction.contract import Prediction, predict
from models.prediction.forms import FORMS
from models.training.dose_error import Floats, Mask
from models.training.iwpc_cohort import Cohort

Models = Mapping[str, Model]


@dataclass(frozen=True, slots=True)
class Scores:
    """One equation's sums on its own linear scale, and doses in the cohort's unit: `factor` times what the link makes of a sum."""

    link: Link
    factor: float
    linear: Floats

    def doses(self, shift: float = 0.0) -> Floats:
        """With a site's intercept added on the linear scale."""
        moved = self.linear + shift
        return np.exp(moved) * self.factor if self.link == "exp" else np.maximum(0.0, moved) ** 2 * self.factor

    def residuals(self, truth: Floats) -> Floats:
        """Of true doses in the cohort's unit, on the linear scale: what a site's record sums up."""
        own = truth / self.factor
        return (np.log(own) if self.link == "exp" else np.sqrt(own)) - self.linear

    def of(self, who: Mask) -> Scores:
        return Scores(self.link, self.factor, self.linear[who])


def people(cohort: Cohort) -> list[dict[str, float | str]]:
    """Everybody's inputs as a model takes them."""
    columns = {name: values.tolist() for name, values in cohort.inputs.items()}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def score(equation: CohortEquation, everybody: Sequence[Values], models: Models) -> Scores:
    """Everybody's sum, whatever the model would refuse: for comparison with published tables.

    Who has a choice that the model does not know is scored by the equation's `otherwise`, which has the same scale.
    """
    model = models[equation.model]
    other = models[equation.otherwise or equation.model]
    links = {formula.link for one in (model, other) for formula in one.formulas}
    if len(links) != 1 or not links <= {"exp", "square"}:
        raise ValueError(f"{equation.id}: its models must have one scale, square or exp, not {', '.join(sorted(links))}")
    return Scores(links.pop(), equation.factor, np.array([_sum(model if _knows(model, one) else other, one) for one in everybody]))


def answered(equation: CohortEquation, everybody: Sequence[Values], models: Models) -> Mask:
    """Who gets a number by the contract: nothing missing, out of range or refused."""
    model = models[equation.model]
    return np.array([isinstance(predict(model, one), Prediction) for one in everybody], dtype=np.bool_)


def mean_doses(scores: Sequence[Scores]) -> Floats:
    return np.asarray(np.mean([one.doses() for one in scores], axis=0), dtype=np.float64)


def _sum(model: Model, one: Values) -> float:
    return FORMS[model.form](model, model.formulas[0], one).linear


def _knows(model: Model, one: Values) -> bool:
    return all(one[asked.name] in asked.choices for asked in model.inputs.values() if asked.kind == "choice")
