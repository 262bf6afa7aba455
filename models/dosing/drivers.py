"""What moves a predicted dose: each input's exact share on its equation's own scale, and the same in words. It adds nothing up anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.dosing.estimate import Estimate
from models.knowledge.model_types import InputSource, Model, Value
from models.prediction.contract import Prediction

UNIT_WORDS = {"mg/wk": "mg/week", "mg/d": "mg/day"}
LEAST = 0.005  #: a share that rounds to nothing is not told


def in_words(each: Sequence[Estimate], values: Mapping[str, Value], inputs: Mapping[str, InputSource]) -> str:
    """ "VKORC1 rs9923231 A/A lowers, body weight 95 kg raises": the strongest first, by the mean of its part in each equation."""
    parts: dict[str, float] = {}
    for found in (e.prediction for e in each if e.prediction is not None):
        whole = sum(abs(s.amount) for s in found.shares)
        for share in found.shares:
            parts[share.input] = parts.get(share.input, 0.0) + share.amount / whole
    ranked = sorted(parts, key=lambda name: -abs(parts[name]))
    return ", ".join(f"{valued(name, values[name], inputs)} {'raises' if parts[name] > 0 else 'lowers'}" for name in ranked)


def exact(found: Prediction, model: Model, inputs: Mapping[str, InputSource]) -> str:
    """ "5.60; age -0.26, VKORC1 rs9923231 -0.87; together 4.47": the reference person's sum, what each input adds, the patient's sum."""
    told = [f"{inputs[s.input].label} {_signed(s.amount)}" for s in found.shares if abs(s.amount) >= LEAST]
    return "; ".join([f"{found.reference:.2f}", ", ".join(told) or "nothing", f"together {found.linear:.2f}"])


def scale(model: Model) -> str:
    """In which the shares are."""
    unit = UNIT_WORDS.get(model.output.unit, model.output.unit)
    return {"square": f"√({unit})", "exp": f"ln({unit})"}.get(model.formulas[0].link, unit)


def reference_person(model: Model, inputs: Mapping[str, InputSource]) -> str:
    """With whom the shares compare."""
    return ", ".join(valued(a.name, a.reference, inputs) for a in model.inputs.values() if a.kind != "flag")


def valued(name: str, value: Value, inputs: Mapping[str, InputSource]) -> str:
    """An input with its value: "body height 170 cm", "reported ancestry white", "amiodarone"."""
    source = inputs[name]
    if source.kind == "flag":
        return source.label
    unit = {"1": "", "a": "years"}.get(source.unit, UNIT_WORDS.get(source.unit, source.unit))
    return " ".join(filter(None, (source.label, value if isinstance(value, str) else f"{value:.4g}", unit)))


def _signed(amount: float) -> str:
    return f"{amount:+.2f}".replace("-", "−")
