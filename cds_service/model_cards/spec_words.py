"""What follows from a model's own file, in words: output, population, cautions, which personal data it uses. Nothing of it is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from models.knowledge.card_types import Use
from models.knowledge.model_types import Formula, Model, ModelInput
from models.knowledge.types import Knowledge

_WHAT = {"risk": "Risk of", "dose": "Dose:", "score": "Score:", "rate": "Rate:"}
_TYPE = {
    "risk": "Prediction (a probability)",
    "dose": "Prediction (a dose that the average patient with these inputs needs)",
    "score": "Evaluation (points or an index)",
    "rate": "Prediction (a value that is estimated from other values)",
}
_UNITS = {
    "a": "years",
    "mm[Hg]": "mmHg",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "10*9/L": "× 10⁹/L",
    "mg/d": "mg a day",
    "mg/wk": "mg a week",
    "kg/m2": "kg/m²",
}
_FORM = {"terms": "a sum of terms"}


def spec_answers(model: Model, knowledge: Knowledge) -> Mapping[str, str]:
    """By key of the attribute."""
    told: Mapping[str, Callable[[Model, Knowledge], str]] = {
        "output": _output,
        "output-type": lambda m, _: _TYPE[m.output.what],
        "intended-population": _population,
        "out-of-scope": _out_of_scope,
        "citation": _citation,
        "dates": _dates,
        "specification": _specification,
        "predictors": lambda m, k: "; ".join(_asked(i, label_of(i.name, k)) for i in m.inputs.values()) + ".",
        "input-variables": lambda m, k: " ".join(_used(use, m, k) for use in k.cards.uses),
    }
    uses = {use.key: _used(use, model, knowledge) for use in knowledge.cards.uses}
    return {key: tell(model, knowledge) for key, tell in told.items()} | uses


def label_of(name: str, knowledge: Knowledge) -> str:
    source = knowledge.inputs.get(name)
    return source.label if source else name.replace("-", " ")


def unit_of(unit: str) -> str:
    """As people write it; with a blank before it."""
    return "" if unit == "1" else f" {_UNITS.get(unit, unit)}"


def horizons(model: Model) -> Mapping[str, tuple[float, ...]]:
    """Outcome → years ahead, ascending; () where it tells of now."""
    found: dict[str, set[float]] = {}
    for formula in model.formulas:
        found.setdefault(formula.outcome, set()).update(() if formula.horizon_years is None else (formula.horizon_years,))
    return {outcome: tuple(sorted(years)) for outcome, years in found.items()}


def _output(model: Model, knowledge: Knowledge) -> str:
    parts = []
    for outcome, years in horizons(model).items():
        ahead = f" within {' or '.join(f'{y:g}' for y in years)} years" if years else ""
        parts.append(knowledge.cards.outcomes.get(outcome, outcome.replace("-", " ")) + ahead)
    unit = " as a part of one" if model.output.what == "risk" else unit_of(model.output.unit)
    limits = f"from {_plain(model.output.low)} to {_plain(model.output.high)}{unit}"
    return f"{_WHAT[model.output.what]} {', '.join(parts)}; {limits}. Nothing outside these bounds is given."


def _population(model: Model, knowledge: Knowledge) -> str:
    ranges = [_asked(i, label_of(i.name, knowledge)) for i in model.inputs.values() if i.name in _groups(knowledge)]
    return f"{_stop(model.population)}" + (f" It answers for: {'; '.join(ranges)}." if ranges else "")


def _groups(knowledge: Knowledge) -> frozenset[str]:
    return frozenset(name for name, source in knowledge.inputs.items() if source.origin in ("age", "sex", "ancestry", "ethnicity"))


def _out_of_scope(model: Model, knowledge: Knowledge) -> str:
    refused = [f"{label_of(name, knowledge)} ({why})" for name, why in model.refuses.items()]
    ranges = [_asked(i, label_of(i.name, knowledge)) for i in model.inputs.values() if i.kind == "number"]
    needed = [label_of(i.name, knowledge) for i in model.inputs.values() if i.required]
    parts = [
        f"No number is given where the chart has one of: {'; '.join(refused)}." if refused else "",
        f"Outside these ranges no number is given: {'; '.join(ranges)}." if ranges else "",
        f"Narrower for some formulas: {'; '.join(narrower)}." if (narrower := list(_narrower(model, knowledge))) else "",
        f"Without one of these no number is given: {', '.join(needed)}." if needed else "",
    ]
    return " ".join(filter(None, parts)) or "The model's file refuses nobody."


def _narrower(model: Model, knowledge: Knowledge) -> Iterator[str]:
    """Ranges of single formulas, once for each horizon and variant."""
    found = {
        (name, *span, f"{f.horizon_years:g} years" if f.horizon_years is not None else f.variant)
        for f in model.formulas
        for name, span in f.limits.items()
        if name in model.inputs and span != (model.inputs[name].low, model.inputs[name].high)
    }
    for name, low, high, where in sorted(found):
        yield f"{label_of(name, knowledge)} {_plain(low)} to {_plain(high)}{unit_of(model.inputs[name].unit)} ({where})"


def _asked(asked: ModelInput, label: str) -> str:
    if asked.kind == "number" and asked.low is not None and asked.high is not None:
        return f"{label} {_plain(asked.low)} to {_plain(asked.high)}{unit_of(asked.unit)}"
    return f"{label} ({', '.join(asked.choices)})" if asked.choices else label


def _plain(value: float) -> str:
    return f"{value:.10g}"


def _citation(model: Model, knowledge: Knowledge) -> str:
    source = model.source
    return f"{source.body}, {source.version} ({source.date}). {source.url}"


def _dates(model: Model, knowledge: Knowledge) -> str:
    source = model.source
    return f"Version {source.version} of {source.date}; read for this software on {source.retrieved}."


def _specification(model: Model, knowledge: Knowledge) -> str:
    form = _FORM.get(model.form, f"the form '{model.form}'")
    links = ", ".join(dict.fromkeys(formula.link for formula in model.formulas))
    return f"{_count(model.formulas)}, {form}, link {links}. The coefficients stand in the model's file, and the card names its digest."


def _count(formulas: tuple[Formula, ...]) -> str:
    return "One formula" if len(formulas) == 1 else f"{len(formulas)} formulas"


def _stop(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _used(use: Use, model: Model, knowledge: Knowledge) -> str:
    """Whether it is an input, or an input of what is worked out for it."""
    label = use.label[:1].upper() + use.label[1:]
    if direct := [label_of(name, knowledge) for name in model.inputs if name in use.inputs]:
        return f"{label}: used as an input ({', '.join(direct)})."
    if indirect := [label_of(name, knowledge) for name in model.inputs if _made_of(use, name, knowledge)]:
        return f"{label}: used to work out another input ({', '.join(indirect)})."
    if refusing := [label_of(name, knowledge) for name in model.refuses if name in use.inputs]:
        return f"{label}: used to give no number ({', '.join(refusing)})."
    return f"{label}: not used."


def _made_of(use: Use, name: str, knowledge: Knowledge) -> bool:
    """Does another model work this input out from such data?"""
    source = knowledge.inputs.get(name)
    inner = knowledge.models.get(source.model) if source else None
    return inner is not None and not inner.inputs.keys().isdisjoint(use.inputs)
