"""Agreement of equations and dosing flows with genes, drugs, clinical names and words. Not the files' shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from models.finding import Drug
from models.knowledge.dosing_types import DosingFlow, Equation
from models.knowledge.types import Gene, Knowledge

CLASSES = ("Strong", "Moderate", "Optional")


def dosing_faults(knowledge: Knowledge, messages: Collection[str] | None) -> Iterator[str]:
    """Every fault found, one sentence each, naming the file. `messages` are the ids that a language has."""
    for equation in knowledge.equations.values():
        yield from _equation_faults(equation, knowledge)
    for rxnorm, flow in knowledge.flows.items():
        where = f"dosing/{flow.drug.name}.toml"
        if flow.drug.rxnorm != rxnorm:
            yield f"{where}: filed under RxNorm {rxnorm}, but its drug is {flow.drug.rxnorm}; it would never fire"
        yield from _flow_faults(flow, knowledge, messages, where)


def _drug_faults(drug: Drug, knowledge: Knowledge, where: str) -> Iterator[str]:
    known = knowledge.drugs.ingredients.get(drug.rxnorm)
    if known is None or known.name != drug.name:
        yield f"{where}: '{drug.name}' is not ingredient {drug.rxnorm} of drugs/ingredients.tsv; correct one of them"


def _equation_faults(equation: Equation, knowledge: Knowledge) -> Iterator[str]:
    where = f"equations/{equation.id}.toml"
    yield from _drug_faults(equation.drug, knowledge, where)
    for listed in (*(m.drugs for m in equation.medicines), *equation.excluded.values()):
        for rxnorm in sorted(listed - knowledge.drugs.ingredients.keys()):
            yield f"{where}: RxNorm {rxnorm} is no ingredient in drugs/; no chart would ever be found to hold it, so correct it"
    for term in equation.genes:
        gene = knowledge.genes.get(term.gene)
        if gene is None:
            yield f"{where}: gene '{term.gene}' has no file in genes/; add it or correct the name"
            continue
        for key in term.terms:
            if not _is_key(gene, term.by, key):
                yield f"{where}: {term.gene} '{key}' is no {term.by} that the gene can have; it would never be met, so correct it"
        if term.terms.get(usual_key(gene, term.by)) != 0:
            yield f"{where}: {term.gene} must add 0 for '{usual_key(gene, term.by)}', which means that nothing was found; correct it"


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
    for name in flow.equations:
        equation = knowledge.equations.get(name)
        if equation is None or equation.drug != flow.drug:
            yield f"{where}: equation '{name}' is not in equations/ for {flow.drug.name}; add it or correct the name"
        elif {term.gene: term.by for term in equation.genes} != flow.keys:
            yield f"{where}: equation '{name}' asks for other genes than `keys`; a dose must rest on all of them, so correct one of the two"
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
    for adjustment in flow.adjustments:
        for name, label in adjustment.classified.items():
            if name not in names or label not in CLASSES:
                yield f"{where}: an adjustment for {adjustment.gene} is classified '{name}': '{label}'; correct the branch or the class"


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
