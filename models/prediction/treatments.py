"""What each treatment that a model knows changes in its number. It recommends none, and adds no effects that the model does not have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.model_types import Model, Value, Values
from models.patient import Gap
from models.prediction.contract import Prediction, predict


@dataclass(frozen=True, slots=True)
class Treated:
    """The number with one treatment alone, and how much lower it is than with none. 0 where it is not for such a disease."""

    input: str
    choice: Value  #: 1.0, or the name of one of several
    prediction: Prediction
    saved: float


def each_treatment(model: Model, values: Values, outcome: str, horizon: float) -> tuple[Prediction, tuple[Treated, ...]] | tuple[Gap, ...]:
    """(without any, with each alone), in the order of the model's file; Gaps where the model gives no number.

    Treatments that `values` names are left out first: the question is what each would do, not what is given.
    """
    known = [(str(one["input"]), one["is"]) for one in _listed(model)]
    untreated = {name: value for name, value in values.items() if name not in {treatment for treatment, _ in known}}
    none = predict(model, untreated, outcome, horizon)
    if not isinstance(none, Prediction):
        return none
    found = []
    for name, choice in known:
        one = predict(model, {**untreated, name: choice}, outcome, horizon)
        if isinstance(one, Prediction):
            found.append(Treated(name, choice, one, none.value - one.value))
    return none, tuple(found)


def _listed(model: Model) -> tuple[Mapping[str, Value], ...]:
    return tuple(model.numbers.get("treatment", ()))
