"""What a hospital gains from its own first patients: an intercept on each equation's linear scale, drawn towards zero. It keeps none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.knowledge.interval_types import By
from models.training.conformal import Learned, Sample, learn
from models.training.dose_equations import Scores
from models.training.dose_error import Floats, near

STRENGTH = 20  #: people that the prior mean of zero counts for
SIZES = (0, 10, 20, 30, 50, 100)
REPEATS = 20
ENOUGH = 150  #: a site with fewer is left out: too few remain to be measured on


@dataclass(frozen=True, slots=True)
class Record:
    """What a site keeps of residuals r on an equation's linear scale: sums, which merge by adding."""

    people: int
    total: float  #: Σ r
    squares: float  #: Σ r²

    @property
    def intercept(self) -> float:
        """Mean residual x n / (n + 20): what `Calibration` then adds on the linear scale, with slope 1."""
        return self.total / (self.people + STRENGTH)


def record(residuals: Floats) -> Record:
    return Record(len(residuals), float(residuals.sum()), float((residuals**2).sum()))


@dataclass(frozen=True, slots=True)
class Point:
    """With so many local patients known: means over sites, each site's of people that were held out."""

    local: int
    error: float  #: mean absolute, in the unit of the dose
    near: float  #: share within a fifth of the true dose
    bias: float  #: absolute mean error of a site
    coverage: float
    worst_coverage: float  #: of the site where it is least


def sites_with_enough(sites: NDArray[np.int64]) -> list[int]:
    found, counts = np.unique(sites, return_counts=True)
    return [int(site) for site, count in zip(found, counts, strict=True) if count >= ENOUGH]


def learning_curve(scores: Sequence[Scores], sample: Sample, by: By, level: float, seed: int) -> tuple[Point, ...]:
    """Each site with 0 to 100 of its own patients known, by intervals of the other sites. The same people are held out for every size."""
    rng = np.random.default_rng(seed)
    sites = []
    for site in sites_with_enough(sample.sites):
        here = sample.sites == site
        sites.append(_site([one.of(here) for one in scores], sample.of(here), learn(sample, ~here, by, level), rng))
    measured = np.array(sites)
    means, worst = measured.mean(axis=0), measured[:, :, 3].min(axis=0)
    bias = np.abs(measured[:, :, 2]).mean(axis=0)
    return tuple(Point(size, *map(float, (*means[at, :2], bias[at], means[at, 3], worst[at]))) for at, size in enumerate(SIZES))


def _site(scores: Sequence[Scores], own: Sample, others: Learned, rng: np.random.Generator) -> Floats:
    """(sizes, 4): absolute error, share near, error, coverage, over the repeats."""
    found = np.zeros((len(SIZES), 4))
    residuals = [one.residuals(own.truth) for one in scores]
    for _ in range(REPEATS):
        order = rng.permutation(len(own))
        held = order[max(SIZES) :]
        for at, size in enumerate(SIZES):
            shifts = [record(r[order[:size]]).intercept for r in residuals]
            doses = np.mean([one.doses(shift) for one, shift in zip(scores, shifts, strict=True)], axis=0)[held]
            truth = own.truth[held]
            covered = others.inside(truth, doses, own.groups[held])
            found[at] += [np.abs(doses - truth).mean(), near(truth, doses).mean(), (doses - truth).mean(), covered.mean()]
    return found / REPEATS
