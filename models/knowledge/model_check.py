"""Agreement of predictive models with the inputs that charts give, and within themselves. Not the files' shape."""

from __future__ import annotations

from collections.abc import Iterator

from models.knowledge.model_types import Formula, InputSource, Model, ModelInput
from models.knowledge.source_check import source_faults
from models.knowledge.types import Knowledge

#: forms that models/prediction has; a test holds the two together
FORMS = ("bcrat", "loading", "predict-breast", "premm5", "terms")


def model_faults(knowledge: Knowledge) -> Iterator[str]:
    """Every fault found, one sentence each, naming the file."""
    for model in knowledge.models.values():
        where = f"models/{model.id}.toml"
        yield from source_faults(model.source, where)
        if model.form not in FORMS:
            yield f"{where}: form '{model.form}' is none of {', '.join(FORMS)}; correct it, or write its module"
        for asked in model.inputs.values():
            yield from _input_faults(asked, knowledge.inputs.get(asked.name), where)
            if asked.needed_with and asked.needed_with not in model.inputs:
                yield f"{where}: input '{asked.name}' is needed with '{asked.needed_with}', which is no [[input]] of the model; correct it"
        for name in model.refuses:
            if name not in knowledge.inputs or knowledge.inputs[name].kind != "flag":
                yield f"{where}: refuses '{name}', which is no yes-or-no input of inputs/; nobody would ever be refused, so correct it"
        for formula in model.formulas:
            yield from _formula_faults(formula, model, where)
    for source in knowledge.inputs.values():
        yield from _source_faults(source, knowledge)


def _input_faults(asked: ModelInput, known: InputSource | None, where: str) -> Iterator[str]:
    if known is None:
        yield f"{where}: input '{asked.name}' is not in inputs/; no chart could give it, so add it or correct the name"
    elif (asked.kind, asked.unit) != (known.kind, known.unit):
        yield f"{where}: input '{asked.name}' is a {asked.kind} in '{asked.unit}', charts give a {known.kind} in '{known.unit}'"
    if asked.kind == "number" and not (asked.low or 0) < (asked.high or 0):
        yield f"{where}: input '{asked.name}' has no range; `low` must be below `high`"
    if isinstance(asked.reference, float) and asked.kind == "number" and not (asked.low or 0) <= asked.reference <= (asked.high or 0):
        yield f"{where}: the reference of input '{asked.name}' lies outside its own range; correct one of them"


def _formula_faults(formula: Formula, model: Model, where: str) -> Iterator[str]:
    for name in sorted(formula.inputs - model.inputs.keys()):
        yield f"{where}: formula '{formula.id}' uses '{name}', which is no [[input]] of the model; add it"
    for name, choice in formula.when.items():
        if name in model.inputs and choice not in model.inputs[name].choices:
            yield f"{where}: formula '{formula.id}' is for {name} '{choice}', which the input cannot be; correct it"
    for factor in formula.factors:
        asked = model.inputs.get(factor.input)
        if asked is not None and (asked.kind == "choice") != bool(factor.equals):
            yield f"{where}: factor '{factor.id}' must say `equals` for a choice, and for nothing else; correct it"
        if factor.equals and asked is not None and factor.equals not in asked.choices:
            yield f"{where}: factor '{factor.id}' waits for '{factor.equals}', which {factor.input} cannot be; correct it"
    if (formula.link == "table") != bool(formula.table):
        yield f"{where}: formula '{formula.id}' must have a `table` where its link is table, and only there"


def _source_faults(source: InputSource, knowledge: Knowledge) -> Iterator[str]:
    input_ = f"inputs/: input '{source.name}'"
    for name in (*source.names, *(n for names in source.answers.values() for n in names)):
        if name not in knowledge.clinical:
            yield f"{input_} is read from the clinical name '{name}', which clinical/ does not have; write it"
        elif source.origin == "measurement" and knowledge.clinical[name].measured is None:
            yield f"{input_} is a number, but the clinical name '{name}' has no unit; give it one"
    for drug in source.drugs:
        if not drug.startswith("atc:") and drug not in knowledge.drugs.ingredients:
            yield f"{input_} waits for RxNorm {drug}, which is no ingredient in drugs/; correct it"
    if source.model and source.model not in knowledge.models:
        yield f"{input_} is worked out by the model '{source.model}', which is not in models/"
    yield from _genetic_faults(source, knowledge, input_)


def _genetic_faults(source: InputSource, knowledge: Knowledge, input_: str) -> Iterator[str]:
    if source.origin == "score" and source.part not in getattr(knowledge.scores.get(source.score), "parts", ()):
        yield f"{input_} is a part of the score '{source.score}', which scores/ does not have; correct it"
    if (source.origin == "carrier") != bool(source.genes):
        yield f"{input_} must name genes where its origin is carrier, and only there; correct it"
    for gene in source.genes:
        if knowledge.biomarkers.genes.get(("", gene)) != gene:
            yield f"{input_} waits for the gene '{gene}', which is not in biomarkers/genes.tsv; correct the symbol"
