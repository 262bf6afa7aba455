"""Does a genotype rest on "nothing found" where it is not known what was looked for? It judges no phenotype."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.calls import Call
from models.knowledge.types import Gene

NOTE = "reference-by-exclusion"


def by_exclusion(gene: Gene, found: Sequence[Call]) -> tuple[str, ...]:
    """The note that says so: for a gene of more than one variant allele, where no result used says how it was tested."""
    if len(gene.alleles) <= 2 or any(call.result.method for call in found):
        return ()
    names = {name for call in found for each in call.diplotype.each for name in each.names}
    return (NOTE,) if gene.reference in names else ()
