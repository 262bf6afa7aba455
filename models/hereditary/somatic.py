"""Variants found in a tumour that may be inherited: each asks for a test of the germline, and says nothing more."""

from __future__ import annotations

from models.features.gene_state import USABLE
from models.features.germline import HARMFUL
from models.features.significance import significance
from models.features.tumour_genes import variants_of_genes
from models.features.variant_evidence import evidence_of, lookup
from models.features.variants import not_there, possible_germline
from models.finding import Assessment, Checked, Drug, Finding, Recommendation
from models.hereditary.statements import ANYBODY, evidence, unread
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge
from models.patient import PatientProfile
from models.variant import Variant

CONFIRM = "hereditary-confirm-germline"  #: message id
ABOUT = "list of genes whose variants in tumours are often inherited"


def confirm_in_germline(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """One finding for each gene. A gene with any result from the germline is not asked about again."""
    known = knowledge.hereditary
    if not profile.variants or known.confirm_source is None:
        return Assessment()
    by_gene, _ = variants_of_genes(profile.variants, knowledge.biomarkers.genes)
    findings = []
    for gene in sorted(known.confirm & by_gene.keys()):
        if any(variant.source_class == "germline" and variant.status in USABLE for variant in by_gene[gene]):
            continue
        suspect = [variant for variant in by_gene[gene] if _may_be_inherited(variant)]
        if suspect:
            findings.append(_finding(gene, suspect, known.confirm_source))
    return Assessment(tuple(findings), (), tuple(Checked(f"germline–{f.drug.name}", "fired", CONFIRM) for f in findings))


def _may_be_inherited(variant: Variant) -> bool:
    """Its share of the reads is that of one or both inherited copies. Without a share nothing is suspected."""
    there = variant.state == "present" and not not_there(variant) and variant.status in USABLE and len(variant.genes) < 2
    return there and variant.allele_fraction is not None and significance(variant) in HARMFUL and possible_germline(variant)


def _finding(gene: str, suspect: list[Variant], source: Source) -> Finding:
    genes = tuple(dict.fromkeys(evidence_of(gene, variant) for variant in suspect))
    said = Recommendation(
        source=source.body,
        classification="n/a",
        actions=("test",),
        population=ANYBODY,
        lookup=lookup(genes),
        message=CONFIRM,
        parts={"gene": gene},
    )
    return Finding(
        kind="hereditary",
        urgency="info",
        drug=Drug(gene, ""),  # bears the gene's name where others bear a medicine's
        genes=genes,
        recommendations=(said,),
        evidence=(evidence(source, ABOUT),),
        remarks=unread("no", source, gene),
    )
