"""A gene's state with the single variants of the chart: what they make where no result is, what they contradict where one is.

Somatic, donor, preliminary and withdrawn variants never count, nor one whose share of the reads no inherited variant has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.codes import Concept
from models.features.calls import calls
from models.features.diplotypes import Diplotype
from models.features.gene_state import USABLE, GeneState, gene_state
from models.features.transplants import own_results
from models.features.variant_alleles import FromVariants, from_variants
from models.features.variant_conflicts import contradictions
from models.features.variants import possible_germline
from models.finding import Evidence
from models.knowledge.types import Clinical, Gene, Knowledge
from models.patient import Gap, GeneResult, PatientProfile
from models.variant import Variant

PENDING = ("preliminary", "registered")
NOTE, AGAINST = "from-variants", "against-variants"
SINGLE = "worked out from single variants on file; of the rest of the gene they say nothing"
TUMOUR = "a variant that was found in a tumour, or that may be its own, says nothing about the inherited gene"
UNSAID = "it is not said whether the variant is inherited or a tumour's"
UNFINISHED = "a variant that is not final is not used"
AGAINST_USUAL = "a variant on file does not fit the reported phenotype"


def with_variants(
    gene: Gene, state: GeneState, results: Sequence[GeneResult], variants: Sequence[Variant], profile: PatientProfile, knowledge: Knowledge
) -> GeneState:
    """`results`: those of the gene that are the patient's own; `variants`: those of the gene, whatever they are worth."""
    own, gaps = _countable(gene, variants, profile, knowledge.clinical)
    if gaps:
        state = replace(state, gaps=(*state.gaps, *gaps))
    lost = next((gap for gap in gaps if gap.because not in (TUMOUR, UNFINISHED)), None)  #: it was tested, and is not used
    if not own and lost and state.missing in ("not_tested", "unavailable"):
        return replace(state, missing=lost.reason, because=lost.because)
    if not own and state.missing == "not_tested" and any(v.status in PENDING and _inherited(v) for v in variants):
        return replace(state, missing="pending", because="a result is registered or preliminary")
    if not own:
        return state
    usable = [r for r in results if r.status in USABLE and r.source_class != "somatic" and r.callable]
    if not usable:
        return _from(gene, state, from_variants(gene, own, knowledge), profile, _evidence(gene, knowledge))
    genotypes = _genotypes(gene, usable, profile.sex)
    found = contradictions(gene, genotypes, own, knowledge)
    if not genotypes and _is_usual(gene, state) and (made := from_variants(gene, own, knowledge).results):
        found.append(Gap(gene.symbol, "conflict", AGAINST_USUAL, made[0].origin))
    if not found:
        return state
    return replace(state, gaps=(*state.gaps, *found), doubts=(*state.doubts, *found), notes=(*state.notes, AGAINST))


def _countable(
    gene: Gene, variants: Sequence[Variant], profile: PatientProfile, clinical: Mapping[str, Clinical]
) -> tuple[list[Variant], tuple[Gap, ...]]:
    """Final, inherited, and from before or without a transplantation: as results of a laboratory are sorted out."""
    inherited = [v for v in variants if v.status in USABLE and _inherited(v)]
    told = {
        v.origin: GeneResult(Concept(text=gene.symbol), v.origin, effective=v.effective, source_class=v.source_class) for v in inherited
    }
    own = own_results(gene, tuple(told.values()), profile, clinical)
    kept = {r.origin for r in own.results} - {doubt.origin for doubt in own.doubts}
    passed = {_passed_over(v): v for v in reversed(variants) if v.state == "present"}  # one of each kind is told
    told_too = tuple(Gap(gene.symbol, "not_understood", because, v.origin) for because, v in passed.items() if because)
    return [v for v in inherited if v.origin in kept], (*own.gaps, *own.doubts, *told_too)


def _passed_over(variant: Variant) -> str:
    if variant.status not in USABLE:
        return UNFINISHED
    return TUMOUR if variant.source_class != "donor" and not _inherited(variant) else ""


def _inherited(variant: Variant) -> bool:
    if variant.source_class == "germline":
        return True
    return variant.source_class == "" and (variant.allele_fraction is None or variant.state != "present" or possible_germline(variant))


def _evidence(gene: Gene, knowledge: Knowledge) -> tuple[Evidence, ...]:
    """Where it is from that a variant is an allele."""
    source = knowledge.sites.source
    return (Evidence(f"{source.body}, {gene.symbol} variants", source.version, source.url),) if source else ()


def _from(gene: Gene, state: GeneState, made: FromVariants, profile: PatientProfile, evidence: tuple[Evidence, ...]) -> GeneState:
    """No result is on file: the variants are what is known, and never that nothing was tested."""
    if not made.results:
        gaps = (*state.gaps, *made.gaps)
        if state.missing in ("not_tested", "unavailable"):
            return replace(state, missing=made.gaps[0].reason, because=made.gaps[0].because, gaps=gaps)
        return replace(state, gaps=gaps)
    read = gene_state(gene, made.results, profile.genotypes_complete, profile.sex)
    told = () if made.whole else (Gap(gene.symbol, "not_callable", SINGLE, made.results[0].origin),)
    unsaid = [Gap(gene.symbol, "not_understood", UNSAID, r.origin) for r in made.results if not r.source_class]
    return replace(
        read,
        gaps=(*state.gaps, *read.gaps, *told, *made.gaps),
        notes=(*state.notes, *(() if made.whole else (NOTE,))),
        evidence=(*state.evidence, *evidence),
        doubts=(*state.doubts, *(() if made.settled else (*told, *made.gaps)), *unsaid),
    )


def _genotypes(gene: Gene, usable: Sequence[GeneResult], sex: str) -> list[Diplotype]:
    """Every genotype that was read, each of those that a laboratory could not tell apart for itself."""
    return [each for call in calls(gene, usable, [], sex) for each in call.diplotype.each]


def _is_usual(gene: Gene, state: GeneState) -> bool:
    return bool(state.readings) and all(r.phenotype == gene.usual for r in state.readings)
