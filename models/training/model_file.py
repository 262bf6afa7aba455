"""The JSON of a trained model, in the shape of a knowledge file, one line for each factor and formula. It writes no file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from models.knowledge.model_types import Factor, Formula, ModelInput


def model_json(inputs: Iterable[ModelInput], formulas: Sequence[Formula]) -> str:
    """The same bytes for the same model. A list of tables for each of input, factor and formula."""
    tables = {
        "input": [_input(one) for one in inputs],
        "factor": [_factor(one) for formula in formulas for one in formula.factors],
        "formula": [_formula(one) for one in formulas],
    }
    return "{\n" + ",\n".join(_lines(name, rows) for name, rows in tables.items()) + "\n}\n"


def _lines(name: str, rows: Sequence[dict[str, Any]]) -> str:
    return f'"{name}": [\n' + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"


def _input(asked: ModelInput) -> dict[str, Any]:
    made: dict[str, Any] = {"name": asked.name, "kind": asked.kind}
    if asked.kind == "number":
        made |= {"unit": asked.unit, "low": _short(asked.low), "high": _short(asked.high)}
    if asked.kind == "choice":
        made["choices"] = list(asked.choices)
    return made | {"required": asked.required, "reference": asked.reference}


def _short(end: float | None) -> float | None:
    """Whole numbers without a decimal point, read or not."""
    return int(end) if end is not None and end == int(end) else end


def _factor(factor: Factor) -> dict[str, Any]:
    made: dict[str, Any] = {"id": factor.id, "input": factor.input}
    if factor.equals:
        made["equals"] = factor.equals
    if factor.curve:
        made["curve"] = [list(point) for point in factor.curve]
    return made


def _formula(formula: Formula) -> dict[str, Any]:
    return {
        "id": formula.id,
        "outcome": formula.outcome,
        "variant": formula.variant,
        "link": formula.link,
        "intercept": formula.intercept,
        "terms": {"*".join(term.factors): term.coefficient for term in formula.terms},
        "bands": [[band.low, band.high, band.people, band.lower, band.upper] for band in formula.bands],
    }
