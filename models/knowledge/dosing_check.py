"""Agreement of dosing flows with models, genes, drugs, clinical names and words. Not the files' shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from models.finding import Drug
from models.knowledge.dosing_types import DosingFlow, GeneInput
from models.knowledge.model_types import Model
from models.knowledge.types import Gene, Knowledge

CLASSES = ("Strong", "Moderate", "Optional")


def dosing_faults(knowledge: Knowledge, messages: Collection[str] | None) -> Iterator[str]:
    """Every fault found, one sentence each, naming the file. `messages` are the ids that a language has."""
    for rxnorm, flow in knowledge.flows.items():
        where = f"dosing/{flow.drug.name}.toml"
        if flow.drug.rxnorm != rxnorm:
            yield f"{where}: filed under RxNorm {rxnorm}, but its drug is {flow.drug.rxnorm}; it would never fire"
        yield from _flow_faults(flow, knowledge, messages, where)
        yield from _equation_faults(flow, knowledge, where)
        yield from _predicting_faults(flow, knowledge, where)


def _drug_faults(drug: Drug, knowledge: Knowledge, where: str) -> Iterator[str]:
    known = knowledge.drugs.ingredients.get(drug.rxnorm)
    if known is None or known.name != drug.name:
        yield f"{where}: '{drug.name}' is not ingredient {drug.rxnorm} of drugs/ingredients.tsv; correct one of them"


def _equation_faults(flow: DosingFlow, knowledge: Knowledge, where: str) -> Iterator[str]:
    """Equations, and how a chart becomes their inputs."""
    models = [m for use in flow.equations for m in (knowledge.models.get(use.model),) if m is not None]
    for use in flow.equations:
        model = knowledge.models.get(use.model)
        if model is None or model.output.what != "dose":
            yield f"{where}: equation '{use.model}' is not in models/ as one that gives a dose; add it or correct the name"
        elif use.set != "clinical" and (lost := [g.gene for g in flow.gene_inputs if g.input not in model.inputs]):
            yield f"{where}: equation '{use.model}' does not ask for {lost[0]}; a dose must rest on all of `keys`, so correct one"
    if not flow.of("genotype") or not flow.of("clinical"):
        yield f"{where}: must have an [[equation]] of set genotype and one of set clinical"
    if sorted(g.gene for g in flow.gene_inputs) != sorted(flow.keys):
        yield f"{where}: [[gene]] must name each gene of `keys` once"
    for gene in flow.gene_inputs:
        yield from _gene_input_faults(gene, flow, models, knowledge, where)
    for medicine in flow.medicines:
        for rxnorm in sorted(medicine.drugs - knowledge.drugs.ingredients.keys()):
            yield f"{where}: RxNorm {rxnorm} is no ingredient in drugs/; no chart would ever be found to hold it, so correct it"
        if models and not any(medicine.input in (*m.inputs, *m.refuses) for m in models):
            yield f"{where}: no equation asks for '{medicine.input}'; correct the name or remove it"


def _gene_input_faults(told: GeneInput, flow: DosingFlow, models: Sequence[Model], knowledge: Knowledge, where: str) -> Iterator[str]:
    gene, by = knowledge.genes.get(told.gene), flow.keys.get(told.gene, "")
    if gene is None or not by:
        yield f"{where}: gene '{told.gene}' is not in genes/ or not in `keys`; add it or correct the name"
        return
    for key in told.choices:
        if not _is_key(gene, by, key):
            yield f"{where}: {told.gene} '{key}' is no {by} that the gene can have; it would never be met, so correct it"
    asking = [m for m in models if told.input in m.inputs]
    for model in asking:
        asked = model.inputs[told.input]
        for choice in dict.fromkeys(told.choices.values()):
            if choice not in asked.choices:
                yield f"{where}: {told.gene} '{choice}' is no choice of {told.input} in models/{model.id}.toml; correct one of them"
        if told.choices.get(usual_key(gene, by)) != asked.reference:
            yield f"{where}: {told.gene} '{usual_key(gene, by)}' means that nothing was found, so it must be the reference of {model.id}"


def _predicting_faults(flow: DosingFlow, knowledge: Knowledge, where: str) -> Iterator[str]:
    refining = flow.predicting.refining
    for use in flow.of("refined"):
        model = knowledge.models.get(use.model)
        if model is None:
            continue
        for name in (refining.inr, *refining.doses, *refining.conditions, *refining.unsure):
            if name not in model.inputs:
                yield f"{where}: '{name}' is no input of models/{model.id}.toml; correct predicting.refining"
    if refining.inr not in knowledge.clinical:
        yield f"{where}: clinical name '{refining.inr}' is not in clinical/; write it or correct it"
    if flow.predicting.loading and flow.predicting.loading not in knowledge.models:
        yield f"{where}: loading model '{flow.predicting.loading}' is not in models/; add it or correct the name"
    for name in set(flow.predicting.loading_for) - set(flow.ancestries):
        yield f"{where}: '{name}' of predicting.loading_for is none of `ancestries`; correct it"


def usual_key(gene: Gene, by: str) -> str:
    """The key of a patient in whom nothing was found."""
    return gene.usual if by == "phenotype" else f"{gene.reference}/{gene.reference}"


def _is_key(gene: Gene, by: str, key: str) -> bool:
    return key in gene.phenotypes if by == "phenotype" else all(allele in gene.alleles for allele in key.split("/"))


def _flow_faults(flow: DosingFlow, knowledge: Knowledge, messages: Collection[str] | None, where: str) -> Iterator[str]:
    yield from _drug_faults(flow.drug, knowledge, where)
    for gene in (*flow.keys, *flow.optional, flow.metabolizer, *(a.gene for a in flow.adjustments)):
        if gene not in knowledge.genes:
            yield f"{where}: gene '{gene}' has no file in genes/; add it or correct the name"
    yield from _chart_faults(flow, knowledge, where)
    if messages is not None:
        yield from (f"{where}: message '{m}' is not in cds_service/messages; write it" for m in flow.messages.values() if m not in messages)
    yield from _branch_faults(flow, where)
    if not _genes_missing(flow, knowledge):
        yield from _allele_faults(flow, knowledge, where)


def _chart_faults(flow: DosingFlow, knowledge: Knowledge, where: str) -> Iterator[str]:
    for name in {name for names in flow.chart.values() for name in names} - knowledge.clinical.keys():
        yield f"{where}: clinical name '{name}' is not in clinical/; write it or correct it"
    for name in sorted({name for what in ("height", "weight") for name in flow.chart.get(what, ())} & knowledge.clinical.keys()):
        if knowledge.clinical[name].measured is None:
            yield f"{where}: clinical name '{name}' has no unit in clinical/; no number of it could be read, so give unit, low and high"


def _genes_missing(flow: DosingFlow, knowledge: Knowledge) -> bool:
    return not {flow.metabolizer, *(a.gene for a in flow.adjustments)} <= knowledge.genes.keys()


def _branch_faults(flow: DosingFlow, where: str) -> Iterator[str]:
    names = [branch.id for branch in flow.branches]
    if [branch.ancestry for branch in flow.branches].count(()) != 1:
        yield f"{where}: exactly one [[branch]] must have `ancestry = []` and hold everybody whom no other names"
    for label in (b.classification for b in (*flow.branches, flow.child)):
        if label not in CLASSES:
            yield f"{where}: classification '{label}' is none of {', '.join(CLASSES)}"
    told = [(a.gene, a.classified) for a in flow.adjustments] + [(one.variant, one.classified) for one in flow.linked]
    for what, classified in told:
        for name, label in classified.items():
            if name not in names or label not in CLASSES:
                yield f"{where}: an adjustment for {what} is classified '{name}': '{label}'; correct the branch or the class"


def _allele_faults(flow: DosingFlow, knowledge: Knowledge, where: str) -> Iterator[str]:
    alleles = knowledge.genes[flow.metabolizer].alleles
    named = {a for branch in flow.branches for a in branch.panel} | set(flow.counted_as) | set(flow.counted_as.values())
    for adjustment in flow.adjustments:
        gene = knowledge.genes[adjustment.gene]
        known = gene.alleles if adjustment.by == "alleles" else gene.phenotypes
        for carrier in adjustment.carriers:
            if carrier not in known:
                yield f"{where}: {adjustment.gene} '{carrier}' is none of the gene's {adjustment.by}; correct it"
            elif adjustment.by == "alleles" and carrier not in flow.counted_as:
                yield f"{where}: '{carrier}' is adjusted for, but not in `counted_as`: no equation would give the dose to adjust, so add it"
    for allele in sorted(named - alleles.keys()):
        yield f"{where}: '{allele}' is no allele of {flow.metabolizer}; correct it"
