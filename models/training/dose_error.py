"""How far predicted doses lie from true ones: errors, shares within a fifth, paired differences, each with an interval. It fits nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
NEAR = 0.2  #: a dose is near when it is within this part of the true one, the usual measure in this literature
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure with a 95 % interval and the people it rests on; `events` where it is a share of them."""

    value: float
    low: float
    high: float
    people: int
    events: int | None = None


def near(truth: Floats, predicted: Floats) -> Mask:
    return np.abs(predicted - truth) <= NEAR * truth


def far_above(truth: Floats, predicted: Floats) -> Mask:
    """More than a fifth above the true dose: too much."""
    return predicted > (1 + NEAR) * truth


def share(hits: Mask) -> Measure:
    """A share of people with its exact interval (Clopper and Pearson)."""
    people, events = len(hits), int(hits.sum())
    low = float(beta.ppf(0.025, events, people - events + 1)) if events else 0.0
    high = float(beta.ppf(0.975, events + 1, people - events)) if events < people else 1.0
    return Measure(events / people, low, high, people, events)


def resampled_mean(values: Floats, seed: int) -> Measure:
    """A mean with its 2.5th and 97.5th percentile over resampled people: the same people for the same seed."""
    low, high = np.percentile(_weights(len(values), seed) @ values, (2.5, 97.5))
    return Measure(float(values.mean()), float(low), float(high), len(values))


@lru_cache(maxsize=2)  # the same people are asked for several figures in turn
def _weights(people: int, seed: int) -> Floats:
    """(draws, people): how often each is drawn, as a part of all."""
    draws = np.random.default_rng(seed).integers(0, people, size=(DRAWS, people))
    return np.stack([np.bincount(rows, minlength=people) for rows in draws]).astype(np.float64) / people


def mean_error(truth: Floats, predicted: Floats, seed: int) -> Measure:
    """Mean absolute error, in the unit of `truth`."""
    return resampled_mean(np.abs(predicted - truth), seed)


def mean_difference(truth: Floats, one: Floats, other: Floats, seed: int) -> Measure:
    """Mean absolute error of `one` less that of `other`, of the same people: below 0, `one` is nearer."""
    return resampled_mean(np.abs(one - truth) - np.abs(other - truth), seed)


def explained(truth: Floats, predicted: Floats) -> float:
    """R²: 1 less the squared error as a part of the variance."""
    return float(1 - ((predicted - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def dose_bands(truth: Floats, low: float, high: float) -> dict[str, Mask]:
    """The three bands of true dose by which the consortium broke its results down."""
    return {"low": truth <= low, "middle": (truth > low) & (truth < high), "high": truth >= high}
