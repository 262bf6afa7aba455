"""How far predicted doses lie from the true ones: errors, shares within a fifth, and paired differences with resampled intervals. It fits nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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


def share(hits: Mask) -> Measure:
    """A share of people with its exact interval (Clopper and Pearson)."""
    people, events = len(hits), int(hits.sum())
    low = float(beta.ppf(0.025, events, people - events + 1)) if events else 0.0
    high = float(beta.ppf(0.975, events + 1, people - events)) if events < people else 1.0
    return Measure(events / people, low, high, people, events)


class Resampled:
    """The same draws of the same people for every figure, so that differences are paired. Percentile intervals."""

    def __init__(self, people: int, seed: int) -> None:
        draws = np.random.default_rng(seed).integers(0, people, size=(DRAWS, people))
        self.people = people
        self.weights = np.stack([np.bincount(rows, minlength=people) for rows in draws]).astype(np.float64) / people

    def mean(self, values: Floats) -> Measure:
        low, high = np.percentile(self.weights @ values, (2.5, 97.5))
        return Measure(float(values.mean()), float(low), float(high), self.people)


def mean_errors(truth: Floats, predicted: Mapping[str, Floats], seed: int) -> dict[str, Measure]:
    """Mean absolute error of each, in the unit of `truth`."""
    resampled = Resampled(len(truth), seed)
    return {name: resampled.mean(np.abs(values - truth)) for name, values in predicted.items()}


def mean_difference(truth: Floats, one: Floats, other: Floats, seed: int) -> Measure:
    """Mean absolute error of `one` less that of `other`, of the same people: below 0, `one` is nearer."""
    return Resampled(len(truth), seed).mean(np.abs(one - truth) - np.abs(other - truth))


def explained(truth: Floats, predicted: Floats) -> float:
    """R²: 1 less the squared error as a part of the variance."""
    return float(1 - ((predicted - truth) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def dose_bands(truth: Floats, low: float, high: float) -> dict[str, Mask]:
    """The three bands of true dose by which the consortium broke its results down."""
    return {"low": truth <= low, "middle": (truth > low) & (truth < high), "high": truth >= high}
