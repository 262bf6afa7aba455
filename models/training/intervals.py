"""Intervals: exact ones of counts, and percentiles of resampled people with a fixed seed. They measure nothing themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, chi2

LEVEL = 0.95


def of_share(events: int, people: int) -> tuple[float, float]:
    """Clopper-Pearson, for a share of people."""
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, events, people - events + 1)) if events else 0.0
    high = float(beta.ppf(1 - tail, events + 1, people - events)) if events < people else 1.0
    return low, high


def of_ratio(events: int, expected: float) -> tuple[float, float]:
    """Exact Poisson interval of the events over those expected."""
    tail = (1 - LEVEL) / 2
    low = float(chi2.ppf(tail, 2 * events) / 2) if events else 0.0
    return low / expected, float(chi2.ppf(1 - tail, 2 * (events + 1)) / 2) / expected


def resampled(people: int, times: int, seed: int) -> NDArray[np.int64]:
    """(times, people) rows drawn with replacement. The same seed and sizes draw the same rows."""
    return np.random.default_rng(seed).integers(0, people, size=(times, people))


def of_measures(measures: Callable[[NDArray[np.int64]], Sequence[float]], draws: NDArray[np.int64]) -> list[tuple[float, float]]:
    """Percentiles of each measure over the draws; a draw in which a measure does not exist (NaN) does not count for it."""
    drawn = np.array([measures(rows) for rows in draws], dtype=np.float64)
    tails = (1 - LEVEL) / 2 * 100, (1 + LEVEL) / 2 * 100
    kept = (column[np.isfinite(column)] for column in drawn.T)
    return [(float(low), float(high)) for low, high in (np.percentile(c, tails) if len(c) else (np.nan, np.nan) for c in kept)]
