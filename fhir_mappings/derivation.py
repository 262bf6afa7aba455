"""What a genomic result rests on: it lends its gene to what was derived from it, and takes that along when it is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fhir_mappings.genes import several_genes, union
from models.codes import Concept
from models.patient import Gap, GeneResult, Reason


def through_derivation(results: Sequence[GeneResult], withdrawn: frozenset[str]) -> tuple[list[GeneResult], list[Gap]]:
    """Give results without a gene the gene of those they rest on; refuse what rests on a withdrawn result."""
    genes = {r.origin: r.gene for r in results if r.gene}
    kept: list[GeneResult] = []
    gaps: list[Gap] = []
    for result in results:
        named = [genes[o] for o in result.derived_from if o in genes]
        whole = len(named) == len(result.derived_from)  # an unread one may be of another gene
        gene = result.gene or (union(named) if whole else Concept())
        if refusal := _refusal(result, gene, withdrawn):
            gaps.append(Gap("genetic result", *refusal, result.origin))
        else:
            kept.append(result if result.gene else replace(result, gene=gene))
    return kept, gaps


def _refusal(result: GeneResult, gene: Concept, withdrawn: frozenset[str]) -> tuple[Reason, str] | None:
    if result.origin in withdrawn:
        return "conflict", "another version of it was withdrawn, and which is newer is not said"
    if withdrawn & set(result.derived_from):
        return "not_understood", "it was derived from a result that was withdrawn"
    if not result.gene and several_genes(gene):
        return "not_understood", "it was derived from results of several genes"
    if not gene:
        return "not_understood", "no gene is named (Observation.component 48018-6, code, value)"
    return None
