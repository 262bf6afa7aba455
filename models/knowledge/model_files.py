"""Files of predictive models: their shape, from TOML, JSON of the same structure, or a table of formulas. They are compared elsewhere."""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.model_types import (
    LINKS,
    Band,
    Card,
    Factor,
    Formula,
    InputKind,
    Model,
    ModelInput,
    Output,
    Term,
    Value,
)
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

FOLDER = "models/"
KINDS: tuple[InputKind, ...] = ("number", "flag", "choice")
COX = "cox"  #: in files: baseline survival and mean; held as cloglog
_HEAD = ("id", "outcome", "horizon_years", "variant", "link", "intercept", "baseline", "mean")


def read_models(texts: Mapping[str, str], toml: Callable[[str, str], dict[str, Any]]) -> dict[str, Model]:
    """Every model of the folder by id. Raises KnowledgeError naming the file and the place."""
    found: dict[str, Model] = {}
    for name in sorted(t for t in texts if t.startswith(FOLDER) and t.endswith(".toml")):
        stem = name.removesuffix(".toml")
        values = toml(name, texts[name])
        if f"{stem}.json" in texts:
            values = {**values, **_json(f"{stem}.json", texts[f"{stem}.json"])}
        if f"{stem}.tsv" in texts:
            values = {**values, "formula": list(_rows(f"{stem}.tsv", texts[f"{stem}.tsv"]))}
        model = read_model(values, name)
        if name != f"{FOLDER}{model.id}.toml":
            raise KnowledgeError(f"{name}: holds model '{model.id}'; a model's file bears its id")
        found[model.id] = model
    return found


