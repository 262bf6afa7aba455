"""Genotypes that unphased variants cannot tell apart: what a laboratory that did not phase could also have seen."""

from __future__ import annotations

from collections.abc import Iterable

from models.features.diplotypes import Diplotype
from models.knowledge.types import Gene
from models.patient import Gap


def not_ruled_out(gene: Gene, found: Iterable[Diplotype], origin: str) -> list[Gap]:
    """One Gap for each genotype whose variants, on other chromosomes, make another phenotype. The call itself stays."""
    gaps = []
    for diplotype in found:
        other = gene.unphased.get("/".join(diplotype.names))
        if other and diplotype.either is None and not diplotype.rivals:
            because = f"{other} is not ruled out where the laboratory did not phase the variants, and means another phenotype"
            gaps.append(Gap(gene.symbol, "not_callable", because, origin))
    return gaps
