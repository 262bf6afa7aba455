"""Calibration bands of a formula: of people given a risk from here to there, how many there were, and the share with the outcome."""

from __future__ import annotations

import numpy as np

from models.knowledge.model_types import Band
from models.training.intervals import of_share
from models.training.metrics import Floats

EDGES = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.4, 1.0)
FEWEST = 50  #: people of a band: fewer are told together with the next lower band


def bands(outcome: Floats, risk: Floats) -> tuple[Band, ...]:
    """From the top down, so that the rare high risks are told together and never with fewer than FEWEST people."""
    made: list[Band] = []
    high = EDGES[-1]
    for low in reversed(EDGES[:-1]):
        inside = (risk >= low) & (risk < high)
        below = int((risk < low).sum())
        if inside.sum() >= FEWEST and (below >= FEWEST or low == EDGES[0]):
            made.append(_band(low, high, outcome[inside]))
            high = low
        elif low == EDGES[0]:
            made.append(_band(low, high, outcome[inside]))
    return tuple(reversed(made))


def _band(low: float, high: float, outcome: Floats) -> Band:
    lower, upper = of_share(int(outcome.sum()), len(outcome))
    return Band(low, high, len(outcome), float(np.round(lower, 5)), float(np.round(upper, 5)))
