"""What every model answers by: inputs checked, the formula that fits, the number with its explanation; or Gaps that say why not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from models.knowledge.model_types import Formula, Model, ModelInput, Value, Values
from models.patient import Gap
from models.prediction import terms
from models.prediction.calibration import Calibration
from models.prediction.explain import Share, shares
from models.prediction.forms import FORMS, TERMS
from models.prediction.links import output


@dataclass(frozen=True, slots=True)
class Prediction:
    """One number. `low` and `high`: what was observed of people with such a prediction; None where that was never measured."""

    model: str
    formula: str
    outcome: str
    horizon_years: float | None
    value: float
    unit: str
    linear: float
    reference: float  #: the reference person's sum: `linear` less this is the total of the shares
    shares: tuple[Share, ...]
    low: float | None = None
    high: float | None = None
    people: int = 0  #: on whom `low` and `high` rest: those who were given a value of `band`
    band: tuple[float, float] | None = None
    calibration: Calibration | None = None
    left_out: tuple[Gap, ...] = ()  #: inputs that are known, and outside what the model was validated for: the formula does without


def predict(
    model: Model,
    values: Values,
    outcome: str = "",
    horizon: float | None = None,
    calibration: Calibration | None = None,
    variant: str = "",
) -> Prediction | tuple[Gap, ...]:
    """The model's answer for `values` (units of the model), or every reason why there is none.

    `outcome`, `horizon` and `variant` choose among the model's formulas ("" and None: any); of several the one that uses most of
    what is known.
    A calibration that is for another model or formula is not applied.
    """
    known = {name: value for name, value in values.items() if name in model.inputs or name in model.refuses}
    left_out = tuple(_unusable(model, known)) if model.form == TERMS else ()
    for name, _ in left_out:
        del known[name]
    formula = fitting(model, known, outcome, horizon, variant)
    if isinstance(formula, tuple):
        beyond = {gap.subject: gap for _, gap in left_out}
        return tuple(beyond.get(gap.subject, gap) for gap in formula)
    if wrong := tuple(_wrong(model, formula, known)):
        return wrong
    found = _scored(model, formula, known, calibration)
    return replace(found, left_out=tuple(gap for _, gap in left_out)) if left_out and isinstance(found, Prediction) else found


def _measured(formula: Formula, value: float | None) -> tuple[float | None, float | None, int, tuple[float, float] | None]:
    """Low, high, people and band of the recorded run; of a fitted number nothing was recorded."""
    band = next((b for b in formula.bands if value is not None and b.low <= value < b.high), None)
    return (band.lower, band.upper, band.people, (band.low, band.high)) if band else (None, None, 0, None)


def _unusable(model: Model, values: Values) -> Iterator[tuple[str, Gap]]:
    """Inputs that the model does without, and whose values it was not validated for: a formula that does without them may answer."""
    for name, asked in model.inputs.items():
        if not asked.required and name in values and (because := outside(asked, values[name])):
            yield name, Gap(f"{model.label}–{name}", "out_of_range", because)


def _scored(model: Model, formula: Formula, values: Values, calibration: Calibration | None) -> Prediction | tuple[Gap, ...]:
    own = terms.amounts(formula, values) if model.form == TERMS else None
    if own is not None:
        linear = formula.intercept + sum(own.values())
        value = output(formula, linear)
    else:
        scored = FORMS[model.form](model, formula, values)
        linear, value = scored.linear, scored.value
    used = calibration if calibration is not None and calibration.model == model.id and calibration.formula in ("", formula.id) else None
    if used is not None:
        value = output(formula, used.applied(linear))
    out = model.output
    if not math.isfinite(value) or not out.low <= value <= out.high:
        return (
            Gap(model.label, "out_of_range", f"its value lies outside {out.low:g} to {out.high:g} {out.unit}, where it is not trusted"),
        )
    found, usual = shares(model, formula, values, own)
    head = (model.id, formula.id, formula.outcome, formula.horizon_years)
    return Prediction(*head, value, out.unit, linear, usual, found, *_measured(formula, value if used is None else None), used)


def fitting(model: Model, values: Values, outcome: str = "", horizon: float | None = None, variant: str = "") -> Formula | tuple[Gap, ...]:
    """The formula that fits and uses most of what is known; Gaps that name what is missing, or for whom there is none."""
    wanted = _of(model, outcome, horizon, variant)
    mine = [f for f in wanted if not f.when or all(values.get(name) == choice for name, choice in f.when.items())]
    if not mine:
        return tuple(_not_for(model, wanted, values)) or (
            Gap(model.label, "out_of_range", "it has no formula for this outcome and horizon"),
        )
    whole = [f for f in mine if f.inputs <= values.keys()]
    if whole:
        return max(whole, key=lambda f: len(f.inputs))  # of equals the first
    lacking = min((f.inputs - values.keys() for f in mine), key=len)
    return tuple(_missing(model, name) for name in model.inputs if name in lacking)


@lru_cache(maxsize=1024)
def _of(model: Model, outcome: str, horizon: float | None, variant: str) -> tuple[Formula, ...]:
    return tuple(
        f for f in model.formulas if outcome in ("", f.outcome) and horizon in (None, f.horizon_years) and variant in ("", f.variant)
    )


def _missing(model: Model, name: str) -> Gap:
    return Gap(f"{model.label}–{name}", "unavailable", f"it needs {name}, and nothing is assumed")


def _not_for(model: Model, wanted: Sequence[Formula], values: Values) -> Iterator[Gap]:
    """A choice that no formula has is outside whom it was made for; else one that is not known is missing."""
    names = dict.fromkeys(n for f in wanted for n in f.when)
    beyond = [n for n in names if n in values and not any(f.when.get(n) in (None, values[n]) for f in wanted)]
    for name in beyond:
        yield Gap(f"{model.label}–{name}", "out_of_range", f"it was not made for this {name}")
    near = [f for f in wanted if all(values[name] == choice for name, choice in f.when.items() if name in values)]
    for name in names:
        if name not in values and not beyond and any(name in f.when for f in near):
            yield _missing(model, name)


def _wrong(model: Model, formula: Formula, values: Values) -> Iterator[Gap]:
    """What is refused, what is not there, and what lies outside the values for which it was validated."""
    for name, why in model.refuses.items():
        if values.get(name) == 1.0:
            yield Gap(f"{model.label}–{name}", "out_of_range", why)
    for name, asked in model.inputs.items():
        if name not in values:
            if asked.required or _counts(values.get(asked.needed_with)):
                yield _missing(model, name)
        elif (name in formula.inputs or asked.required or model.form != TERMS) and (
            because := outside(_narrowed(asked, formula), values[name])
        ):
            yield Gap(f"{model.label}–{name}", "out_of_range", because)


def _counts(value: Value | None) -> bool:
    return isinstance(value, float) and value >= 1.0


def _narrowed(asked: ModelInput, formula: Formula) -> ModelInput:
    """The input as this formula takes it."""
    if asked.name not in formula.limits:
        return asked
    low, high = formula.limits[asked.name]
    return replace(asked, low=low, high=high)


def outside(asked: ModelInput, value: Value) -> str:
    """Why a value is none that the model was validated for; "" when it is one."""
    if asked.kind == "choice":
        return "" if value in asked.choices else f"it was validated for {', '.join(asked.choices)} only"
    if isinstance(value, str) or not math.isfinite(value):
        return f"the {asked.name} is no number"
    if asked.kind == "flag":
        return "" if value in (0.0, 1.0) else f"the {asked.name} is neither yes nor no"
    low, high = asked.low or 0.0, asked.high or 0.0
    return "" if low <= value <= high else f"it was validated for {asked.name} from {low:g} to {high:g} {asked.unit} only"
