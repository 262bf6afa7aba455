"""Genetic results and variants as lines: each as reported, then what all results of a gene come to."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.reading.line import Line, where
from models.features.chart import state_from_chart
from models.features.gene_names import by_gene
from models.features.variant_sites import variants_by_gene
from models.finding import Reading
from models.knowledge.types import Knowledge
from models.patient import GeneResult, PatientProfile


def gene_lines(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    """Each result as reported, then what all results of a gene come to."""
    grouped, gaps = by_gene(profile.genotypes, knowledge.genes)
    variants, more = variants_by_gene(profile.variants, knowledge)
    for symbol in sorted({*grouped, *variants}):
        results = grouped.get(symbol, [])
        for result in results:
            yield Line("result", _named(symbol, _said(result)), _kept(result), where(result.origin, result.element), result.effective[:10])
        state = state_from_chart(knowledge.genes[symbol], results, profile, knowledge, variants.get(symbol, ()))
        told = " against " if state.certainty == "conflict" else " or "
        readings = told.join(dict.fromkeys(_reading(r) for r in state.readings))
        alleles = ", ".join(f"{symbol}{allele} {status}" for allele, status in sorted(state.alleles.items()))
        yield Line("gene", symbol, readings or alleles or f"nothing to look up: {state.because or state.missing}")
        yield from (Line("problem", gap.subject, gap.because, gap.origin, lost=True) for gap in state.gaps)
    yield from (Line("problem", gap.subject, gap.because, gap.origin, lost=True) for gap in (*gaps, *more))


def variant_lines(profile: PatientProfile) -> Iterator[Line]:
    for variant in profile.variants:
        genes = " and ".join(gene.label for gene in variant.genes)
        names = [*variant.protein[:1], *variant.coding[:1], *variant.genomic[:1], *(c.code for c in variant.ids[:1]), variant.text]
        said = " ".join(filter(None, (genes, *list(filter(None, names))[:2]))) or "a variant"
        copies = "" if variant.copy_number is None else f"{variant.copy_number:g} copies"
        share = "" if variant.allele_fraction is None else f"{variant.allele_fraction:.0%} of reads"
        status = variant.status if variant.status != "final" else ""
        told = ", ".join(filter(None, (variant.state, variant.zygosity, variant.source_class, copies, share, status)))
        yield Line("variant", said, told, where(variant.origin, variant.element), variant.effective[:10])


def _named(symbol: str, said: str) -> str:
    return said if said.startswith(symbol) else f"{symbol} {said}"


def _said(result: GeneResult) -> str:
    presence = {True: "present", False: "absent", None: ""}[result.present]
    said = [*result.diplotypes[:1], result.haplotype, result.phenotype, result.presence_of, presence]
    return " ".join(filter(None, said)) or (result.because if not result.callable else "")


def _kept(result: GeneResult) -> str:
    """What limits the use of a result."""
    limits = [result.status if result.status != "final" else "", result.source_class, "in words only" if result.text_only else ""]
    return ", ".join(filter(None, limits))


def _reading(reading: Reading) -> str:
    score = f"score {reading.activity_score}" if reading.activity_score else ""
    return ", ".join(filter(None, (reading.diplotype, reading.phenotype, score)))
