"""The interval around a predicted dose, by the residuals that were measured. It predicts nothing and words nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

from models.knowledge.interval_types import IntervalTable, Residuals


def preferred(tables: Iterable[IntervalTable], models: frozenset[str]) -> IntervalTable | None:
    """The table to use for the mean of these models; None where none was measured for just them."""
    return next((t for t in tables if t.preferred and frozenset(t.models) == models), None)


def interval(table: IntervalTable, predicted: float, ancestry: str) -> tuple[float, float] | str:
    """Low and high in the table's unit around `predicted` (same unit, > 0), or in words why none is given.

    `ancestry` is asked for in every table: in one by predicted dose it does not move the interval, but it still decides
    whether coverage was measured for the patient, and was high enough.
    """
    if because := refusal(table, ancestry):
        return because
    row = next((r for r in table.residuals if _holds(r, table, predicted, ancestry)), None)
    if row is None or predicted <= 0:
        return "no residuals were measured for such a prediction"
    middle = math.sqrt(predicted)
    return max(0.0, middle + row.lower) ** 2, (middle + row.upper) ** 2


def refusal(table: IntervalTable, ancestry: str) -> str:
    """Why no interval is given to people of this ancestry; "" when one is."""
    if ancestry not in {one.ancestry for one in table.coverage}:
        return f"how often an interval holds was not measured for ancestry '{ancestry}'"
    return table.refused.get(ancestry, "")


def _holds(row: Residuals, table: IntervalTable, predicted: float, ancestry: str) -> bool:
    return row.ancestry == ancestry if table.by == "ancestry" else row.low <= predicted < row.high
