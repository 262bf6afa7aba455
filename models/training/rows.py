"""Which people a formula may be used on: everything known that it asks, inside its ranges. It looks at no outcome."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from models.knowledge.model_types import ModelInput


def usable(people: pd.DataFrame, inputs: Iterable[ModelInput]) -> pd.Series:
    """True for each person of whom all of these are known and lie where the model was made for."""
    stays = pd.Series(True, index=people.index)
    for asked in inputs:
        column = people[asked.name]
        stays &= column.between(asked.low, asked.high) if asked.kind == "number" else column.notna()
        if asked.kind == "choice":
            stays &= column.isin(asked.choices)
    return stays


def medians(people: pd.DataFrame, inputs: Iterable[ModelInput]) -> dict[str, float]:
    """The middle of each number, over those of whom it is known: a shift between years is seen there first."""
    return {f"median.{one.name}": round(float(people[one.name].median()), 2) for one in inputs if one.kind == "number"}


def missing(people: pd.DataFrame, inputs: Iterable[ModelInput]) -> dict[str, float]:
    """The share of people of whom each is not known."""
    return {asked.name: float(people[asked.name].isna().mean()) for asked in inputs}
