"""What is measured of predicted risks against what was observed, each in a few lines of numpy. No interval (intervals.py), no model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
EDGE = 1e-12  #: a risk of 0 or 1 has no logit


def auroc(outcome: Floats, risk: Floats) -> float:
    """That of two people, one with the outcome, the right one has the higher risk; ties count half. NaN where one kind is missing."""
    _, place, count = np.unique(risk, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    events = float(outcome.sum())
    others = len(outcome) - events
    if not events or not others:
        return float("nan")
    return float((ranks[outcome == 1].sum() - events * (events + 1) / 2) / (events * others))


def auprc(outcome: Floats, risk: Floats) -> float:
    """Average precision: precision at each distinct risk, weighed by the recall that it adds."""
    values, place = np.unique(-risk, return_inverse=True)
    found = np.cumsum(np.bincount(place, weights=outcome, minlength=len(values)))
    flagged = np.cumsum(np.bincount(place, minlength=len(values)))
    added = np.diff(found, prepend=0.0) / outcome.sum()
    return float((added * found / flagged).sum())


def log_losses(outcome: Floats, risk: Floats) -> Floats:
    """Of each person."""
    p = np.clip(risk, EDGE, 1 - EDGE)
    return np.asarray(-(outcome * np.log(p) + (1 - outcome) * np.log1p(-p)))


def brier_skill(outcome: Floats, risk: Floats) -> float:
    """1 - Brier score over that of everybody's rate told to everybody: 0 no better, 1 perfect, negative worse."""
    return float(1 - np.mean((outcome - risk) ** 2) / np.mean((outcome - outcome.mean()) ** 2))


def calibration_error(outcome: Floats, risk: Floats, bins: int = 10) -> float:
    """Expected calibration error over quantile bins: mean |observed - predicted|, each bin weighed by its people."""
    order = np.argsort(risk, kind="stable")
    parts = (part for part in np.array_split(order, bins) if len(part))
    return float(sum(abs(outcome[part].sum() - risk[part].sum()) for part in parts) / len(order))


def observed_over_expected(outcome: Floats, risk: Floats) -> float:
    return float(outcome.sum() / risk.sum())


def recalibration(outcome: Floats, risk: Floats) -> tuple[float, float]:
    """Intercept and slope of a logistic regression of the outcome on the logit of the risk: (0, 1) when calibrated.

    NaN where it does not exist: risks or outcomes all alike, or outcomes that the risk separates.
    """
    x = logit(risk)
    return _newton(outcome, np.column_stack([np.ones_like(x), x]), np.zeros_like(x), 2)  # type: ignore[return-value]


def in_the_large(outcome: Floats, risk: Floats) -> float:
    """The intercept alone, with slope 1: what would have to be added to each logit."""
    return _newton(outcome, np.ones((len(risk), 1)), logit(risk), 1)[0]


def _newton(outcome: Floats, design: Floats, offset: Floats, width: int) -> tuple[float, ...]:
    """Maximum likelihood by Newton's method, each step halved until the likelihood rises; NaN where it does not settle."""
    beta, best = np.zeros(width), -np.inf
    step = beta
    for _ in range(100):
        linear = design @ (beta + step) + offset
        likelihood = float(outcome @ linear - np.logaddexp(0, linear).sum())
        if likelihood < best - 1e-9:
            step = step / 2
            continue
        beta, best = beta + step, likelihood
        p = expit(linear)
        hessian = (design * (p * (1 - p))[:, None]).T @ design
        if np.linalg.cond(hessian) > 1e12:
            break
        step = np.linalg.solve(hessian, design.T @ (outcome - p))
        if np.abs(step).max() < 1e-9:
            return tuple(map(float, beta))
    return (float("nan"),) * width


def net_benefit(outcome: Floats, risk: Floats, threshold: float) -> float:
    """True positives less false ones at the odds of the threshold, for each person looked at (decision curve)."""
    flagged = risk >= threshold
    true, false = float(outcome[flagged].sum()), float((1 - outcome[flagged]).sum())
    return (true - false * threshold / (1 - threshold)) / len(outcome)


def logit(risk: Floats) -> Floats:
    p = np.clip(risk, EDGE, 1 - EDGE)
    return np.asarray(np.log(p) - np.log1p(-p))
