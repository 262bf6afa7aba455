"""Intervals of counts and rates, in plain Python so that a site needs nothing more than the service. They judge nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

LEVEL = 0.95
Z = 1.959963984540054  #: of LEVEL, two-sided
Interval = tuple[float, float]


def poisson(count: int, level: float = LEVEL) -> Interval:
    """Exact (Garwood) for the expected number, when `count` events were seen."""
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else _quantile(lambda x: _gamma(count, x), tail, count)
    return low, _quantile(lambda x: _gamma(count + 1, x), 1 - tail, count + 1)


def ratio(observed: int, expected: float) -> tuple[float, Interval]:
    """Observed over expected with the exact interval of the count; `expected` must be above 0."""
    low, high = poisson(observed)
    return observed / expected, (low / expected, high / expected)


def _quantile(rising: Callable[[float], float], wanted: float, around: float) -> float:
    low, high = 0.0, around + 10 * math.sqrt(around) + 20
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _gamma(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function: by its series below the shape, by its continued fraction (Lentz) above."""
    if x <= 0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while abs(term) > abs(total) * 1e-15:
            n += 1
            term *= x / n
            total += term
        return total * front
    b = x + 1 - shape
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, 100_000):
        a = -i * (i - shape)
        b += 2
        d = 1 / (a * d + b)
        c = b + a / c
        h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return 1 - front * h


def auroc(scores: Sequence[float], events: Sequence[bool]) -> tuple[float, Interval] | None:
    """Area under the curve with DeLong's interval; None without two people of each kind."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    had, others = [i for i in order if events[i]], [i for i in order if not events[i]]
    if min(len(had), len(others)) < 2:
        return None
    all_ranks = _ranks([scores[i] for i in order])
    own = dict(zip(order, all_ranks, strict=True))
    over = [(own[i] - rank) / len(others) for i, rank in zip(had, _ranks([scores[i] for i in had]), strict=True)]
    under = [1 - (own[i] - rank) / len(had) for i, rank in zip(others, _ranks([scores[i] for i in others]), strict=True)]
    area = math.fsum(over) / len(over)
    error = math.sqrt(_variance(over) / len(over) + _variance(under) / len(under))
    return area, (max(0.0, area - Z * error), min(1.0, area + Z * error))


def _ranks(ascending: Sequence[float]) -> list[float]:
    """From 1; equal ones share the middle of theirs."""
    found: list[float] = []
    start = 0
    while start < len(ascending):
        end = start
        while end < len(ascending) and ascending[end] == ascending[start]:
            end += 1
        found += [(start + 1 + end) / 2] * (end - start)
        start = end
    return found


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)


def followed(days: Sequence[int], events: Sequence[bool], end: int) -> tuple[float, Interval] | None:
    """The part with the event by day `end` by Kaplan and Meier, with Greenwood's interval; None without events."""
    left, survival, spread = len(days), 1.0, 0.0
    by_day: dict[int, tuple[int, int]] = {}
    for day, event in zip(days, events, strict=True):
        had, gone = by_day.get(day, (0, 0))
        by_day[day] = (had + event, gone + 1)
    for day in sorted(by_day):
        had, gone = by_day[day]
        if day <= end and had:
            if had == left:
                return None
            survival *= 1 - had / left
            spread += had / (left * (left - had))
        left -= gone
    if survival == 1.0:
        return None
    width = Z * math.sqrt(spread) / abs(math.log(survival))
    low, high = survival ** math.exp(width), survival ** math.exp(-width)
    return 1 - survival, (1 - high, 1 - low)
