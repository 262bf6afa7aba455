"""A prediction in parts that a card's sentences take: percent, what counts most, what can be changed, what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.estimates import Explanation, InputUsed, Shared
from models.features.model_inputs import Known
from models.finding import Remark
from models.knowledge.model_types import ModelInput, Value
from models.knowledge.risk_types import Asked
from models.prediction.contract import Prediction
from models.prediction.forms import TERMS
from models.risk.question import RiskQuestion

MOST_DRIVERS = 4
MOST_CHANGES = 3
WORTH = 0.002  #: a change of risk that is smaller than this is none that a card tells
SCALES = {"logistic": "log odds", "cloglog": "log hazard", "exp": "log", "square": "square root", "identity": "points", "table": "points"}


def percent(part: float) -> str:
    """'7.8 %', '23 %', 'under 0.1 %'."""
    shown = 100 * part
    return "under 0.1 %" if shown < 0.1 else f"{shown:.1f} %" if shown < 10 else f"{shown:.0f} %"


def told(q: RiskQuestion, asked: Asked, value: float) -> str:
    """The number as a card says it: a risk in percent, points as they are."""
    return percent(value) if q.knowledge.models[asked.model].output.what == "risk" else f"{value:g}"


def amount(asked: ModelInput, value: Value) -> str:
    """'150 mm Hg', 'yes', 'female'."""
    if isinstance(value, str):
        return value
    if asked.kind == "flag":
        return "yes" if value else "no"
    digits = f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}".removesuffix(".0")
    unit = "years" if asked.unit == "a" else re.sub(r"[{}\[\]]", " ", asked.unit).replace("_", " ")
    return " ".join(f"{digits} {'' if asked.unit == '1' else unit}".split()).replace("/ ", "/")


def drivers(q: RiskQuestion, asked: Asked, found: Prediction) -> str:
    """The inputs that raise it most against the model's reference person, the strongest first."""
    model = q.knowledge.models[asked.model]
    up = sorted((s for s in found.shares if s.amount > 0), key=lambda s: -s.amount)[:MOST_DRIVERS]
    return ", ".join(_driver(q, model.inputs[s.input], q.values[s.input]) for s in up)


def _driver(q: RiskQuestion, asked: ModelInput, value: Value) -> str:
    said = amount(asked, value)
    return q.label(asked.name) if said == "yes" else f"{q.label(asked.name)} {said}"


def changes(q: RiskQuestion, asked: Asked, found: Prediction) -> Iterator[tuple[str, str]]:
    """(what would be otherwise, the risk then) for inputs that can be changed, the greatest effect first."""
    model, effects = q.knowledge.models[asked.model], []
    for name, given in model.inputs.items():
        if given.change_to is None or name not in q.values or q.values[name] == given.change_to:
            continue
        other = q.answer(asked, {name: given.change_to})
        if isinstance(other, Prediction) and found.value - other.value > WORTH:
            effects.append((other.value, _otherwise(q, given)))
    for value, words in sorted(effects)[:MOST_CHANGES]:
        yield words, percent(value)


def _otherwise(q: RiskQuestion, given: ModelInput) -> str:
    label = q.label(given.name)
    if given.kind == "flag":
        return f"without {label}" if not given.change_to else f"with {label}"
    return f"with a {label} of {amount(given, given.change_to or 0.0)}"


def inputs_used(q: RiskQuestion, asked: Asked, found: Prediction) -> tuple[InputUsed, ...]:
    """Every value that the formula used, with its date and origin."""
    model = q.knowledge.models[asked.model]
    formula = next(f for f in model.formulas if f.id == found.formula)
    listed = []
    for name, given in model.inputs.items():
        known = q.told.get(name)
        if (name in formula.inputs or model.form != TERMS) and isinstance(known, Known):
            said = amount(given, known.value)
            listed.append(
                InputUsed(q.label(name), said.split(" ")[0] if given.kind == "number" else said, given.unit, known.effective, known.origin)
            )
    return tuple(listed)


def explanation(q: RiskQuestion, asked: Asked, found: Prediction) -> Explanation:
    """The exact shares, for the extension."""
    model = q.knowledge.models[asked.model]
    link = next(f for f in model.formulas if f.id == found.formula).link
    shares = tuple(Shared(q.label(s.input), s.amount) for s in found.shares)
    own = found.calibration
    fitted = (own.site, own.intercept, own.slope) if own is not None else None
    return Explanation(model.id, found.formula, SCALES[link], found.reference, found.linear, shares, fitted)


def remarks(q: RiskQuestion, asked: Asked, found: Prediction) -> Iterator[Remark]:
    """What counts most, what can be changed, how sure it is, for whom it was made."""
    model = q.knowledge.models[asked.model]
    if said := drivers(q, asked, found):
        yield Remark("risk-drivers", (("drivers", said),))
    if otherwise := list(changes(q, asked, found)):
        yield Remark("risk-changes", (("changes", "; ".join(f"{words} {then}" for words, then in otherwise)),))
    used = ", ".join(
        f"{u.name} {u.value} {shown(u.unit)}".strip() + (f" ({u.as_of})" if u.as_of else "") for u in inputs_used(q, asked, found)
    )
    yield Remark("risk-inputs", (("inputs", used),))
    yield _sureness(found)
    yield Remark("risk-population", (("model", model.label), ("population", model.population)))


def shown(unit: str) -> str:
    return (
        ""
        if unit in ("1", "")
        else "years"
        if unit == "a"
        else " ".join(re.sub(r"[{}\[\]]", " ", unit).replace("_", " ").split()).replace("/ ", "/")
    )


def _sureness(found: Prediction) -> Remark:
    if found.calibration is not None:
        c = found.calibration
        return Remark("risk-calibrated", (("site", c.site), ("people", str(c.people)), ("events", str(c.events))))
    if found.low is None or found.high is None:
        return Remark("risk-no-interval")
    ends = ("low", percent(found.low)), ("high", percent(found.high)), ("people", str(found.people))
    return Remark("risk-interval", (*ends, ("given", _given(found.band or (0.0, 1.0)))))


def _given(band: tuple[float, float]) -> str:
    """'3.0 % to 5.0 %', '12 % and more'."""
    low, high = band
    return f"{percent(low)} and more" if high >= 1 else f"less than {percent(high)}" if low <= 0 else f"{percent(low)} to {percent(high)}"
