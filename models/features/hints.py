"""Results read from running text beside coded ones of the same gene: they repeat nothing, and where they differ that is told."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.diplotypes import parse_diplotype
from models.knowledge.types import Gene
from models.patient import Gap, GeneResult

BY_WORDS = "read from free text without a code: check the report"
DIFFERS = "the text of a report and the coded result of this gene differ; the coded one is used"


def without_hints(gene: Gene, usable: Sequence[GeneResult], gaps: list[Gap]) -> list[GeneResult]:
    """The coded results where there is any, else the hints alone."""
    hints = [r for r in usable if r.prose]
    coded = [r for r in usable if not r.prose] if hints else list(usable)
    if not hints or not coded:
        return list(usable)
    gaps += [Gap(gene.symbol, "conflict", DIFFERS, hint.origin) for hint in hints if not any(_agree(gene, hint, c) for c in coded)]
    return coded


def _agree(gene: Gene, hint: GeneResult, coded: GeneResult) -> bool:
    """Does the hint say nothing that the coded result says otherwise?"""
    if hint.diplotypes and coded.diplotypes and not _genotypes(gene, hint) & _genotypes(gene, coded):
        return False
    if hint.phenotype and coded.phenotype and hint.phenotype != coded.phenotype:
        return False
    return hint.present is None or coded.present in (None, hint.present)


def _genotypes(gene: Gene, result: GeneResult) -> set[str]:
    """In one spelling where they are understood, else as written."""
    return {str(parse_diplotype(written, gene)) for written in result.diplotypes}
