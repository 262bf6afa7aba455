"""Intervals hold as often as they claim in people whom they have not seen, and their quantiles are those of the definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.conformal import (
    BANDS,
    Sample,
    at_unseen_sites,
    chosen_level,
    in_random_halves,
    learn,
    quantiles,
    sample_of,
    with_level_chosen_anew,
)

EVERYBODY = 4000


def made_up(seed: int, spread: tuple[float, float] = (0.6, 1.4), shift: float = 0.0) -> Sample:
    """Two groups of unequal spread at ten sites; at the last one doses are higher by `shift` on the square-root scale."""
    rng = np.random.default_rng(seed)
    groups = np.array(["narrow", "wide"])[(rng.random(EVERYBODY) < 0.25).astype(int)]
    predicted = rng.uniform(15, 60, EVERYBODY)
    sites: NDArray[np.int64] = rng.integers(0, 10, EVERYBODY)
    off = rng.normal(0, 1, EVERYBODY) * np.where(groups == "wide", spread[1], spread[0])
    truth = np.maximum(0.5, np.sqrt(predicted) + off + shift * (sites == 9)) ** 2
    return sample_of(truth, predicted, sites, groups)


def test_quantiles_leave_out_half_at_each_end_with_one_person_more() -> None:
    residuals = np.arange(1.0, 100.0)  # 99 of them: the 5th and the 95th of 100 places
    assert quantiles(residuals, 0.9) == (5.0, 95.0)
    assert quantiles(residuals[::-1], 0.9) == (5.0, 95.0)


def test_too_few_people_give_no_end() -> None:
    assert quantiles(np.arange(10.0), 0.9) == (-math.inf, math.inf)
    assert all(map(math.isfinite, quantiles(np.arange(19.0), 0.9)))


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95])
def test_new_people_are_covered_as_often_as_claimed(level: float) -> None:
    """Over many small samples: at least the level, and not much more than it."""
    rng = np.random.default_rng(1)
    held = []
    for _ in range(800):
        low, high = quantiles(rng.standard_exponential(60), level)
        held.append(low <= rng.standard_exponential() <= high)
    assert level - 0.03 <= np.mean(held) <= level + 0.06


def test_by_group_each_group_is_covered_and_without_groups_the_wide_one_is_not() -> None:
    sample = made_up(2)
    by_group = at_unseen_sites(sample, "ancestry", 0.9)
    together = at_unseen_sites(sample_of(sample.truth, sample.predicted, sample.sites, np.full(len(sample), "all")), "ancestry", 0.9)
    for _, who in sample.members():
        assert by_group[who].mean() == pytest.approx(0.9, abs=0.03)
    wide = dict(sample.members())["wide"]
    assert together[wide].mean() < 0.8 < by_group[wide].mean()


def test_a_site_that_differs_is_covered_less_and_only_leaving_it_out_shows_that() -> None:
    sample = made_up(3, spread=(1.0, 1.0), shift=1.5)
    odd = sample.sites == 9
    assert at_unseen_sites(sample, "predicted", 0.9)[odd].mean() < 0.72
    in_halves = [held[sample.sites[tested] == 9].mean() for tested, held in in_random_halves(sample, "predicted", 0.9, 1)]
    assert np.mean(in_halves) > at_unseen_sites(sample, "predicted", 0.9)[odd].mean() + 0.03


def test_random_halves_test_half_of_every_group_and_each_time_others() -> None:
    sample = made_up(4)
    splits = list(in_random_halves(sample, "ancestry", 0.9, seed=5))
    assert len(splits) == 30
    for tested, held in splits:
        assert len(held) == tested.sum()
        assert all(tested[who].sum() == who.sum() // 2 for _, who in sample.members())
    assert not np.array_equal(splits[0][0], splits[1][0])
    again = list(in_random_halves(sample, "ancestry", 0.9, seed=5))
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(splits, again, strict=True))


def test_bands_hold_equally_many_and_their_ends_grow_with_the_dose() -> None:
    sample = made_up(6)
    found = learn(sample, np.ones(len(sample), dtype=np.bool_), "predicted", 0.9)
    assert len(found.people) == BANDS
    assert max(found.people) - min(found.people) < 0.05 * EVERYBODY
    low, high = found.ends(np.array([16.0, 40.0, 58.0]), np.zeros(3, dtype=np.int64))
    assert (low >= 0).all() and (low < high).all() and (np.diff(high) > 0).all()


def test_only_those_learned_from_move_the_quantiles() -> None:
    sample = made_up(7)
    who = sample.sites < 5
    changed = Sample(np.where(who, sample.truth, 9999.0), sample.predicted, sample.sites, sample.groups, sample.names)
    one, two = (learn(s, who, "ancestry", 0.9) for s in (sample, changed))
    assert np.array_equal(one.lower, two.lower) and np.array_equal(one.upper, two.upper)


def test_the_level_that_is_chosen_reaches_the_floor_in_every_group_with_one_step_to_spare() -> None:
    sample = made_up(8, spread=(1.0, 1.0))
    level = chosen_level(sample, "predicted", 0.88)
    assert level == 0.91  # 0.90 is enough where sites do not differ
    harder = made_up(8, spread=(0.6, 1.4))
    higher = chosen_level(harder, "predicted", 0.88)
    assert higher > level
    held = at_unseen_sites(harder, "predicted", round(higher - 0.01, 2))
    assert all(held[who].mean() >= 0.88 for _, who in harder.members()) or higher == 0.96
    assert with_level_chosen_anew(sample, "predicted", 0.88).mean() > 0.88
