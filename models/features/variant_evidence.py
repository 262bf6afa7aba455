"""Inherited variants as a finding names them: what it rests on, by gene. Which of them count was decided before."""

from __future__ import annotations

from collections.abc import Sequence

from models.features.germline import HARMFUL, Inherited
from models.features.significance import significance
from models.features.variants import nucleotide_changes, protein_changes
from models.finding import GeneEvidence
from models.knowledge.hereditary_types import NamedVariant
from models.variant import Variant


def rests_on(found: Inherited, named: Sequence[NamedVariant] = ()) -> tuple[GeneEvidence, ...]:
    """Each variant that counts. A variant that counts by its name bears that name."""
    known = next((n.name for n in named if n.gene == found.gene), "")
    return tuple(dict.fromkeys(evidence_of(found.gene, variant, known) for variant in found.variants))


def evidence_of(gene: str, variant: Variant, name: str = "") -> GeneEvidence:
    said = significance(variant)
    return GeneEvidence(
        gene=gene,
        variant=name or _name(variant),
        zygosity=variant.zygosity,
        significance=said if said in HARMFUL else "",
        source_class=variant.source_class,
        as_of=variant.effective[:10],
        laboratory=variant.laboratory,
        amended=variant.status in ("amended", "corrected"),
        sources=(variant.origin,),
        by_words=variant.text_only,
    )


def _name(variant: Variant) -> str:
    """Its names as they were understood; a name in free words is not repeated."""
    changes = sorted({name.change for name in nucleotide_changes(variant)})[:1]
    return " ".join([*changes, *(f"p.{short}" for short in sorted(protein_changes(variant))[:1])]) or "variant"


def lookup(found: Sequence[GeneEvidence]) -> dict[str, str]:
    """Gene → what holds of it, in our own words."""
    return {gene.gene: ", ".join(filter(None, (gene.significance or "present", gene.zygosity))) for gene in found}
