"""Risks of the people of a table by one exported formula, through the vectorised scorer. It checks no range: rows.py does that."""

from __future__ import annotations

import pandas as pd

from models.knowledge.model_types import Formula
from models.training.metrics import Floats
from models.training.vectorised import linear, output


def risks_of(formula: Formula, people: pd.DataFrame) -> Floats:
    """One a row, of people of whom everything is known that the formula asks."""
    return output(formula, linear(formula, {name: people[name].to_numpy() for name in sorted(formula.inputs)}))