def _json(name: str, text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise KnowledgeError(f"{name}: not JSON ({error}); export the model anew") from None
    if not isinstance(values, dict):
        raise KnowledgeError(f"{name}: must be an object; export the model anew")
    return values


def _rows(name: str, text: str) -> Iterator[dict[str, Any]]:
    """One formula a line. "when:sex" is a choice that must hold, "limit:age" a range (30-59); other columns are terms, empty without."""
    for number, row in enumerate(csv.DictReader(text.splitlines(), delimiter="\t"), 2):
        try:
            numbers = {k: float(v) for k, v in row.items() if v and k not in ("id", "outcome", "variant", "link") and ":" not in k}
        except ValueError:
            raise KnowledgeError(f"{name}: line {number} has a coefficient that is no number; correct it") from None
        head = {k: row[k] for k in ("id", "outcome", "variant", "link") if row.get(k)}
        head |= {k: numbers.pop(k) for k in _HEAD if k in numbers}
        when = {k.removeprefix("when:"): v for k, v in row.items() if k.startswith("when:") and v}
        limits = {k.removeprefix("limit:"): [float(end) for end in v.split("-")] for k, v in row.items() if k.startswith("limit:") and v}
        yield {**head, "when": when, "limits": limits, "terms": numbers}


def read_model(values: Mapping[str, Any], where: str) -> Model:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("model") as head:
            form = head.text("form", "terms")
            named: dict[str, Any] = {
                "id": head.text("id"),
                "label": head.text("label"),
                "form": form,
                "population": head.text("population"),
                "rights": head.text("rights", ""),
                "terms": head.text("terms", ""),
                "vectors": head.text("vectors", ""),
                "derived": head.flag("derived", False),
            }
        inputs = {i.name: i for row in file.tables("input") for i in [_input(row)]}
        factors = {f.id: f for row in file.tables("factor") for f in [_factor(row)]} if file.has("factor") else {}
        return Model(
            **named,
            inputs=inputs,
            formulas=tuple([_formula(row, factors) for row in file.tables("formula")]),
            output=_output(file),
            source=source,
            refuses=file.mapping("refuses", {}),
            numbers=_numbers(file),
            card=_card(file),
        )


def _output(file: Table) -> Output:
    with file.table("output") as table:
        low, high = required(table, "low"), required(table, "high")
        if low >= high:
            table.refuse("must be below `high`", "low")
        return Output(table.choice("what", ("risk", "dose", "score", "rate")), table.text("unit"), low, high)


def _numbers(file: Table) -> Mapping[str, Any]:
    """Tables of a special form, whose module reads them."""
    if not file.has("numbers"):
        return {}
    table = file.table("numbers")
    return table.values


def _card(file: Table) -> Card:
    if not file.has("card"):
        return Card()
    with file.table("card") as table:
        return Card(table.mapping("attributes", {}), table.texts("runs", []))


def _input(row: Table) -> ModelInput:
    kind: InputKind = row.choice("kind", KINDS) if row.has("kind") else "number"
    choices = row.texts("choices", [])
    if (kind == "choice") != bool(choices):
        row.refuse("are what a choice has, and nothing else", "choices")
    numbers = (row.text("unit"), required(row, "low"), required(row, "high")) if kind == "number" else ("", None, None)
    return ModelInput(
        name=row.text("name"),
        kind=kind,
        unit=numbers[0],
        low=numbers[1],
        high=numbers[2],
        choices=choices,
        required=row.flag("required", True),
        reference=_reference(row, kind, choices),
        monotone=row.choice("monotone", ("up", "down")) if row.has("monotone") else "",
        change_to=row.number("change_to", None),
        needed_with=row.text("needed_with", ""),
    )


def _reference(row: Table, kind: str, choices: tuple[str, ...]) -> Value:
    if kind == "choice":
        return str(row.choice("reference", choices))
    return required(row, "reference") if kind == "number" or row.has("reference") else 0.0


def _factor(row: Table) -> Factor:
    per = row.number("per", 1.0)
    if not per:
        row.refuse("must not be 0", "per")
    found = Factor(
        id=row.text("id"),
        input=row.text("input"),
        less=row.text("less", ""),
        at_least=row.number("at_least", None),
        at_most=row.number("at_most", None),
        log=row.flag("log", False),
        power=row.number("power", 1.0) or 1.0,
        minus=row.number("minus", 0.0) or 0.0,
        per=per or 1.0,
        equals=row.text("equals", ""),
        steps=pairs(row, "steps"),
        curve=pairs(row, "curve"),
    )
    if sum(map(bool, (found.equals, found.steps, found.curve))) > 1:
        row.refuse("has more than one of equals, steps and curve")
    return found


def _formula(row: Table, factors: Mapping[str, Factor]) -> Formula:
    link = row.choice("link", (*LINKS, COX))
    intercept = row.number("intercept", 0.0) or 0.0
    if link == COX:
        survival = required(row, "baseline")
        if not 0 < survival < 1:
            row.refuse("is a survival; it must lie between 0 and 1", "baseline")
        intercept += math.log(-math.log(survival)) - (row.number("mean", 0.0) or 0.0)
    terms = tuple(_terms(row, factors))
    used = dict.fromkeys(name for term in terms for name in term.factors)
    return Formula(
        id=row.text("id"),
        outcome=row.text("outcome"),
        link="cloglog" if link == COX else link,
        intercept=intercept,
        terms=terms,
        horizon_years=row.number("horizon_years", None),
        variant=row.text("variant", ""),
        when=row.mapping("when", {}),
        table=pairs(row, "table"),
        factors=tuple(factors[name] for name in used),
        limits=_limits(row),
        bands=_bands(row),
    )


def _terms(row: Table, factors: Mapping[str, Factor]) -> Iterator[Term]:
    with row.table("terms") as table:
        for name in table.values:
            parts = tuple(part.strip() for part in name.split("*"))
            if unknown := [part for part in parts if part not in factors]:
                table.refuse(f"names the factor '{unknown[0]}', which is not defined; define it or correct the name", name)
            coefficient = required(table, name)
            if coefficient:
                yield Term(parts, coefficient)


def _limits(row: Table) -> Mapping[str, tuple[float, float]]:
    if not row.has("limits"):
        return {}
    with row.table("limits") as table:
        return {name: _ends(table, name) for name in table.values}


def _ends(table: Table, key: str) -> tuple[float, float]:
    ends = table.values[key]
    table.pass_over(key)
    if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(e, int | float) for e in ends) or ends[0] >= ends[1]:
        table.refuse("must be the least and the greatest value of a range", key)
    return float(ends[0]), float(ends[1])


def _bands(row: Table) -> tuple[Band, ...]:
    """[low, high, people, lower, upper] each, ascending."""
    return tuple(Band(low, high, int(people), lower, upper) for low, high, people, lower, upper in _lists(row, "bands", 5))


def required(table: Table, key: str) -> float:
    value = table.number(key)
    return table.refuse("is missing; write it", key) if value is None else value


def pairs(row: Table, key: str) -> tuple[tuple[float, float], ...]:
    """Points of a curve, steps or a table, by ascending first number."""
    found = tuple((a, b) for a, b in _lists(row, key, 2))
    if any(one[0] >= other[0] for one, other in itertools.pairwise(found)):
        row.refuse("must ascend by its first numbers", key)
    return found


def _lists(row: Table, key: str, length: int) -> list[list[float]]:
    listed = row.values.get(key, [])
    row.pass_over(key)
    if not isinstance(listed, list) or not all(isinstance(one, list) and len(one) == length for one in listed):
        row.refuse(f"must be a list of lists of {length} numbers", key)
    if not all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for one in listed for v in one):
        row.refuse("holds what is no finite number", key)
    return [[float(v) for v in one] for one in listed]
