"""What is measured of one formula on people of unseen years: measures with intervals, and groups. It fits nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.training import metrics
from models.training.intervals import of_measures, of_ratio, of_share, resampled
from models.training.metrics import Floats

THRESHOLD = 0.03  #: risk from which a test would be offered in the decision curve
FEWEST = 11  #: a group of fewer people is not told
DECIMALS = 5
AGES = ((20, 40, "20-39"), (40, 60, "40-59"), (60, 200, "60 and over"))
Measured = dict[str, Any]  #: {"value": …, "low": …, "high": …}, or with n and events


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are drawn."""

    times: int = 1000
    seed: int = 7


MEASURES: Mapping[str, Callable[[Floats, Floats], float]] = {
    "auroc": metrics.auroc,
    "auprc": metrics.auprc,
    "brier_skill": metrics.brier_skill,
    "ece": metrics.calibration_error,
    "oe": metrics.observed_over_expected,
    "calibration_in_the_large": metrics.in_the_large,
    "net_benefit_3pct": lambda outcome, risk: metrics.net_benefit(outcome, risk, THRESHOLD),
    "log_loss": lambda outcome, risk: float(metrics.log_losses(outcome, risk).mean()),
}


def measured(outcome: Floats, risk: Floats, how: Resampling) -> dict[str, Measured | float]:
    """Every measure with the percentile interval of a bootstrap over people; shares of people with exact ones."""

    def all_of(rows: NDArray[np.int64]) -> list[float]:
        y, p = outcome[rows], risk[rows]
        return [*(measure(y, p) for measure in MEASURES.values()), *metrics.recalibration(y, p)]

    names, people = (*MEASURES, "intercept", "slope"), {"n": len(outcome), "events": int(outcome.sum())}
    values = all_of(np.arange(len(outcome)))
    spans = of_measures(all_of, resampled(len(outcome), how.times, how.seed))
    found = {n: told(v, *span) | people for n, v, span in zip(names, values, spans, strict=True) if np.isfinite(v)}
    return {"people": people["n"], "events": people["events"], **found, **_at_threshold(outcome, risk)}


def _at_threshold(outcome: Floats, risk: Floats) -> dict[str, Measured]:
    """At the threshold: who is flagged, of those with the outcome, of those without, and how many of the flagged have it."""
    flagged = risk >= THRESHOLD
    parts = {
        "flagged_3pct": (flagged, np.ones_like(flagged)),
        "sensitivity_3pct": (flagged & (outcome == 1), outcome == 1),
        "specificity_3pct": (~flagged & (outcome == 0), outcome == 0),
        "ppv_3pct": (flagged & (outcome == 1), flagged),
    }
    return {name: _share(int(some.sum()), int(whole.sum())) for name, (some, whole) in parts.items() if whole.sum()}


def groups(people: pd.DataFrame, outcome: Floats, risk: Floats, how: Resampling) -> dict[str, dict[str, dict[str, Measured | float]]]:
    """By sex, age and reported ancestry. A group of fewer than FEWEST people is left out."""
    by = {"sex": people["sex"], "age": _age_bands(people["age"]), "ancestry": people["race-ethnicity"].fillna("not told")}
    return {
        dimension: {
            str(name): _group(outcome[rows], risk[rows], how)
            for name in sorted(column.unique())
            if (rows := (column == name).to_numpy()).sum() >= FEWEST
        }
        for dimension, column in by.items()
    }


def _age_bands(ages: pd.Series) -> pd.Series:
    found = pd.Series("", index=ages.index)
    for low, high, name in AGES:
        found[ages.between(low, high, inclusive="left")] = name
    return found


def _group(outcome: Floats, risk: Floats, how: Resampling) -> dict[str, Measured | float]:
    """People, observed rate and O/E with exact intervals; AUROC with a bootstrap one where there is somebody of each kind."""
    events = int(outcome.sum())
    found: dict[str, Measured | float] = {
        "people": len(outcome),
        "events": events,
        "observed": _share(events, len(outcome)),
        "expected": round(float(risk.mean()), DECIMALS),
        "oe": told(events / float(risk.sum()), *of_ratio(events, float(risk.sum()))) | {"n": len(outcome), "events": events},
    }
    if 0 < events < len(outcome):
        span = of_measures(lambda rows: [metrics.auroc(outcome[rows], risk[rows])], resampled(len(outcome), how.times, how.seed))[0]
        found["auroc"] = told(metrics.auroc(outcome, risk), *span) | {"n": len(outcome), "events": events}
    return found


def _share(some: int, whole: int) -> Measured:
    return told(some / whole, *of_share(some, whole)) | {"n": whole, "events": some}


def told(value: float, low: float, high: float) -> Measured:
    """Rounded; -0.0 is 0."""
    return {"value": round(value, DECIMALS) + 0.0, "low": round(low, DECIMALS) + 0.0, "high": round(high, DECIMALS) + 0.0}
