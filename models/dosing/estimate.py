"""One equation, one patient: a dose by the scoring path of all models, or why there is none. It decides on no card."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from models.dosing.person import Person
from models.knowledge.calibration_types import Calibration
from models.knowledge.dosing_types import DosingFlow, EquationUse
from models.knowledge.model_types import Model, Value
from models.prediction.contract import Prediction, predict

DAYS = 7
#: unit of a model's output → how many of them a day's dose is
PER_DAY: Mapping[str, float] = {"mg/d": 1.0, "mg/wk": DAYS}
INPUT_WORDS = {"age": "age", "height": "body height", "weight": "body weight"}
UNITS = {"a": "years"}  #: of inputs, in words
UNKNOWN = "unknown"  #: the models' choice of those whose ancestry is none of their others


@dataclass(frozen=True, slots=True)
class Estimate:
    """A dose in mg a day, or None and why there is none."""

    model: Model
    daily: float | None
    because: str = ""
    prediction: Prediction | None = None

    @property
    def weekly(self) -> float:
        return (self.daily or 0.0) * DAYS


def estimate(
    use: EquationUse,
    model: Model,
    flow: DosingFlow,
    person: Person,
    keys: Mapping[str, str],
    medicines: Collection[str] = (),
    calibration: Calibration | None = None,
) -> Estimate:
    """The dose for `keys` (gene → result) and `medicines` (inputs that hold), never beyond what the equation was made for."""
    because = refusal(use, model, flow, person, keys, medicines)
    if because:
        return Estimate(model, None, because)
    found = predict(model, values_of(use, flow, person, keys, medicines), calibration=calibration)
    if not isinstance(found, Prediction):
        least, most = (end / PER_DAY[model.output.unit] for end in (model.output.low, model.output.high))
        return Estimate(model, None, f"it gives a dose outside {least:g} to {most:g} mg/day, where it cannot be trusted")
    return Estimate(model, found.value / PER_DAY[found.unit], prediction=found)


def values_of(use: EquationUse, flow: DosingFlow, person: Person, keys: Mapping[str, str], medicines: Collection[str]) -> dict[str, Value]:
    """What models ask, by input. What the chart does not say of smoking, clots and medicines counts as absent; the card says so."""
    known = {"age": person.age, "height": person.height, "weight": person.weight}
    genes = {g.input: g.choices[keys[g.gene]] for g in flow.gene_inputs if keys.get(g.gene) in g.choices}
    return {
        **{name: value for name, value in known.items() if value is not None},
        **genes,
        **{one.input: float(one.input in medicines) for one in flow.medicines},
        "ancestry": ancestry_of(use, flow, person.ancestry),
        "target-inr": person.target_inr,
        flow.chart["smoking"][1]: float(bool(person.smoker)),
        flow.clot_input: float(person.clot),
    }


def ancestry_of(use: EquationUse, flow: DosingFlow, reported: tuple[str, ...]) -> str:
    """One reported ancestry counts as itself; of several the equation's own term for that, or one that a branch of the flow names."""
    if len(reported) == 1:
        return reported[0] if reported[0] in flow.ancestries else UNKNOWN
    careful = [one for branch in flow.branches for one in branch.ancestry if one in reported]
    return careful[0] if careful and use.several == "careful" else UNKNOWN


def refusal(use: EquationUse, model: Model, flow: DosingFlow, person: Person, keys: Mapping[str, str], medicines: Collection[str]) -> str:
    """Why the equation may not be used; "" when it may."""
    for gene in flow.gene_inputs if use.set != "clinical" else ():
        if gene.gene not in keys:
            return f"it needs one undisputed genotype of {gene.gene}"
        if keys[gene.gene] not in gene.choices:
            return f"it has no term for {gene.gene} {keys[gene.gene]}"
    if person.missing:
        return "it needs " + ", ".join(INPUT_WORDS[name] for name in person.missing)
    for name in INPUT_WORDS:
        value, asked = getattr(person, name), model.inputs[name]
        if not (asked.low or 0.0) <= value <= (asked.high or 0.0):
            unit = UNITS.get(asked.unit, asked.unit)
            return f"it was not made for {INPUT_WORDS[name]} {value:g} {unit}, only for {asked.low:g} to {asked.high:g}"
    if person.excluded:
        return f"a target INR above 3 is likely with {', '.join(person.excluded)}"
    refused = [one.label for one in flow.medicines if one.input in medicines and one.input in model.refuses]
    return f"it has no term for {', '.join(refused)}" if refused else ""
