"""One additive spline-logistic as a scikit-learn pipeline, and what is refused of any estimator. It chooses and measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, SplineTransformer

from models.training.asked import BY_NAME, LOGARITHMIC, Asked, levels
from models.training.refusals import TrainingRefused
from models.training.rows import usable

ENDS = (0.005, 0.995)  #: quantiles of the people trained on between which a spline bends; it goes on level beyond


@dataclass(frozen=True, slots=True)
class Settings:
    """What is chosen on unseen years: knots of each spline (2: one cubic) and C, the inverse of the penalty's strength."""

    knots: int
    c: float


def refuse_weights(estimator: Any) -> None:
    """Raises TrainingRefused where any part weighs classes.

    Balanced weights leave the ranking as it was and make each probability ten times too high (reference: O/E 0.09-0.10).
    """
    for name, value in estimator.get_params(deep=True).items():
        if name.rsplit("__", 1)[-1] == "class_weight" and value is not None:
            raise TrainingRefused(
                f"{name} = {value!r}: weighted classes destroy calibration and gain no discrimination, so no model here has them"
            )


def complete(people: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Those of whom everything is known that this formula asks, within its ranges. Nothing is imputed; the rest is not used."""
    return people[usable(people, [BY_NAME[name] for name in asked.inputs])]


def pipeline(asked: Asked, people: pd.DataFrame, settings: Settings, *, class_weight: Any = None) -> Pipeline:
    """Not yet fitted. `people` are those that it will be fitted on: they say where the splines end."""
    model = LogisticRegression(C=settings.c, class_weight=class_weight, solver="newton-cholesky", tol=1e-9, max_iter=100)
    refuse_weights(model)
    parts: list[tuple[str, Any, list[str]]] = [(name, _spline(name, people[name], settings.knots), [name]) for name in asked.numbers]
    parts.append(("flags", "passthrough", list(asked.flags)))
    parts += [(name, _levels(name), [name]) for name in asked.choices]
    return Pipeline([("factors", ColumnTransformer(parts)), ("sum", model)])


def _spline(name: str, values: pd.Series, knots: int) -> Pipeline:
    """Cubic. The constant is left out: the sum has an intercept of its own."""
    scale = np.log if name in LOGARITHMIC else None
    at = np.quantile(values if scale is None else scale(values), np.linspace(*ENDS, knots))
    spline = SplineTransformer(degree=3, knots=at[:, None], extrapolation="constant", include_bias=False)
    return Pipeline([("scale", FunctionTransformer(scale)), ("spline", spline)])


def _levels(name: str) -> Any:
    """0 or 1 for each level that has a coefficient; all others are 0 in each."""
    return OneHotEncoder(categories=[list(levels(name))], handle_unknown="ignore", sparse_output=False)


def fitted(asked: Asked, people: pd.DataFrame, settings: Settings) -> Pipeline:
    """On these people, all of whom have everything that is asked."""
    return pipeline(asked, people, settings).fit(people[list(asked.inputs)], people["outcome"])


def risk(model: Any, asked: Asked, people: pd.DataFrame) -> np.ndarray:
    """Probabilities, one a person."""
    return np.asarray(model.predict_proba(people[list(asked.inputs)])[:, 1], dtype=np.float64)
