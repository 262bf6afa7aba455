"""The gate lets through only what is nearer at hospitals it has not seen; what leaks through random folds does not help."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from models.training.dose_challenger import challengers, matrix, try_out
from models.training.iwpc_cohort import Cohort

PEOPLE = 600


def made_up(seed: int) -> tuple[Cohort, NDArray[np.float64]]:
    """Doses that rest on weight and gene, and besides on the hospital; and the dose by weight and gene alone."""
    rng = np.random.default_rng(seed)
    sites = rng.integers(0, 12, PEOPLE)
    weight, gene = rng.uniform(50, 110, PEOPLE), rng.choice(np.array(["G/G", "A/G", "A/A"]), PEOPLE)
    at_site = rng.normal(0, 0.8, 12)
    root = 3.0 + 0.03 * weight - np.select([gene == "A/G", gene == "A/A"], [0.8, 1.7], 0.0)
    truth = np.maximum(1.0, root + at_site[sites] + rng.normal(0, 0.3, PEOPLE)) ** 2
    inputs = {"weight": weight, "gene": gene, "code": sites.astype(str)}
    return Cohort(inputs, truth, sites.astype(np.int64), gene), root**2


def test_what_only_recognises_the_hospital_wins_by_random_folds_and_is_not_promoted() -> None:
    cohort, champion = made_up(1)
    by_code = make_pipeline(OneHotEncoder(handle_unknown="ignore"), Ridge(0.1))
    verdict = try_out(lambda: clone(by_code), cohort.of_inputs("gene", "code"), champion, seed=1)
    assert verdict.at_random < verdict.challenger
    assert not verdict.promoted


def test_what_is_nearer_at_unseen_hospitals_is_promoted() -> None:
    cohort, champion = made_up(2)
    without_code = cohort.of_inputs("weight", "gene")
    verdict = try_out(challengers(without_code, 1)["ridge"], without_code, champion * 1.5, seed=1)
    assert verdict.challenger < verdict.champion
    assert verdict.promoted


def test_what_is_as_near_is_not_promoted() -> None:
    cohort, champion = made_up(3)
    assert not try_out(challengers(cohort, 1)["ridge"], cohort, champion, seed=1).promoted


def test_boosting_learns_of_data_only_inside_the_fold() -> None:
    """A level that is only there at a hospital that was left out is no error, and the fit has not seen it."""
    cohort, _ = made_up(4)
    rows = matrix(cohort)
    made = challengers(cohort, 1)["boosted"]().set_params(histgradientboostingregressor__max_iter=3)
    here = cohort.sites == 5
    fitted = made.fit(rows[~here], np.sqrt(cohort.truth[~here]))
    assert np.isfinite(fitted.predict(rows[here])).all()
    assert "5" not in fitted[0].named_transformers_["texts"].categories_[1]
