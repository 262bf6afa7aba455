"""Each input's share of a model's sum, against the model's reference person. The shares add up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from models.knowledge.model_types import Formula, Model, Value, Values
from models.prediction import terms
from models.prediction.forms import FORMS, TERMS


@dataclass(frozen=True, slots=True)
class Share:
    """What one input adds on the linear scale, compared with the reference person's value of it."""

    input: str
    amount: float


def shares(model: Model, formula: Formula, values: Values, own: Mapping[str, float] | None = None) -> tuple[tuple[Share, ...], float]:
    """(shares, the reference person's sum). Their total is the patient's sum less the reference's.

    `own`: the amounts of the patient's terms, where they are worked out already.
    """
    if model.form != TERMS:
        return _in_turn(model, formula, values)
    mine = terms.amounts(formula, values) if own is None else own
    other, usual = _usual(model, formula)
    return tuple(Share(name, mine[name] - other[name]) for name in mine if mine[name] != other[name]), usual


def reference(model: Model, formula: Formula, values: Values) -> dict[str, Value]:
    """The reference person, of the patient's own kind where a formula is for one kind only (`when`)."""
    return {name: formula.when.get(name, asked.reference) for name, asked in model.inputs.items() if name in values}


@lru_cache(maxsize=terms.FORMULAS)
def _usual(model: Model, formula: Formula) -> tuple[Mapping[str, float], float]:
    """The reference person's amounts and sum: the same for every patient of the formula."""
    person = {name: formula.when.get(name, model.inputs[name].reference) for name in formula.inputs}
    amounts = terms.amounts(formula, person)
    return amounts, formula.intercept + sum(amounts.values())


def _in_turn(model: Model, formula: Formula, values: Values) -> tuple[tuple[Share, ...], float]:
    """Where the sum has no terms: the reference person's values become the patient's one after the other, in the model's order."""
    score, person = FORMS[model.form], reference(model, formula, values)
    first = before = score(model, formula, person).linear
    found = []
    for name in tuple(person):
        if person[name] != values[name]:
            person[name] = values[name]
            after = score(model, formula, person).linear
            found.append(Share(name, after - before))
            before = after
    return tuple(found), first
