"""A log of predictions and what came of them, row by row, from CSV or NDJSON. A row that cannot be read is counted, never quoted."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cds_service.population.bulk_files import BulkError, Trouble
from cds_service.wire import NotJson, read_json

INPUT, GROUP = "input.", "group."
HEAD = ("date", "model", "predicted", "observed")


@dataclass(frozen=True, slots=True)
class Row:
    """One prediction. `observed`: the event (1.0, 0.0) or the dose that was right; None while it is not known."""

    day: date
    predicted: float | None  #: None where the model gave none
    observed: float | None
    inputs: Mapping[str, str]  #: "" where it was missing
    groups: Mapping[str, str]


def rows(path: Path, model: str, trouble: Trouble) -> Iterator[Row]:
    """Those of one model. Raises BulkError for a file that cannot be read or that has other columns."""
    try:
        read = _ndjson(path, trouble) if path.suffix in (".ndjson", ".jsonl") else _table(path, trouble)
        for number, told in read:
            if told.get("model") != model:
                continue
            row = _row(told)
            if row is None:
                trouble.line(path.name, number)
            else:
                yield row
    except (OSError, UnicodeDecodeError):
        raise BulkError(f"{path.name}: cannot be read as UTF-8 text; correct it or its permissions") from None


def _table(path: Path, trouble: Trouble) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = csv.DictReader(file)
        names = read.fieldnames or ()
        if missing := [name for name in HEAD if name not in names]:
            raise BulkError(f"{path.name}: has no column '{missing[0]}'; the first line must name the columns (docs/local-fit.md)")
        known = (*HEAD, INPUT, GROUP)
        for place, name in enumerate(names, 1):
            if not (name in HEAD or name.startswith((INPUT, GROUP))):
                raise BulkError(f"{path.name}: column {place} is none of {', '.join(known)}…; rename it")
        for told in read:
            if None in told or None in told.values():
                trouble.line(path.name, read.line_num)
            else:
                yield read.line_num, {str(k): str(v).strip() for k, v in told.items()}


def _ndjson(path: Path, trouble: Trouble) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                told = read_json(line)
                if not isinstance(told, dict):
                    raise TypeError
                yield number, _flat(told)
            except (NotJson, TypeError, ValueError):
                trouble.line(path.name, number)


def _flat(told: Mapping[str, Any]) -> dict[str, str]:
    """Members `inputs` and `groups` as the columns of a table are named."""
    found = {name: _text(told.get(name)) for name in HEAD}
    for member, start in (("inputs", INPUT), ("groups", GROUP)):
        inside = told.get(member) or {}
        found |= {f"{start}{name}": _text(value) for name, value in inside.items()}
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dict | list):
        raise TypeError
    return str(value)


def _row(told: Mapping[str, str]) -> Row | None:
    try:
        predicted, observed = (_number(told[name]) for name in ("predicted", "observed"))
        day = date.fromisoformat(told["date"][:10])
    except (ValueError, KeyError):
        return None
    inputs = {name.removeprefix(INPUT): value for name, value in told.items() if name.startswith(INPUT)}
    groups = {name.removeprefix(GROUP): value or "not known" for name, value in told.items() if name.startswith(GROUP)}
    return Row(day, predicted, observed, inputs, groups)


def _number(text: str) -> float | None:
    """Raises ValueError for what is none, or no finite one."""
    if not text:
        return None
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number
