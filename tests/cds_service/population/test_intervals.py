"""Intervals and areas against scipy and scikit-learn's definitions."""

from __future__ import annotations

import math
import random

import pytest
from scipy.stats import chi2

from cds_service.population.intervals import auroc, followed, poisson, ratio


@pytest.mark.parametrize("count", [0, 1, 5, 50, 1000, 30_000])
@pytest.mark.parametrize("level", [0.95, 0.99])
def test_a_counts_interval_is_the_exact_one(count: int, level: float) -> None:
    tail = (1 - level) / 2
    low = chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    assert poisson(count, level) == pytest.approx((low, chi2.ppf(1 - tail, 2 * count + 2) / 2), rel=1e-8)


def test_a_ratio_has_the_counts_interval() -> None:
    value, (low, high) = ratio(20, 10.0)
    assert (value, low, high) == pytest.approx((2.0, 1.2217, 3.0888), abs=1e-4)


def test_an_area_is_the_part_of_pairs_in_the_right_order() -> None:
    rng = random.Random(4)
    scores = [float(rng.randint(0, 12)) for _ in range(160)]
    events = [rng.random() < 1 / (1 + math.exp(3 - s / 3)) for s in scores]
    had, others = [s for s, e in zip(scores, events, strict=True) if e], [s for s, e in zip(scores, events, strict=True) if not e]
    pairs = sum((a > b) + (a == b) / 2 for a in had for b in others) / (len(had) * len(others))
    found = auroc(scores, events)
    assert found is not None
    area, (low, high) = found
    assert area == pytest.approx(pairs)
    spread = [math.fsum((a > b) + (a == b) / 2 for b in others) / len(others) for a in had]
    other = [math.fsum((a > b) + (a == b) / 2 for a in had) / len(had) for b in others]
    error = math.sqrt(sum(_variance(v) / len(v) for v in (spread, other)))
    assert (low, high) == pytest.approx((area - 1.959964 * error, area + 1.959964 * error))


def _variance(values: list[float]) -> float:
    mean = sum(values) / len(values)
    return sum((v - mean) ** 2 for v in values) / (len(values) - 1)


def test_an_area_needs_people_of_both_kinds() -> None:
    assert auroc([1.0, 2.0, 3.0], [True, False, False]) is None


def test_who_is_lost_from_sight_counts_until_then() -> None:
    """Five people: events on days 2 and 4, one lost on day 3, two followed to the end."""
    found = followed([2, 3, 4, 9, 9], [True, False, True, False, False], 9)
    assert found is not None
    assert found[0] == pytest.approx(1 - (4 / 5) * (2 / 3))
    assert found[1][0] < found[0] < found[1][1]


def test_what_comes_after_the_end_does_not_count() -> None:
    assert followed([2, 8], [False, True], 5) is None
    found = followed([2, 8, 9], [True, True, False], 5)
    assert found is not None and found[0] == pytest.approx(1 / 3)
