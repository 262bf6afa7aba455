"""Two ways to score the same unseen people, side by side: with ancestry or without, spline-logistic or challenger. The gate judges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.knowledge.model_types import Formula
from models.training import metrics
from models.training.asked import BY_NAME, Asked
from models.training.evaluate import DECIMALS, Resampling, told
from models.training.fit import Settings, complete, fitted, risk
from models.training.gate import Verdict, judge
from models.training.metrics import Floats
from models.training.rows import usable
from models.training.scoring import risks_of
from models.training.splits import Split, of_cycles


def with_ancestry(plain: Formula, telling: Formula, people: pd.DataFrame, how: Resampling) -> dict[str, Any]:
    """The formula that is told ancestry beside the one that is not, on people whose ancestry is known. A policy, so no verdict.

    `group_error`: the mean distance of observed from expected in each ancestry, weighed by its people. One for all hides what groups bear.
    """
    some = people[usable(people, [BY_NAME[name] for name in telling.inputs])]
    outcome, ancestry = some["outcome"].to_numpy(np.float64), some["race-ethnicity"].to_numpy()
    risks = {"without": risks_of(plain, some), "with": risks_of(telling, some)}
    verdict = judge(outcome, risks["without"], risks["with"], times=how.times, seed=how.seed)
    errors = {f"{who}.group_error": round(_group_error(outcome, one, ancestry), DECIMALS) for who, one in risks.items()}
    return _compared(verdict, outcome, risks) | errors


def _group_error(outcome: Floats, risks: Floats, group: Any) -> float:
    return float(sum(abs((outcome - risks)[group == name].sum()) for name in sorted(set(group))) / len(outcome))


def with_challenger(
    champion: Formula, challenger: Any, asked: Asked, people: pd.DataFrame, how: Resampling
) -> tuple[Verdict, dict[str, Any]]:
    """A fitted pipeline as challenger of the shipped formula on the same inputs."""
    some = complete(people, asked)
    outcome, risks = (
        some["outcome"].to_numpy(np.float64),
        {"champion": risks_of(champion, some), "challenger": risk(challenger, asked, some)},
    )
    verdict = judge(outcome, *risks.values(), times=how.times, seed=how.seed)
    return verdict, {"promoted": int(verdict.promoted), **_compared(verdict, outcome, risks)}


def with_input(asked: Asked, name: str, settings: Settings, people: pd.DataFrame, split: Split, how: Resampling) -> dict[str, Any]:
    """One input more, on the years to choose on: both fitted on the earlier ones, on the same people, of whom everything is known."""
    more = Asked(f"{asked.id}+{name}", (*asked.inputs, name))
    earlier, later = (complete(of_cycles(people, cycles), more) for cycles in (split.fit, split.choose))
    outcome = later["outcome"].to_numpy(np.float64)
    risks = {who: risk(fitted(one, earlier, settings), one, later) for who, one in (("without", asked), ("with", more))}
    return _compared(judge(outcome, *risks.values(), times=how.times, seed=how.seed), outcome, risks)


def _compared(verdict: Verdict, outcome: Floats, risks: dict[str, Floats]) -> dict[str, Any]:
    """Differences of the second from the first with the gate's intervals, and each one's own measures."""
    people = {"n": verdict.people, "events": verdict.events}
    found: dict[str, Any] = {
        "people": verdict.people,
        "events": verdict.events,
        "log_loss_difference": told(verdict.log_loss.value, verdict.log_loss.low, verdict.log_loss.high) | people,
        "auroc_difference": told(verdict.auroc.value, verdict.auroc.low, verdict.auroc.high) | people,
    }
    for who, one in risks.items():
        found |= {f"{who}.{name}": round(value, DECIMALS) for name, value in _plain(outcome, one).items()}
    return found


def _plain(outcome: Floats, risks: Floats) -> dict[str, float]:
    return {
        "auroc": metrics.auroc(outcome, risks),
        "auprc": metrics.auprc(outcome, risks),
        "log_loss": float(metrics.log_losses(outcome, risks).mean()),
        "ece": metrics.calibration_error(outcome, risks),
        "oe": metrics.observed_over_expected(outcome, risks),
        "slope": metrics.recalibration(outcome, risks)[1],
    }
