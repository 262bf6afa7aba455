"""The gate between a champion and a challenger: who may replace whom, on people of years that neither has seen. It fits nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training import metrics
from models.training.intervals import of_measures, resampled
from models.training.metrics import Floats

#: How much worse than the champion's a challenger's calibration may be and still count as "not worse".
ERROR_MARGIN, SLOPE_MARGIN, RATIO_MARGIN = 0.001, 0.05, 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """Challenger less champion, with the interval of a paired bootstrap: each draw takes the same people for both."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`against`: every reason why the champion stays; () only where the challenger won on all counts."""

    people: int
    events: int
    log_loss: Difference
    auroc: Difference
    against: tuple[str, ...]

    @property
    def promoted(self) -> bool:
        return not self.against


def judge(outcome: Floats, champion: Floats, challenger: Floats, *, times: int, seed: int) -> Verdict:
    """Promoted only where both log-loss and AUROC are better beyond chance and calibration is not worse. Risks are of the same people."""
    losses = metrics.log_losses(outcome, challenger) - metrics.log_losses(outcome, champion)

    def both(rows: NDArray[np.int64]) -> tuple[float, float]:
        of_rows = outcome[rows]
        return float(losses[rows].mean()), metrics.auroc(of_rows, challenger[rows]) - metrics.auroc(of_rows, champion[rows])

    spans = of_measures(both, resampled(len(outcome), times, seed))
    log_loss, auroc = (Difference(value, *span) for value, span in zip(both(np.arange(len(outcome))), spans, strict=True))
    against = [*_not_won(log_loss, auroc), *_worse_calibrated(outcome, champion, challenger)]
    return Verdict(len(outcome), int(outcome.sum()), log_loss, auroc, tuple(against))


def _not_won(log_loss: Difference, auroc: Difference) -> list[str]:
    lost = []
    if not log_loss.high < 0:
        lost.append(f"log-loss is not lower beyond chance ({_told(log_loss)})")
    if not auroc.low > 0:
        lost.append(f"AUROC is not higher beyond chance ({_told(auroc)})")
    return lost


def _told(difference: Difference) -> str:
    return f"{difference.value:+.4f}, {difference.low:+.4f} to {difference.high:+.4f}"


def _worse_calibrated(outcome: Floats, champion: Floats, challenger: Floats) -> list[str]:
    """A measure that does not exist for the challenger (NaN) counts as worse."""
    worse = []
    for name, margin, distance in (
        ("calibration error", ERROR_MARGIN, metrics.calibration_error),
        ("distance of the slope from 1", SLOPE_MARGIN, _slope_distance),
        ("distance of observed/expected from 1", RATIO_MARGIN, _ratio_distance),
    ):
        before, after = distance(outcome, champion), distance(outcome, challenger)
        if not after <= before + margin:
            worse.append(f"{name} is worse ({after:.4f}, champion {before:.4f})")
    return worse


def _slope_distance(outcome: Floats, risk: Floats) -> float:
    return abs(metrics.recalibration(outcome, risk)[1] - 1)


def _ratio_distance(outcome: Floats, risk: Floats) -> float:
    return float(abs(np.log(metrics.observed_over_expected(outcome, risk))))
