"""People of a study out of a table (CSV): a row each, columns named as the model's inputs. What cannot be read is counted, not quoted."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from cds_service.population.bulk_files import BulkError, Trouble
from cds_service.population.outcomes import Outcome
from cds_service.population.people import Person, groups_of
from cds_service.population.study import Study
from models.knowledge.model_types import InputKind, Model, Value
from models.knowledge.types import Knowledge

OUTCOME, DAY = "outcome", "date"
_FLAGS: Mapping[str, float] = {"1": 1.0, "yes": 1.0, "true": 1.0, "0": 0.0, "no": 0.0, "false": 0.0, "1.0": 1.0, "0.0": 0.0}


def table_people(path: Path, study: Study, model: Model, knowledge: Knowledge, trouble: Trouble) -> Iterator[Person]:
    """Rows as people. An empty cell is not known; an empty outcome is a person lost from sight.

    Raises BulkError for a file that cannot be read, and for a column that is neither an input, a group of the study, `outcome` nor `date`.
    """
    kinds = _kinds(model, knowledge)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            _columns(rows.fieldnames or (), kinds, study, path.name)
            while True:
                try:
                    row = next(rows, None)
                except csv.Error:
                    trouble.line(path.name, rows.line_num)
                    continue
                if row is None:
                    return
                person = _person(row, kinds, study, model)
                if person is None:
                    trouble.line(path.name, rows.line_num)
                else:
                    yield person
    except (OSError, UnicodeDecodeError):
        raise BulkError(f"{path.name}: cannot be read as a CSV file in UTF-8; correct it or its permissions") from None


def _kinds(model: Model, knowledge: Knowledge) -> dict[str, InputKind]:
    """Of every column that is an input: those of the model, those that it refuses, and those that make a group."""
    kinds: dict[str, InputKind] = {name: asked.kind for name, asked in model.inputs.items()}
    kinds |= dict.fromkeys(model.refuses, "flag")
    return kinds | {name: knowledge.inputs[name].kind for name in ("age", "sex", "ancestry") if name in knowledge.inputs}


def _columns(names: object, kinds: Mapping[str, InputKind], study: Study, where: str) -> None:
    found = [str(name) for name in names] if isinstance(names, list | tuple) else []
    if OUTCOME not in found:
        raise BulkError(f"{where}: has no column '{OUTCOME}'; the first line must name the columns (docs/local-fit.md)")
    if len(set(found)) != len(found):
        raise BulkError(f"{where}: names a column twice; keep one")
    unknown = [n for n in found if n not in kinds and n not in (OUTCOME, DAY, *study.groups)]
    if unknown:
        raise BulkError(f"{where}: column {found.index(unknown[0]) + 1} is no input of {study.model}, and no group of the study; rename it")


def _person(row: Mapping[str | None, str | None], kinds: Mapping[str, InputKind], study: Study, model: Model) -> Person | None:
    try:
        if None in row or None in row.values():
            return None  # more or fewer cells than columns
        cells = {str(name): str(cell).strip() for name, cell in row.items()}
        known = {name: _value(cells[name], kind) for name, kind in kinds.items() if cells.get(name)}
        told = cells[OUTCOME]
        observed = None if not told else _dose(told) if model.output.what == "dose" else _FLAGS[told.lower()]
        day = date.fromisoformat(cells[DAY][:10]).isoformat() if cells.get(DAY) else (study.index or date.min).isoformat()
    except (KeyError, ValueError):
        return None
    values = {name: value for name, value in known.items() if name in model.inputs or name in model.refuses}
    came = Outcome("censored") if observed is None else Outcome("event" if observed else "none", study.days)
    return Person(values, came, observed, day, groups_of(known, {n: c for n, c in cells.items() if n not in kinds}, study.groups))


def _value(cell: str, kind: InputKind) -> Value:
    if kind == "choice":
        return cell
    return _FLAGS[cell.lower()] if kind == "flag" else _number(cell)


def _dose(cell: str) -> float:
    if (number := _number(cell)) <= 0:
        raise ValueError
    return number


def _number(cell: str) -> float:
    number = float(cell)
    if not math.isfinite(number):
        raise ValueError
    return number
