"""One formula of a shipped model, measured on survey cycles that it was not trained on. It fits nothing and reads no file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.knowledge.model_types import Formula, Model
from models.training.evaluate import DECIMALS, Resampling, groups, measured
from models.training.refusals import TrainingRefused
from models.training.rows import medians, missing, usable
from models.training.scoring import risks_of
from models.training.splits import Split, of_cycles

MOST_MISSING = 0.5  #: of people without one input: more is a file that was joined badly, and no measurement


def unseen(people: pd.DataFrame, cycles: tuple[int, ...], split: Split) -> pd.DataFrame:
    """Everybody of these cycles. Raises TrainingRefused where one of them was trained or chosen on."""
    if seen := sorted(set(cycles) & set(split.refit)):
        raise TrainingRefused(f"cycle {', '.join(map(str, seen))} was trained on, so it says nothing of unseen people; name later cycles")
    return of_cycles(people, cycles)


def validated(model: Model, formula: Formula, people: pd.DataFrame, how: Resampling) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """(metrics, groups) over those of `people` whom the formula may be used on; how many that is, is among the metrics."""
    asked = [model.inputs[name] for name in model.inputs if name in formula.inputs]
    absent = missing(people, asked)
    if bad := [f"{name} ({share:.0%})" for name, share in absent.items() if share > MOST_MISSING]:
        raise TrainingRefused(f"too many people lack {', '.join(bad)}: that looks like a file that was joined badly; nothing was measured")
    some = people[usable(people, asked)]
    outcome, risk = some["outcome"].to_numpy(np.float64), risks_of(formula, some)
    if not 0 < outcome.sum() < len(outcome):
        raise TrainingRefused(f"formula {formula.id}: nobody with the outcome, or nobody without it, is left to measure on")
    counted = {"in_cohort": len(people), "not_scored": len(people) - len(some)}
    shares = {f"missing.{name}": round(share, DECIMALS) for name, share in absent.items()}
    return {**counted, **measured(outcome, risk, how), **shares, **medians(people, asked)}, groups(some, outcome, risk, how)
