"""Agreement of what charts say of genes with the genes and clinical names they speak of. Not the files' shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from models.knowledge.evidence_types import ChartEvidence
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge

#: tissue → clinical name of its transplantation
GRAFTS = {"liver": "liver-transplant", "blood": "stem-cell-transplant"}


def chart_evidence_faults(knowledge: Knowledge, source_faults: Callable[[Source, str], Iterable[str]]) -> Iterator[str]:
    """Every name that leads nowhere, one sentence each."""
    for evidence in knowledge.evidence.values():
        where = f"evidence/{evidence.gene}.toml"
        yield from _gene_faults(evidence, knowledge, where)
        names = (
            [t.measured for t in evidence.tests] + [u.name for t in evidence.tests for u in t.unless] + [p.name for p in evidence.problems]
        )
        for name in dict.fromkeys(names):
            if name not in knowledge.clinical:
                yield f"{where}: '{name}' is no clinical name of clinical/; no chart could say it, so add or correct it"
        yield from source_faults(evidence.source, where)
    for tissue, name in GRAFTS.items():
        if name not in knowledge.clinical and any(gene.expressed == tissue for gene in knowledge.genes.values()):
            yield f"clinical/: '{name}' is missing, and genes are expressed in the {tissue}; a transplantation would go unseen, so add it"


def _gene_faults(evidence: ChartEvidence, knowledge: Knowledge, where: str) -> Iterator[str]:
    gene = knowledge.genes.get(evidence.gene)
    if gene is None or gene.method == "presence":
        yield f"{where}: '{evidence.gene}' is no gene of an enzyme with a file in genes/; correct the gene"
        return
    meant = [p for t in evidence.tests for b in t.borders for p in b.phenotypes]
    meant += [p for t in evidence.tests for several in t.words.values() for p in several]
    meant += [p for problem in evidence.problems for p in problem.phenotypes]
    for phenotype in dict.fromkeys(meant):
        if phenotype not in gene.phenotypes:
            yield f"{where}: '{phenotype}' is no phenotype of {evidence.gene}; it would never be looked up, so correct it"
