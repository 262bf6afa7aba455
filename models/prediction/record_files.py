"""A calibration record as JSON values and back: whole numbers and texts alone, so there is one way to write it. Not signed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from models.knowledge.shape import Table
from models.prediction.calibration_record import LEAST, Kind, Part, Record
from models.prediction.expected_grid import SHIFTS, SLOPES, Expected

FORMAT = "precision-hooks calibration record 1"
_TEXTS = ("model", "formula", "fingerprint", "outcome", "kind", "site", "made")
_NUMBERS = ("version", "people", "events", "linear", "residuals", "squares")


def document(record: Record) -> dict[str, Any]:
    """Members of dicts in no order: whoever signs sorts them."""
    told: dict[str, Any] = {"format": FORMAT}
    told |= {name: getattr(record, name) for name in (*_TEXTS, *_NUMBERS)}
    told["parts"] = [{"site": p.site, "first": p.first, "last": p.last, "people": p.people, "digest": p.digest} for p in record.parts]
    if record.grid is not None:
        told["expected"] = {"events": [list(row) for row in record.grid.events], "weighted": [list(row) for row in record.grid.weighted]}
    return told


def read_record(values: Mapping[str, Any], where: str) -> Record:
    """Raises KnowledgeError naming the file and the place, also where its counts contradict one another or are of too few people."""
    with Table(values, where) as file:
        if file.text("format") != FORMAT:
            file.refuse(f"must be '{FORMAT}'; another version of this software may have written it", "format")
        texts = {name: file.text(name) for name in _TEXTS}
        kind: Kind = file.choice("kind", get_args(Kind))
        file.day("made")
        numbers = {name: _whole(file, name) for name in _NUMBERS}
        parts = tuple(
            [Part(p.text("site"), p.text("first"), p.text("last"), _whole(p, "people"), p.text("digest")) for p in file.tables("parts")]
        )
        record = Record(
            texts["model"],
            texts["formula"],
            texts["fingerprint"],
            texts["outcome"],
            kind,
            texts["site"],
            numbers["version"],
            texts["made"],
            parts,
            people=numbers["people"],
            events=numbers["events"],
            linear=numbers["linear"],
            residuals=numbers["residuals"],
            squares=numbers["squares"],
            grid=_grid(file) if kind == "risk" else None,
        )
        _agree(record, file)
        return record


def _whole(table: Table, key: str) -> int:
    value = table.whole(key)
    return table.refuse("is missing", key) if value is None else value


def _grid(file: Table) -> Expected:
    with file.table("expected") as table:
        return Expected(_rows(table, "events"), _rows(table, "weighted"))


def _rows(table: Table, key: str) -> tuple[tuple[int, ...], ...]:
    rows = table.values.get(key)
    table.pass_over(key)
    if not isinstance(rows, list) or len(rows) != len(SLOPES) or not all(isinstance(r, list) and len(r) == len(SHIFTS) for r in rows):
        table.refuse(f"must be {len(SLOPES)} rows of {len(SHIFTS)} whole numbers", key)
    if not all(type(n) is int for row in rows for n in row):
        table.refuse("must hold whole numbers alone", key)
    return tuple(tuple(row) for row in rows)


def _agree(record: Record, file: Table) -> None:
    if record.version < 1:
        file.refuse("must be 1 or more", "version")
    if sum(p.people for p in record.parts) != record.people:
        file.refuse("is not the sum of its parts' people", "people")
    few = record.people if record.kind == "dose" else min(record.events, record.people - record.events)
    if few < LEAST:
        file.refuse(f"tells of fewer than {LEAST} people, and no sum over so few may be kept", "people")
