"""Which gene a result is about: from codes, symbols and words, against Knowledge. Never from a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.codes import HGNC, LOINC, NCBI_GENE, Concept
from models.knowledge.types import Gene
from models.patient import Gap, GeneResult

_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)?")


def by_gene(results: Sequence[GeneResult], genes: Mapping[str, Gene]) -> tuple[dict[str, list[GeneResult]], tuple[Gap, ...]]:
    """Results grouped by gene symbol; a result of no known gene, or of two, becomes a Gap with its origin."""
    index = gene_index(genes)
    grouped: dict[str, list[GeneResult]] = {}
    gaps: list[Gap] = []
    for result in results:
        coded, named = genes_named(result.gene, index)
        if coded and named and not coded & named:
            gaps.append(
                Gap(" / ".join(sorted(coded | named)), "conflict", "the gene's code and its words name different genes", result.origin)
            )
        elif named and not coded and _of_another_gene(result.gene):
            because = "the gene's words name it, and its code is that of another gene"
            gaps.append(Gap(" / ".join(sorted(named)), "conflict", because, result.origin))
        elif len(found := coded or named) == 1:
            grouped.setdefault(next(iter(found)), []).append(result)
        elif found:
            gaps.append(Gap(" / ".join(sorted(found)), "not_understood", "one result names several genes", result.origin))
        else:
            gaps.append(Gap(result.gene.label or "gene", "not_understood", "no gene known here is named by this result", result.origin))
    return grouped, tuple(gaps)


def genes_named(concept: Concept, index: Mapping[tuple[str, str], str]) -> tuple[set[str], set[str]]:
    """The genes known here that its codes name, and those that its words name: two sets that share none contradict each other."""
    return _coded(concept, index), _named(concept, index)


def gene_index(genes: Mapping[str, Gene]) -> dict[tuple[str, str], str]:
    index: dict[tuple[str, str], str] = {}
    for symbol, gene in genes.items():
        index |= {("", symbol.upper()): symbol, (HGNC, gene.hgnc): symbol, (HGNC, gene.hgnc.removeprefix("HGNC:")): symbol}
        index |= {(NCBI_GENE, gene.ncbi): symbol}
        index |= {(LOINC, code): symbol for code in (*gene.loinc, *gene.presence_loinc)}
    return index


def _coded(concept: Concept, index: Mapping[tuple[str, str], str]) -> set[str]:
    """Genes named by codes: HGNC and NCBI ids, single-gene LOINC codes, and symbols written as a code."""
    found = {index.get((c.system, c.code)) or index.get(("", c.code.upper())) or _hgnc_anywhere(c.code, index) for c in concept.codings}
    return {symbol for symbol in found if symbol}


def _of_another_gene(concept: Concept) -> bool:
    """Is there a gene's id among its codes? Asked where none is that of a gene known here."""
    ids = (c.code.upper().removeprefix("HGNC:") for c in concept.codings if c.system in (HGNC, NCBI_GENE) or c.code.startswith("HGNC:"))
    return any(number.isdigit() for number in ids)


def _hgnc_anywhere(code: str, index: Mapping[tuple[str, str], str]) -> str | None:
    """'HGNC:2621' says its own system, whatever URL stands beside it."""
    return index.get((HGNC, code)) if code.startswith("HGNC:") else None


def _named(concept: Concept, index: Mapping[tuple[str, str], str]) -> set[str]:
    words = " ".join([concept.text, *(c.display for c in concept.codings)])
    return {index[key] for word in _WORD.findall(words) if (key := ("", word.upper())) in index}
