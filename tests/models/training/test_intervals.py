"""Intervals: exact ones against published values, resampled ones against what they must hold."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from models.training.bands import FEWEST, bands
from models.training.intervals import of_measures, of_ratio, of_share, resampled


def test_clopper_pearson_for_a_tenth() -> None:
    """2 of 20: 1.23 % to 31.70 %, as tables have it."""
    assert of_share(2, 20) == pytest.approx((0.0123, 0.3170), abs=5e-5)


def test_the_rule_of_three_holds_where_nobody_has_the_outcome() -> None:
    low, high = of_share(0, 100)
    assert low == 0 and high == pytest.approx(1 - 0.025 ** (1 / 100))
    assert of_share(100, 100)[1] == 1


def test_exact_poisson_interval_of_ten_events() -> None:
    """10 events: 4.795 to 18.39, as tables have it."""
    assert of_ratio(10, 1.0) == pytest.approx((4.795, 18.390), abs=5e-4)
    assert of_ratio(0, 2.0) == pytest.approx((0, 3.689 / 2), abs=5e-4)


def test_the_same_seed_draws_the_same_people_and_another_one_others() -> None:
    assert (resampled(50, 4, 7) == resampled(50, 4, 7)).all()
    assert (resampled(50, 4, 7) != resampled(50, 4, 8)).any()


def test_a_draw_in_which_a_measure_does_not_exist_does_not_count() -> None:
    draws = np.array([[0], [1], [2], [3]])
    low, high = of_measures(lambda rows: [float("nan") if rows[0] == 3 else float(rows[0])], draws)[0]
    assert low == pytest.approx(0.05) and high == pytest.approx(1.95)


def test_bands_hold_everybody_once_and_nobody_alone() -> None:
    rng = np.random.default_rng(5)
    risk = rng.beta(1, 25, 4000)
    outcome = (rng.random(4000) < risk).astype(np.float64)
    found = bands(outcome, risk)
    assert sum(band.people for band in found) == 4000
    assert all(one.high == two.low for one, two in pairwise(found))
    assert (found[0].low, found[-1].high) == (0.0, 1.0)
    assert min(band.people for band in found) >= FEWEST
    for band in found:
        inside = (risk >= band.low) & (risk < band.high)
        assert band.people == inside.sum() and band.lower <= outcome[inside].mean() <= band.upper


@pytest.mark.parametrize("people", [1, 49, 51, 99, 120])
def test_few_people_are_one_band(people: int) -> None:
    risk = np.linspace(0.001, 0.5, people)
    found = bands(np.zeros(people), risk)
    assert sum(band.people for band in found) == people
    assert all(band.people >= FEWEST for band in found) or len(found) == 1
