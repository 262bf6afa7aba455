"""Agreement of risks with models, inputs, clinical names and words. Not the files' shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from models.knowledge.model_types import Formula
from models.knowledge.risk_types import Asked, Modifier, Risk
from models.knowledge.source_check import source_faults
from models.knowledge.types import Knowledge


def risk_faults(knowledge: Knowledge, messages: Collection[str] | None) -> Iterator[str]:
    """Every fault found, one sentence each, naming the file. `messages` are the ids of rows that a language has."""
    genes = set(knowledge.biomarkers.genes.values())
    for risk in knowledge.risks.values():
        where = f"risks/{risk.id}.toml"
        yield from source_faults(risk.source, where)
        for asked in (*risk.asked, *risk.also):
            yield from _asked_faults(asked, knowledge, where)
        for name in (*risk.not_with, *risk.only_with, *risk.only_within):
            if name not in knowledge.inputs:
                yield f"{where}: '{name}' is no input of inputs/; it would never hold, so correct it"
        for name in risk.known_by:
            if name not in knowledge.clinical:
                yield f"{where}: known_by '{name}' is no name of clinical/; it would never be met, so correct it"
        for modifier in risk.modifiers:
            yield from _modifier_faults(modifier, knowledge, genes, where)
        yield from _word_faults(risk, messages, where)


def _asked_faults(asked: Asked, knowledge: Knowledge, where: str) -> Iterator[str]:
    model = knowledge.models.get(asked.model)
    if model is None:
        yield f"{where}: asks the model '{asked.model}', which is not in models/; add it or correct the id"
    elif not any(_is_of(f, asked) for f in model.formulas):
        yield f"{where}: '{asked.model}' has no formula for {asked.outcome} within {asked.horizon_years} years; nobody would be answered"


def _is_of(formula: Formula, asked: Asked) -> bool:
    same = (formula.outcome, formula.horizon_years) == (asked.outcome, asked.horizon_years)
    return same and asked.variant in ("", formula.variant)


def _modifier_faults(modifier: Modifier, knowledge: Knowledge, genes: Collection[str], where: str) -> Iterator[str]:
    yield from source_faults(modifier.source, f"{where}: modifier '{modifier.id}'")
    for gene in modifier.genes:
        if gene not in genes:
            yield f"{where}: modifier '{modifier.id}' names the gene '{gene}', which biomarkers/genes.tsv does not have; correct it"
    for name in (*modifier.conditions, *modifier.family):
        if name not in knowledge.clinical:
            yield f"{where}: modifier '{modifier.id}' names '{name}', which clinical/ does not have; write it or correct the name"
    if modifier.input and modifier.input not in knowledge.inputs:
        yield f"{where}: modifier '{modifier.id}' looks at '{modifier.input}', which is no input of inputs/; correct it"
    if not (modifier.genes or modifier.conditions or modifier.family or modifier.input):
        yield f"{where}: modifier '{modifier.id}' looks at nothing; say at what"
    if modifier.effect == "replaces" and not modifier.classification:
        yield f"{where}: modifier '{modifier.id}' replaces the number, so it needs the `classification` of its source"


def _word_faults(risk: Risk, messages: Collection[str] | None, where: str) -> Iterator[str]:
    if messages is None:
        return
    rows = [t.message for t in risk.thresholds] + [m.message for m in risk.modifiers if m.effect == "replaces"]
    yield from (f"{where}: message '{m}' is not in cds_service/messages; write it" for m in rows if m not in messages)
