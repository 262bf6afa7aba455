"""The public contract `org.precision-hooks.finding`: a finding as data beside the card's words (docs/finding.schema.json)."""

from __future__ import annotations

from typing import Any

from models.estimates import Estimate, Explanation, InputUsed
from models.finding import Finding, GeneEvidence, Reading, Recommendation, Screened
from models.plan_values import DietPlan

#: of variants; what a report says in other words is none of the contract's
SOURCE_CLASSES = ("germline", "somatic")


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
        tumour=_tumour(finding),
        condition=finding.condition,
        plan=_plan(finding),
        care=_care(finding),
        estimate=_estimate(finding.estimate),
        inputs=[_input(used) for used in finding.inputs],
        outcome=finding.outcome,
        horizonYears=finding.horizon_years,
        explanation=_explanation(finding.explanation),
        knowledge=knowledge,
    )


def _tumour(finding: Finding) -> dict[str, Any]:
    if finding.tumour is None:
        return {}
    sources = [finding.tumour.origin] if finding.tumour.origin else []
    return _filled(name=finding.tumour.label, oncotree=finding.tumour.oncotree, sources=sources)


def _plan(finding: Finding) -> dict[str, Any]:
    """The sides of a treatment plan; what each source says of a therapy stands in `recommendations` under its name."""
    plan = finding.plan
    if plan is None:
        return {}
    sides = {"fits": plan.fits, "unsure": plan.unsure, "against": plan.against, "elsewhere": plan.elsewhere, "withdrawn": plan.withdrawn}
    return _filled(
        **{side: [[_filled(name=d.name, rxnorm=d.rxnorm) for d in t.medicines] for t in therapies] for side, therapies in sides.items()},
        untested=list(plan.untested),
        genes=[finding_extension(found, "")["topic"] for found in plan.genes],
        trials=[_filled(id=t.id, url=t.url, met=list(t.met), unknown=list(t.unknown)) for t in plan.trials],
    )


def _estimate(estimate: Estimate | None) -> dict[str, Any]:
    if estimate is None:
        return {}
    ends = {"low": estimate.low, "high": estimate.high, "level": estimate.level}
    return _filled(value=estimate.value, unit=estimate.unit, **ends)


def _explanation(how: Explanation | None) -> dict[str, Any]:
    """Unlike elsewhere a share of 0 is a fact; there is none in it, since only what differs from the reference is named."""
    if how is None:
        return {}
    sums = {"scale": how.scale, "reference": how.reference, "linear": how.linear}
    fitted = {"fitted": dict(zip(("site", "intercept", "slope"), how.fitted, strict=True))} if how.fitted else {}
    shares = [{"name": s.name, "amount": s.amount} for s in how.shares]
    return {"model": how.model, "formula": how.formula, **sums, "shares": shares, **fitted}


def _input(used: InputUsed) -> dict[str, Any]:
    return _filled(name=used.name, value=used.value, unit=used.unit, asOf=used.as_of, sources=[used.origin] if used.origin else [])


def _care(finding: Finding) -> dict[str, Any]:
    """A care plan as data; what screening said of each medicine stands in `options`."""
    care = finding.care
    if care is None:
        return {}
    return _filled(
        about=care.about,
        classes=[
            _filled(id=c.id, label=c.label, stance=c.stance, taken=list(c.taken), review=list(c.review), medicines=list(c.medicines))
            for c in care.classes
        ],
        targets=[_filled(id=t.id, loinc=t.loinc, low=t.low, high=t.high, unit=t.unit) for t in care.targets],
        due=[_filled(id=d.id, system=d.system, code=d.code, months=d.months, last=d.last) for d in care.due],
        food=_food(care.diet) if care.diet else {},
        missing=list(care.missing),
    )


def _food(diet: DietPlan) -> dict[str, Any]:
    ends = {"energy": diet.energy, "carbohydrate": diet.carbohydrate, "lowerCarbohydrate": diet.lower_carbohydrate or ()}
    return _filled(**{name: list(pair) for name, pair in ends.items()}, kitchen=diet.culture, means=diet.means, choices=list(diet.choices))


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
        variant=gene.variant,
        zygosity=gene.zygosity,
        significance=gene.significance,
        sourceClass=gene.source_class if gene.source_class in SOURCE_CLASSES else "",
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
        direction=said.direction,
        medicines=said.parts.get("medicines", "") if said.direction else "",
        tiers={tier.scale: tier.tier for tier in said.tiers},
        asOf=said.as_of,
    )


def _filled(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}
