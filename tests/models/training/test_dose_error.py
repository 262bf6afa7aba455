"""Errors and shares of doses against figures worked out by hand, and that intervals are paired and exact."""

from __future__ import annotations

import numpy as np
import pytest

from models.training import dose_error

TRUTH = np.array([20.0, 21.0, 35.0, 49.0, 60.0])
DOSES = np.array([24.0, 25.3, 28.0, 49.0, 47.9])


def test_within_a_fifth_of_the_true_dose_not_of_the_predicted() -> None:
    assert dose_error.near(TRUTH, DOSES).tolist() == [True, False, True, True, False]
    assert dose_error.far_above(TRUTH, DOSES).tolist() == [False, True, False, False, False]


def test_bands_are_by_true_dose_and_leave_nobody_out() -> None:
    bands = dose_error.dose_bands(TRUTH, 21, 49)
    assert {name: who.tolist() for name, who in bands.items()} == {
        "low": [True, True, False, False, False],
        "middle": [False, False, True, False, False],
        "high": [False, False, False, True, True],
    }


@pytest.mark.parametrize(
    ("events", "people", "low", "high"),
    [(0, 20, 0.0, 0.168433), (20, 20, 0.831567, 1.0), (5, 10, 0.187086, 0.812914), (90, 100, 0.823777, 0.950995)],
)
def test_a_share_has_its_exact_interval(events: int, people: int, low: float, high: float) -> None:
    """Clopper and Pearson, against published tables of the binomial."""
    found = dose_error.share(np.arange(people) < events)
    assert (found.value, found.low, found.high) == pytest.approx((events / people, low, high), abs=1e-5)
    assert (found.people, found.events) == (people, events)


def test_differences_are_paired() -> None:
    """Two predictions that are off together differ by little, though each is off by much."""
    rng = np.random.default_rng(1)
    truth = rng.uniform(20, 60, 500)
    off = rng.normal(0, 12, 500)
    one, other = truth + off, truth + 1.02 * off
    less = dose_error.mean_difference(truth, one, other, seed=3)
    assert less.low < less.value < less.high < 0
    each = [dose_error.mean_error(truth, doses, seed=3) for doses in (one, other)]
    assert each[0].high > each[1].low  # apart, their intervals overlap
    assert less.value == pytest.approx(each[0].value - each[1].value)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(2).normal(size=300)
    assert dose_error.resampled_mean(values, 5) == dose_error.resampled_mean(values.copy(), 5)
    assert dose_error.resampled_mean(values, 5).low != dose_error.resampled_mean(values, 6).low


def test_explained_is_one_for_the_truth_and_nothing_for_its_mean() -> None:
    assert dose_error.explained(TRUTH, TRUTH) == 1
    assert dose_error.explained(TRUTH, np.full(5, TRUTH.mean())) == pytest.approx(0)
