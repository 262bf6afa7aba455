"""Files of prediction intervals: their shape, and that no ancestry is left in whom too few were covered. It measures nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from models.knowledge.interval_types import CHECKS, Coverage, IntervalTable, Residuals
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source


def read_intervals(values: Mapping[str, Any], where: str) -> IntervalTable:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("interval") as head:
            by, floor = head.choice("by", ("ancestry", "predicted")), _number(head, "floor", 0.5, 1)
            residuals = tuple([_residuals(row, by) for row in file.tables("residuals")])
            if by == "predicted":
                _seamless(file, residuals)
            coverage = _coverage(file)
            return IntervalTable(
                id=head.text("id"),
                set=head.text("set"),
                models=head.texts("models"),
                unit=head.text("unit"),
                by=by,
                nominal=_number(head, "nominal", 0.5, 1),
                level=_number(head, "level", 0.5, 1),
                floor=floor,
                preferred=head.flag("preferred"),
                residuals=residuals,
                coverage=coverage,
                refused=refusals(coverage, floor),
                source=source,
            )


def refusals(coverage: Sequence[Coverage], floor: float) -> dict[str, str]:
    """Ancestry → why: worked out from what was measured, so that a file cannot say otherwise."""
    found: dict[str, str] = {}
    for one in coverage:
        if one.covered < floor:
            why = f"only {one.covered:.3f} of {one.people} people were inside the interval ({one.check}); {floor:g} is asked for"
            found[one.ancestry] = why
    return found


def _number(row: Table, key: str, low: float, high: float) -> float:
    if row.number(key) is None:  # a missing one is refused there
        row.refuse("is missing; write it", key)
    return row.within(key, low, high) or 0.0


def _residuals(row: Table, by: str) -> Residuals:
    lower, upper = _number(row, "lower", -10, 0), _number(row, "upper", 0, 10)
    people = row.whole_within("people", 11, 10_000_000, 0) or 0
    if by == "ancestry":
        return Residuals(row.text("ancestry"), 0.0, math.inf, people, lower, upper)
    high = row.within("high", 0, 1000)
    return Residuals("", _number(row, "low", 0, 1000), math.inf if high is None else high, people, lower, upper)


def _seamless(file: Table, residuals: Sequence[Residuals]) -> None:
    """From 0 upwards without end, nothing left out and nothing twice."""
    ends = [0.0, *(row.high for row in residuals)]
    starts = [*(row.low for row in residuals), math.inf]
    if starts != ends or any(a >= b for a, b in itertools.pairwise(ends)):
        file.refuse("must have [[residuals]] from 0 upwards that follow each other without a gap, the last one without `high`", "residuals")


def _coverage(file: Table) -> tuple[Coverage, ...]:
    found = tuple(
        [
            Coverage(
                ancestry=row.text("ancestry"),
                check=row.choice("check", CHECKS),
                people=row.whole_within("people", 11, 10_000_000, 0) or 0,
                covered=_number(row, "covered", 0, 1),
                low=_number(row, "low", 0, 1),
                high=_number(row, "high", 0, 1),
            )
            for row in file.tables("coverage")
        ]
    )
    told = [(one.ancestry, one.check) for one in found]
    wanted = [(ancestry, check) for ancestry in dict.fromkeys(a for a, _ in told) for check in CHECKS]
    if sorted(told) != sorted(wanted) or not told:
        file.refuse(f"must have each ancestry once for each of {', '.join(CHECKS)}", "coverage")
    return found
