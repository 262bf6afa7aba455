"""The gate between a champion and a challenger: who may replace whom, on people of years that neither has seen. It fits nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.training import metrics
from models.training.intervals import of_measures, resampled
from models.training.metrics import Floats

Measure = Callable[[Floats, Floats], float]


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
    measures: tuple[Measure, ...] = (_log_loss, metrics.auroc, *(distance for _, _, distance in CALIBRATION))

    def differences(rows: NDArray[np.int64]) -> list[float]:
        return [measure(outcome[rows], challenger[rows]) - measure(outcome[rows], champion[rows]) for measure in measures]

    spans = of_measures(differences, resampled(len(outcome), times, seed))
    values = differences(np.arange(len(outcome)))
    log_loss, auroc, *calibration = (Difference(value, *span) for value, span in zip(values, spans, strict=True))
    against = (*_not_won(log_loss, auroc), *_worse_calibrated(calibration))
    return Verdict(len(outcome), int(outcome.sum()), log_loss, auroc, against)


def _not_won(log_loss: Difference, auroc: Difference) -> list[str]:
    lost = []
    if not log_loss.high < 0:
        lost.append(f"log-loss is not lower beyond chance ({_told(log_loss)})")
    if not auroc.low > 0:
        lost.append(f"AUROC is not higher beyond chance ({_told(auroc)})")
    return lost


def _told(difference: Difference) -> str:
    return f"{difference.value:+.4f}, {difference.low:+.4f} to {difference.high:+.4f}"


def _worse_calibrated(found: Sequence[Difference]) -> Iterator[str]:
    """By more than the margin and beyond chance; one that does not exist for the challenger (NaN) counts as worse."""
    for (name, margin, _), difference in zip(CALIBRATION, found, strict=True):
        if not np.isfinite(difference.value) or (difference.value > margin and difference.low > 0):
            yield f"{name} is worse ({_told(difference)})"


def _log_loss(outcome: Floats, risk: Floats) -> float:
    return float(metrics.log_losses(outcome, risk).mean())


def _slope_distance(outcome: Floats, risk: Floats) -> float:
    return abs(metrics.recalibration(outcome, risk)[1] - 1)


def _ratio_distance(outcome: Floats, risk: Floats) -> float:
    observed = outcome.sum()
    return float(abs(np.log(observed / risk.sum()))) if observed else float("nan")


#: name, by how much more than the champion's it may be and still count as "not worse", and the measure: 0 is perfect
CALIBRATION: tuple[tuple[str, float, Measure], ...] = (
    ("calibration error", 0.001, metrics.calibration_error),
    ("distance of the slope from 1", 0.05, _slope_distance),
    ("distance of observed/expected from 1", 0.05, _ratio_distance),
)
