"""Split conformal intervals on the square-root scale: the quantiles, and how often they hold in people whom they have not seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.knowledge.interval_types import By
from models.training.dose_error import Floats, Mask

SPLITS = 30
BANDS = 4
STEP = 0.01
ROUNDING = 1e-9  #: (1 - 0.9) / 2 is a little less than 0.05
LEVELS = (0.90, 0.91, 0.92, 0.93, 0.94, 0.95)


@dataclass(frozen=True, slots=True)
class Sample:
    """True and predicted doses of the same people, where they were treated, and the groups by which coverage is told."""

    truth: Floats
    predicted: Floats
    sites: NDArray[np.int64]
    groups: NDArray[np.int64]  #: place of each person's group in `names`
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.truth)

    def of(self, who: Mask) -> Sample:
        return Sample(self.truth[who], self.predicted[who], self.sites[who], self.groups[who], self.names)

    def members(self) -> Iterator[tuple[str, Mask]]:
        """(name, who is in it) of each group."""
        for place, name in enumerate(self.names):
            yield name, self.groups == place


def sample_of(truth: Floats, predicted: Floats, sites: NDArray[np.int64], groups: NDArray[Any]) -> Sample:
    """With the groups as texts."""
    names, places = np.unique(groups, return_inverse=True)
    return Sample(truth, predicted, sites, places.astype(np.int64), tuple(str(name) for name in names))


@dataclass(frozen=True, slots=True)
class Learned:
    """Quantiles of √true - √predicted, one pair for each bin: a group of people, or a band of predicted dose between two borders."""

    by: By
    names: tuple[str, ...]
    borders: Floats
    people: tuple[int, ...]
    lower: Floats
    upper: Floats

    def ends(self, predicted: Floats, groups: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Of everybody's interval, in the unit of the dose."""
        at, middle = _bins(self.by, self.borders, predicted, groups), np.sqrt(predicted)
        return np.maximum(0.0, middle + self.lower[at]) ** 2, (middle + self.upper[at]) ** 2

    def inside(self, truth: Floats, predicted: Floats, groups: NDArray[np.int64]) -> Mask:
        low, high = self.ends(predicted, groups)
        return np.asarray((truth >= low) & (truth <= high))


def learn(sample: Sample, who: Mask, by: By, level: float) -> Learned:
    """From the people in `who`. Bands have equally many of them; borders are rounded as they are written into a file."""
    borders = np.round(np.quantile(sample.predicted[who], np.arange(1, BANDS) / BANDS), 1)
    at = _bins(by, borders, sample.predicted, sample.groups)
    residuals = np.sqrt(sample.truth) - np.sqrt(sample.predicted)
    members = [residuals[who & (at == one)] for one in range(len(sample.names) if by == "ancestry" else BANDS)]
    ends = np.array([quantiles(one, level) for one in members])
    return Learned(by, sample.names, borders, tuple(len(one) for one in members), ends[:, 0], ends[:, 1])


def quantiles(residuals: Floats, level: float) -> tuple[float, float]:
    """Between which a new residual lies with at least probability `level`, for exchangeable people, however residuals are distributed.

    Half of what is left out lies below and half above; infinite where there are too few people to say so.
    """
    ordered, people, tail = np.sort(residuals), len(residuals), (1 - level) / 2
    low, high = math.floor((people + 1) * tail + ROUNDING), math.ceil((people + 1) * (1 - tail) - ROUNDING)
    return (float(ordered[low - 1]) if low >= 1 else -math.inf), (float(ordered[high - 1]) if high <= people else math.inf)


def at_unseen_sites(sample: Sample, by: By, level: float) -> Mask:
    """For everybody, whether the quantiles of all other sites hold."""
    found = np.zeros(len(sample), dtype=np.bool_)
    for site in np.unique(sample.sites):
        here = sample.sites == site
        found[here] = _holds(sample, ~here, here, by, level)
    return found


def chosen_level(sample: Sample, by: By, floor: float) -> float:
    """The least level at which every group reaches `floor` at unseen sites, and one step more, since it was chosen on the same people."""
    for level in LEVELS:
        held = at_unseen_sites(sample, by, level)
        if all(held[who].mean() >= floor for _, who in sample.members() if who.any()):
            return round(level + STEP, 2)
    return round(LEVELS[-1] + STEP, 2)


def with_level_chosen_anew(sample: Sample, by: By, floor: float) -> Mask:
    """As at unseen sites, with the level chosen without the site too: what the choice of a level flatters is not in this figure."""
    found = np.zeros(len(sample), dtype=np.bool_)
    for site in np.unique(sample.sites):
        here = sample.sites == site
        found[here] = _holds(sample, ~here, here, by, chosen_level(sample.of(~here), by, floor))
    return found


def in_random_halves(sample: Sample, by: By, level: float, seed: int) -> Iterator[tuple[Mask, Mask]]:
    """(who was tested, whether it held for each of these) of each split; every group is halved, so each split tests equally many of it."""
    rng = np.random.default_rng(seed)
    for _ in range(SPLITS):
        tested = np.zeros(len(sample), dtype=np.bool_)
        for _, who in sample.members():
            rows = rng.permutation(np.flatnonzero(who))
            tested[rows[: len(rows) // 2]] = True
        yield tested, _holds(sample, ~tested, tested, by, level)


def _holds(sample: Sample, who: Mask, tested: Mask, by: By, level: float) -> Mask:
    learned = learn(sample, who, by, level)
    return learned.inside(sample.truth[tested], sample.predicted[tested], sample.groups[tested])


def _bins(by: By, borders: Floats, predicted: Floats, groups: NDArray[np.int64]) -> NDArray[np.int64]:
    return groups if by == "ancestry" else np.searchsorted(borders, predicted, side="right").astype(np.int64)
