"""Challengers of published dose equations, fitted without the hospital they are tried on, and the gate they must pass. None is exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from models.training.dose_error import Floats, Measure, mean_difference
from models.training.iwpc_cohort import Cohort

FOLDS = 10  #: of random rows: what most reports use, told beside the gate for contrast and never by it


@dataclass(frozen=True, slots=True)
class Verdict:
    """Mean absolute error of challenger and champion at hospitals that neither fit saw, and their paired difference."""

    champion: float
    challenger: float
    difference: Measure  #: challenger less champion; below 0, the challenger is nearer
    at_random: float  #: the challenger's error by random folds

    @property
    def promoted(self) -> bool:
        """Only where it is nearer beyond chance, at unseen hospitals."""
        return self.difference.high < 0


def challengers(cohort: Cohort, seed: int) -> Mapping[str, Callable[[], Pipeline]]:
    """By name, unfitted. Everything that is learned of data, scales and categories too, is learned inside the fold."""
    columns = list(cohort.inputs.values())
    texts = [at for at, values in enumerate(columns) if values.dtype.kind == "U"]
    numbers = [at for at in range(len(columns)) if at not in texts]

    def prepared(scaler: Any) -> ColumnTransformer:
        coded = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        return ColumnTransformer([("texts", coded, texts), ("numbers", scaler, numbers)], sparse_threshold=0.0)

    def boosted() -> Pipeline:
        trees = HistGradientBoostingRegressor(
            learning_rate=0.1, max_iter=80, max_leaf_nodes=8, min_samples_leaf=30, early_stopping=False, random_state=seed
        )
        return make_pipeline(prepared("passthrough"), trees)

    return {"ridge": lambda: make_pipeline(prepared(StandardScaler()), Ridge(alpha=10.0)), "boosted": boosted}


def try_out(make: Callable[[], Pipeline], cohort: Cohort, champion: Floats, seed: int) -> Verdict:
    """On the square-root scale, as the equations. `champion`: doses of the same people by what serves now."""
    rows, folds = matrix(cohort), KFold(FOLDS, shuffle=True, random_state=seed)
    unseen = _out_of_fold(make, rows, cohort.truth, cohort.sites)
    shuffled = np.zeros(len(cohort), dtype=np.int64)
    for number, (_, tested) in enumerate(folds.split(rows)):
        shuffled[tested] = number
    drawn = _out_of_fold(make, rows, cohort.truth, shuffled)
    return Verdict(
        champion=float(np.abs(champion - cohort.truth).mean()),
        challenger=float(np.abs(unseen - cohort.truth).mean()),
        difference=mean_difference(cohort.truth, unseen, champion, seed),
        at_random=float(np.abs(drawn - cohort.truth).mean()),
    )


def matrix(cohort: Cohort) -> NDArray[Any]:
    """One row for each person, one column for each input."""
    return np.array([values.astype(object) for values in cohort.inputs.values()], dtype=object).T


def _out_of_fold(make: Callable[[], Pipeline], rows: NDArray[Any], truth: Floats, fold: NDArray[np.int64]) -> Floats:
    found = np.zeros(len(truth))
    for one in np.unique(fold):
        here = fold == one
        with threadpool_limits(1):  # several threads wait for each other more than they work, and sum in an order of their own
            fitted = make().fit(rows[~here], np.sqrt(truth[~here]))
        found[here] = np.maximum(0.0, fitted.predict(rows[here])) ** 2
    return found
