"""From the cells of a cohort's file to the values of inputs, by the cohort's definition. It decides nothing that is not written there."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.cohort_types import CohortInput, Keep, Reading
from models.knowledge.model_types import Value

Raw = Mapping[str, Sequence[str]]  #: column → its cells as texts, "" where nothing is known
_WORD = re.compile(r"\w+")


def text_of(cell: Any) -> str:
    """A cell as text; whole numbers without a point, so that 1.0 and "1" are one value."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def is_kept(keep: Keep, cell: str) -> bool:
    if not cell:
        return keep.or_unknown
    if keep.values or keep.but:
        return (not keep.values or cell in keep.values) and cell not in keep.but
    number = float(cell)
    bounds = (keep.low is None or number >= keep.low, keep.high is None or number <= keep.high, keep.below is None or number < keep.below)
    return all(bounds)


def input_values(one: CohortInput, raw: Raw, groups: Sequence[Any]) -> list[Value | None]:
    """One value for each row. `groups` may be empty where no reading asks for them."""
    rows = len(raw[one.readings[0].column])
    return [_value(one, raw, at, groups[at] if groups else None) for at in range(rows)]


def _value(one: CohortInput, raw: Raw, at: int, group: Any) -> Value | None:
    told = [_told(one, reading, raw[reading.column][at]) for reading in one.readings if group not in reading.not_in]
    known = [value for value in told if value is not None]
    if not known:
        return one.otherwise
    return max(float(value) for value in known) if one.kind == "flag" else known[0]


def _told(one: CohortInput, reading: Reading, cell: str) -> Value | None:
    if not cell:
        return None
    if reading.tokens:
        return next((reading.values[word] for word in _WORD.findall(cell) if word in reading.values), None)
    if reading.values:
        if cell in reading.values or one.kind != "number":
            return reading.values.get(cell)
        raise KnowledgeError(f"cohort: column '{reading.column}' holds '{cell}', which its definition has no number for; write it")
    return float(cell)
