"""What genomic resources come to: the state of each gene in one line, and the reasons of all gaps on the way."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.gene_names import by_gene
from models.features.gene_state import GeneState, gene_state
from models.knowledge.types import Knowledge
from models.patient import Gap, GeneResult


def facts(results: Sequence[GeneResult], gaps: Sequence[Gap], knowledge: Knowledge) -> tuple[dict[str, str], tuple[str, ...]]:
    """Gene → "*2/*2 Poor Metabolizer", "*57:01 positive" or "no: conflict"; and the reasons of gaps, sorted, repeats kept."""
    grouped, unnamed = by_gene(results, knowledge.genes)
    states = {gene: gene_state(knowledge.genes[gene], found, complete=True) for gene, found in grouped.items()}
    told = [*gaps, *unnamed, *(gap for state in states.values() for gap in (*state.gaps, *state.doubts))]
    return {gene: _line(state) for gene, state in sorted(states.items())}, tuple(sorted(gap.reason for gap in told))


def _line(state: GeneState) -> str:
    if state.alleles:
        return ", ".join(f"{allele} {status}" for allele, status in sorted(state.alleles.items()) if status != "negative") or "all negative"
    if state.missing:
        return f"no: {state.missing}"
    read = [" ".join(filter(None, (r.diplotype, r.phenotype, r.activity_score))) for r in state.readings]
    beside = [f"reported {r.phenotype}" for r in state.reported]
    return "; ".join(dict.fromkeys((*read, *beside)))
