"""One file of food: ranges of energy and carbohydrate, kitchens, what food may cost. Read strictly; no judgement of a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from models.knowledge.careplan_types import Culture, DietRows, Energy, When
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.plan_values import Food

COSTS = ("low", "middle", "high")  #: ascending
GROUPS = ("starch", "protein", "vegetables", "fruit", "instead")

ReadWhen = Callable[[Table, str], When]


def read_diet(parsed: Mapping[str, Any], name: str, read_when: ReadWhen) -> DietRows:
    """Raises KnowledgeError naming the file and the place."""
    with Table(parsed, name) as file:
        source, energy = read_source(file), _energy(file, read_when)
        with file.table("carbohydrate") as table:
            usual, lower = table.span("usual", (0, 0)), table.span("lower", (0, 0))
            lower_not = read_when(table, "lower_not")
        with file.table("preference") as table:
            asked, of_means, strained = table.texts("kitchen"), table.texts("budget"), table.texts("strained", ())
            means = {cost: table.texts(cost, ()) for cost in COSTS}
        return DietRows(
            source=source,
            energy=energy,
            carbohydrate=usual,
            lower=lower,
            lower_not=lower_not,
            notes=tuple((read_when(row, "when"), row.text("message")) for row in file.tables("note")),
            asked=asked,
            asked_of_means=of_means,
            cultures=tuple(_culture(row) for row in file.tables("kitchen")),
            means=means,
            strained=strained,
        )


def _energy(file: Table, read_when: ReadWhen) -> Energy:
    with file.table("energy") as table:
        return Energy(
            weight=_required(table, "weight"),
            height=_required(table, "height"),
            age=_required(table, "age"),
            by_sex={sex: _required(table, sex) for sex in ("male", "female")},
            activity=_pair(table, "activity", 1.0, 3.0),
            deficit=_pair(table, "deficit", 0, 2000),
            lose=read_when(table, "lose"),
            floor={sex: _required(table, f"floor_{sex}") for sex in ("male", "female")},
        )


def _required(table: Table, key: str) -> float:
    return table.number(key) or 0.0


def _pair(table: Table, key: str, least: float, most: float) -> tuple[float, float]:
    """The two ends of a range."""
    values = table.values.get(key)
    table.pass_over(key)
    if not isinstance(values, list) or len(values) != 2 or not all(isinstance(v, int | float) and least <= v <= most for v in values):
        table.refuse(f"must be two numbers between {least:g} and {most:g}", key)
    low, high = float(values[0]), float(values[1])
    if low > high:
        table.refuse("must begin with the lower number", key)
    return low, high


def _culture(row: Table) -> Culture:
    foods = tuple(_food(one) for one in row.tables("foods"))
    return Culture(row.text("id"), row.text("label"), row.texts("answers"), foods)


def _food(row: Table) -> tuple[str, Food]:
    grams = row.whole_within("carbohydrate", 0, 120, 0) or 0
    return row.choice("cost", COSTS), Food(row.choice("group", GROUPS), row.text("name"), row.text("portion"), grams)
