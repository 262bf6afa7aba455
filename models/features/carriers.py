"""Whether a chart knows of an inherited harmful variant in any of some genes. That none is known does not mean that none is there."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.germline import Wanted, inherited
from models.features.tumour_genes import variants_of_genes
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

RESTRICTED = "results that are labelled restricted were left out"


def known_carrier(genes: Sequence[str], profile: PatientProfile, knowledge: Knowledge) -> tuple[bool | None, str]:
    """(True, origin) where a (likely) pathogenic inherited variant is on file; (False, "") where none is known;
    (None, why) where results were not read, are labelled restricted, or leave it open."""
    if "variants" in profile.unread:
        return None, "genetic results were not, or only partly, read"
    if any(v.restricted for v in profile.variants):
        return None, RESTRICTED
    by_gene, gaps = variants_of_genes(profile.variants, knowledge.biomarkers.genes) if profile.variants else ({}, ())
    for gene in genes:
        found = inherited(gene, by_gene.get(gene, ()), Wanted("AD"), profile.sex)
        if found.variants and found.said_inherited:
            return True, found.variants[0].origin
        gaps = (*gaps, *found.gaps)
    return (None, gaps[0].because) if gaps else (False, "")
