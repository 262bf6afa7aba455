"""The choice of knots and penalty for each formula, on years that its fit has not seen. It looks at no later years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from models.training import metrics
from models.training.asked import Asked
from models.training.fit import Settings, complete, fitted, risk
from models.training.splits import Split, of_cycles

GRID = tuple(Settings(knots, c) for knots, c in product((2, 3), (0.03, 0.1, 0.3, 1.0, 3.0)))


@dataclass(frozen=True, slots=True)
class Tried:
    """One candidate on the years chosen on. `behind`: mean log-loss above the best one's, `error`: its standard error."""

    settings: Settings
    people: int
    events: int
    auroc: float
    log_loss: float
    slope: float
    behind: float = 0.0
    error: float = 0.0


def chosen(tried: Sequence[Tried]) -> Tried:
    """Of those within one standard error of the lowest log-loss: the slope nearest to 1, then fewer knots, then the stronger penalty.

    Log-loss alone hardly tells them apart, and its best one is too sure of itself on later years: slope below 1.
    """
    near = [one for one in tried if one.behind <= one.error]
    return min(near, key=lambda one: (round(abs(one.slope - 1), 3), one.settings.knots, one.settings.c))


def trials(asked: Asked, people: pd.DataFrame, split: Split, grid: Sequence[Settings] = GRID) -> tuple[Tried, ...]:
    """Every candidate, fitted on the years to fit on and measured on those to choose on."""
    earlier = complete(of_cycles(people, split.fit), asked)
    later = complete(of_cycles(people, split.choose), asked)
    outcome = later["outcome"].to_numpy(np.float64)
    risks = [risk(fitted(asked, earlier, settings), asked, later) for settings in grid]
    losses = [metrics.log_losses(outcome, risks_of_one) for risks_of_one in risks]
    best = min(losses, key=lambda loss: float(loss.mean()))
    return tuple(_tried(s, outcome, r, loss, loss - best) for s, r, loss in zip(grid, risks, losses, strict=True))


def _tried(settings: Settings, outcome: metrics.Floats, risks: metrics.Floats, loss: metrics.Floats, behind: metrics.Floats) -> Tried:
    return Tried(
        settings=settings,
        people=len(outcome),
        events=int(outcome.sum()),
        auroc=metrics.auroc(outcome, risks),
        log_loss=float(loss.mean()),
        slope=metrics.recalibration(outcome, risks)[1],
        behind=float(behind.mean()),
        error=float(behind.std(ddof=1) / np.sqrt(len(behind))),
    )
