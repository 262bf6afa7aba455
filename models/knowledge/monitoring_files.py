"""The file of monitoring thresholds, strictly read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from models.knowledge.monitoring_types import ACTIONS, Limit, Thresholds
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

FILE = "monitoring/thresholds.toml"


def read_thresholds(values: Mapping[str, Any], where: str) -> Thresholds:
    """Raises KnowledgeError naming the place."""
    with Table(values, where) as file:
        read_source(file)
        with file.table("window") as window:
            months = window.whole_within("months", 1, 60, 3) or 3
            least_people = window.whole_within("least_people", 11, 1_000_000, 200) or 200
            least_expected = _number(window, "least_expected", 1, 1e6)
            level = _number(window, "level", 0.5, 0.9999)
        with file.table("cusum") as cusum:
            allowance, variance = _number(cusum, "allowance", 0, 10), _number(cusum, "least_variance", 1, 1e6)
            reach = _number(cusum, "limit", 1, 100)
            of_cusum = Limit(-reach, reach, cusum.choice("action", ACTIONS))
        with file.table("slope") as slope:
            events = slope.whole_within("least_events", 11, 1_000_000, 100) or 100
            of_slope = _between(slope)
        with file.table("missing") as missing, file.table("shift") as shift:
            of_missing = Limit(-math.inf, _number(missing, "rise", 0, 1), missing.choice("action", ACTIONS))
            of_shift = Limit(-math.inf, _number(shift, "psi", 0, 10), shift.choice("action", ACTIONS))
        with file.table("ratio") as ratio, file.table("group") as group, file.table("stop") as stop:
            limits = (of_missing, of_shift, _between(ratio), _between(group), _between(stop), of_slope)
    return Thresholds(months, least_people, least_expected, level, *limits, events, of_cusum, allowance, variance)


def _between(table: Table) -> Limit:
    low, high = _number(table, "low", 0, 1), _number(table, "high", 1, 1e6)
    return Limit(low, high, table.choice("action", ACTIONS))


def _number(table: Table, key: str, low: float, high: float) -> float:
    value = table.within(key, low, high)
    return table.refuse("is missing; write it", key) if value is None else value
