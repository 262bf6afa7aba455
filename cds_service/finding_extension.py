"""The public contract `org.precision-hooks.finding`: a finding as data beside the card's words (docs/finding.schema.json)."""

from __future__ import annotations

from typing import Any

from models.finding import Finding, GeneEvidence, Reading, Recommendation, Screened


def finding_extension(finding: Finding, knowledge: str) -> dict[str, Any]:
    """`knowledge` is the digest of the snapshot that was used. Members without a value are left out."""
    return _filled(
        kind=finding.kind,
        topic=finding.topic,
        drug=_filled(name=finding.drug.name, rxnorm=finding.drug.rxnorm),
        genes=[_gene(gene) for gene in finding.genes],
        recommendations=[_recommendation(said) for said in finding.recommendations],
        evidence=[{"label": e.label, "version": e.version, "url": e.url} for e in finding.evidence],
        options=[_option(option) for option in finding.options],
        knowledge=knowledge,
    )


def _option(option: Screened) -> dict[str, Any]:
    return _filled(
        name=option.drug.name,
        rxnorm=option.drug.rxnorm,
        verdict=option.verdict,
        because=option.because,
        detail=option.detail,
        sources=[option.origin] if option.origin else [],
    )


def _gene(gene: GeneEvidence) -> dict[str, Any]:
    return _filled(
        gene=gene.gene,
        diplotype=gene.diplotype,
        phenotype=gene.phenotype,
        activityScore=gene.activity_score,
        reportedPhenotype=gene.reported_phenotype,
        **_adjusted(gene),
        alleleStatus=list(gene.allele_status),
        rule=gene.rule,
        possible=[_reading(reading) for reading in gene.possible],
        asOf=gene.as_of,
        sources=list(gene.sources),
    )


def _adjusted(gene: GeneEvidence) -> dict[str, Any]:
    """What other medicines leave of the activity, and these medicines."""
    return _filled(
        adjustedPhenotype=" or ".join(dict.fromkeys(r.phenotype for r in gene.adjusted)),
        adjustedActivityScore=gene.adjusted[0].activity_score if len(gene.adjusted) == 1 else "",
        adjustedBecause=[_filled(name=drug.name, rxnorm=drug.rxnorm, strength=strength) for drug, strength in gene.adjusted_because],
    )


def _reading(reading: Reading) -> dict[str, Any]:
    return _filled(diplotype=reading.diplotype, phenotype=reading.phenotype, activityScore=reading.activity_score)


def _recommendation(said: Recommendation) -> dict[str, Any]:
    return _filled(
        source=said.source,
        classification=said.classification,
        action=said.action,
        actions=list(said.actions),
        population=said.population,
        lookup=dict(said.lookup),
    )


def _filled(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
