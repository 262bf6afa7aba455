"""Two ways to score the same unseen people, side by side: with and without ancestry, spline-logistic and challenger. The gate judges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.knowledge.model_types import Formula
from models.training import metrics
from models.training.asked import BY_NAME, Asked
from models.training.evaluate import DECIMALS, Resampling
from models.training.fit import Settings, complete, fitted, risk
from models.training.gate import Difference, Verdict, judge
from models.training.metrics import Floats
from models.training.rows import usable
from models.training.scoring import risks_of
from models.training.splits import Split, of_cycles


def with_ancestry(plain: Formula, told: Formula, people: pd.DataFrame, how: Resampling) -> tuple[Verdict, dict[str, Any]]:
    """The formula with ancestry as challenger of the one without, on people whose ancestry is known."""
    some = people[usable(people, [BY_NAME[name] for name in told.inputs])]
    return _compared(some["outcome"].to_numpy(np.float64), risks_of(plain, some), risks_of(told, some), how)


def with_challenger(
    champion: Formula, challenger: Any, asked: Asked, people: pd.DataFrame, how: Resampling
) -> tuple[Verdict, dict[str, Any]]:
    """A fitted pipeline as challenger of the shipped formula on the same inputs."""
    some = complete(people, asked)
    return _compared(some["outcome"].to_numpy(np.float64), risks_of(champion, some), risk(challenger, asked, some), how)


def with_input(asked: Asked, name: str, settings: Settings, people: pd.DataFrame, split: Split, how: Resampling) -> dict[str, Any]:
    """One input more, on the years to choose on: both fitted on the earlier ones, on the same people, of whom everything is known."""
    more = Asked(f"{asked.id}+{name}", (*asked.inputs, name))
    earlier, later = (complete(of_cycles(people, cycles), more) for cycles in (split.fit, split.choose))
    risks = [risk(fitted(one, earlier, settings), one, later) for one in (asked, more)]
    return _compared(later["outcome"].to_numpy(np.float64), risks[0], risks[1], how)[1]


def _compared(outcome: Floats, champion: Floats, challenger: Floats, how: Resampling) -> tuple[Verdict, dict[str, Any]]:
    verdict = judge(outcome, champion, challenger, times=how.times, seed=how.seed)
    found: dict[str, Any] = {
        "people": verdict.people,
        "events": verdict.events,
        "promoted": int(verdict.promoted),
        "log_loss_difference": _told(verdict.log_loss),
        "auroc_difference": _told(verdict.auroc),
    }
    for who, risks in (("champion", champion), ("challenger", challenger)):
        found |= {f"{who}.{name}": round(value, DECIMALS) for name, value in _plain(outcome, risks).items()}
    return verdict, found


def _plain(outcome: Floats, risks: Floats) -> dict[str, float]:
    return {
        "auroc": metrics.auroc(outcome, risks),
        "auprc": metrics.auprc(outcome, risks),
        "log_loss": float(metrics.log_losses(outcome, risks).mean()),
        "ece": metrics.calibration_error(outcome, risks),
        "oe": metrics.observed_over_expected(outcome, risks),
        "slope": metrics.recalibration(outcome, risks)[1],
    }


def _told(difference: Difference) -> dict[str, float]:
    return {name: round(getattr(difference, name), DECIMALS) for name in ("value", "low", "high")}
