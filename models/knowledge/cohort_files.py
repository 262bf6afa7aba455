"""Files that define a published cohort: their shape. Nothing that serves reads them, and they hold no person's data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from models.knowledge.cohort_types import Claim, CohortDefinition, CohortEquation, CohortInput, Keep, Package, Reading
from models.knowledge.model_files import required
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
        equations = {one.id: one for row in file.tables("equation") for one in [_equation(row)]}
        means = {row.text("id"): _names(row, "of", tuple(equations)) for row in file.tables("mean")}
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
                known=tuple([_names(row, "any", tuple(inputs)) for row in file.tables("known")]),
                inputs=inputs,
                equations=equations,
                means=means,
                champion=_one_of(head, "champion", tuple(means)),
                bands=_bands(head),
                claim=_claim(file),
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


def _names(row: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = row.texts(key)
    if unknown := [name for name in found if name not in known]:
        row.refuse(f"names '{unknown[0]}', which this file does not define", key)
    return found


def _equation(row: Table) -> CohortEquation:
    return CohortEquation(row.text("id"), row.text("model"), required(row, "factor"), row.text("run"), row.text("otherwise", ""))


def _bands(head: Table) -> tuple[float, float]:
    with head.table("bands") as table:
        low, high = required(table, "to"), required(table, "from")
        return (low, high) if low < high else table.refuse("must lie below `from`", "to")


def _claim(file: Table) -> Claim:
    with file.table("interval") as table:
        nominal, level, floor = (required(table, key) for key in ("nominal", "level", "floor"))
        if not 0.5 < floor <= nominal <= level < 1:
            table.refuse("must ascend: floor, nominal, level")
        return Claim(nominal, level, floor)
