"""Each input's share of a model's sum, against the model's reference person. The shares add up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.model_types import Formula, Model, Value, Values
from models.prediction import terms
from models.prediction.forms import FORMS, TERMS


@dataclass(frozen=True, slots=True)
class Share:
    """What one input adds on the linear scale, compared with the reference person's value of it."""

    input: str
    amount: float


def reference(model: Model, formula: Formula, values: Values) -> dict[str, Value]:
    """The reference person, of the patient's own kind where a formula is for one kind only (`when`)."""
    return {name: values[name] if name in formula.when else asked.reference for name, asked in model.inputs.items() if name in values}


def shares(model: Model, formula: Formula, values: Values) -> tuple[tuple[Share, ...], float]:
    """(shares, the reference person's sum). Their total is the patient's sum less the reference's."""
    usual = reference(model, formula, values)
    if model.form == TERMS:
        return _by_term(model, formula, values, usual)
    return _in_turn(model, formula, values, usual)


def _by_term(model: Model, formula: Formula, values: Values, usual: Values) -> tuple[tuple[Share, ...], float]:
    own, other = terms.amounts(formula, values), terms.amounts(formula, usual)
    found = tuple(Share(name, own[name] - other[name]) for name in model.inputs if name in own and own[name] != other[name])
    return found, formula.intercept + sum(other.values())


def _in_turn(model: Model, formula: Formula, values: Values, usual: Mapping[str, Value]) -> tuple[tuple[Share, ...], float]:
    """Where the sum has no terms: the reference person's values become the patient's one after the other, in the model's order."""
    score, person = FORMS[model.form], dict(usual)
    first = before = score(model, formula, person).linear
    found = []
    for name in usual:
        if person[name] != values[name]:
            person[name] = values[name]
            after = score(model, formula, person).linear
            found.append(Share(name, after - before))
            before = after
    return tuple(found), first
