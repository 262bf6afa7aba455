"""Files that define a published cohort: their shape. Nothing that serves reads them, and they hold no person's data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from models.knowledge.cohort_types import CohortDefinition, CohortInput, Keep, Package, Reading
from models.knowledge.model_types import Value
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

_DIGEST = re.compile(r"[0-9a-f]{64}")


def read_cohort(values: Mapping[str, Any], where: str) -> CohortDefinition:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        package = _package(file)
        inputs: dict[str, CohortInput] = {}
        for row in file.tables("input"):
            one = _input(row, tuple(inputs))
            inputs[one.name] = one
        with file.table("cohort") as head:
            return CohortDefinition(
                id=head.text("id"),
                label=head.text("label"),
                package=package,
                outcome=head.text("outcome"),
                unit=head.text("unit"),
                site=head.text("site"),
                group=_one_of(head, "group", tuple(inputs)),
                keep=tuple([_keep(row) for row in file.tables("keep")]),
                known=tuple([tuple(_one_of_names(row, tuple(inputs))) for row in file.tables("known")]),
                inputs=inputs,
                source=source,
            )


def _package(file: Table) -> Package:
    with file.table("package") as table:
        for key in ("sha256", "member_sha256"):
            if not _DIGEST.fullmatch(table.text(key)):
                table.refuse("must be 64 hexadecimal digits in lower case", key)
        return Package(
            name=table.text("name"),
            version=table.text("version"),
            sha256=table.text("sha256"),
            member=table.text("member"),
            member_sha256=table.text("member_sha256"),
            rows=table.whole_within("rows", 1, 100_000_000, 0) or 0,
        )


def _input(row: Table, earlier: tuple[str, ...]) -> CohortInput:
    kind = row.choice("kind", ("number", "choice", "flag"))
    readings = tuple([_reading(inner, kind) for inner in row.tables("reading")])
    medians = row.texts("medians_by", [])
    if unknown := [name for name in medians if name not in earlier]:
        row.refuse(f"names '{unknown[0]}', which is not read before it", "medians_by")
    otherwise = _value(row, "otherwise", row.values["otherwise"]) if row.has("otherwise") else None
    row.pass_over("otherwise")
    return CohortInput(row.text("name"), kind, readings, otherwise, medians)


def _reading(row: Table, kind: str) -> Reading:
    values: dict[str, Value] = {}
    if kind != "number" or row.has("values"):
        with row.table("values") as table:
            values = {name: _value(table, name, table.values[name]) for name in table.values}
            table.pass_over(*values)
    return Reading(row.text("column"), values, row.flag("tokens", False), row.texts("not_in", []))


def _value(table: Table, key: str, value: Any) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return table.refuse("must be a number or a text", key)


def _keep(row: Table) -> Keep:
    return Keep(
        column=row.text("column"),
        because=row.text("because"),
        values=row.texts("values", []),
        but=row.texts("but", []),
        low=row.number("low", None),
        high=row.number("high", None),
        below=row.number("below", None),
        or_unknown=row.flag("or_unknown", False),
    )


def _one_of(table: Table, key: str, names: tuple[str, ...]) -> str:
    name: str = table.choice(key, names)
    return name


def _one_of_names(row: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    found = row.texts("any")
    if unknown := [name for name in found if name not in names]:
        row.refuse(f"names '{unknown[0]}', which is no [[input]] of this file", "any")
    return found
