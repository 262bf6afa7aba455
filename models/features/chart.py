"""The state of a gene from the whole chart: genotypes, enzyme tests, recorded problems, transplantations, tests on order.

Rules: decisions.md, "Evidence beyond the genotype" and "Reported against computed phenotype". It knows no drugs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.features.by_exclusion import NOTE as BY_EXCLUSION
from models.features.chart_variants import with_variants
from models.features.enzymes import Told, told_by_chart
from models.features.gene_state import GeneState, gene_state, set_beside
from models.features.hints import BY_WORDS
from models.features.pending import on_order
from models.features.provenance import Provenance
from models.features.transplants import own_results, replaced
from models.features.variant_sites import variants_by_gene
from models.finding import Evidence, Reading
from models.knowledge.evidence_types import ChartEvidence
from models.knowledge.types import INDETERMINATE, Gene, Knowledge
from models.patient import GENETIC_REPORT, Gap, GeneResult, PatientProfile
from models.variant import Variant

TESTS_UNREAD = "measurements were not read, so a test of the enzyme would not be known"
REPORTS_UNREAD = "genetic reports were not, or not all, read, so a result that stands in one alone would not be known"
CONDITIONS_UNREAD = Gap(
    "conditions",
    "unavailable",
    "not read, so a transplantation or a recorded problem would not be known",
)
UNREAD_REPORT = "unread-report"  #: note: a report may hold what looks untested
BEFORE_GRAFT = "a recorded problem may be from before a transplantation that replaced the gene at work"


def state_from_chart(
    gene: Gene, results: Sequence[GeneResult], profile: PatientProfile, knowledge: Knowledge, variants: Sequence[Variant] | None = None
) -> GeneState:
    """Everything that the chart says of one gene, merged. `variants`: the gene's, where the caller has grouped them for all genes."""
    own = own_results(gene, results, profile, knowledge.clinical)
    state = gene_state(gene, own.results, profile.genotypes_complete, profile.sex)
    if own.gaps or own.notes:
        state = replace(state, gaps=(*state.gaps, *own.gaps), notes=(*state.notes, *own.notes), doubts=(*state.doubts, *own.doubts))
        if state.missing == "not_tested" and own.gaps:
            state = replace(state, missing=own.gaps[0].reason, because=own.gaps[0].because)
    if variants is None and profile.variants:
        variants = variants_by_gene(profile.variants, knowledge)[0].get(gene.symbol)
    if variants:
        state = with_variants(gene, state, own.results, variants, profile, knowledge)
    if state.missing == "not_tested" and any(gap.subject == GENETIC_REPORT for gap in profile.gaps):
        state = replace(state, notes=(*state.notes, UNREAD_REPORT))
    evidence = knowledge.evidence.get(gene.symbol)
    if evidence is not None and (profile.measurements or profile.conditions):
        told = told_by_chart(gene, evidence, profile, knowledge.clinical)
        state = _with(gene, state, told, decides=profile.sex in evidence.decides_for)
        if told.measured or told.recorded:
            source = evidence.source
            told_by = Evidence(f"{source.body}, {gene.symbol} evidence", source.version, source.url)
            state = replace(state, evidence=(*state.evidence, told_by))
        if told.recorded and replaced(gene, profile, knowledge.clinical):
            state = replace(state, doubts=(*state.doubts, Gap(gene.symbol, "conflict", BEFORE_GRAFT)))
    if profile.unread:
        state = _unseen(state, profile.unread, evidence)
    return replace(state, ordered=ordered) if (ordered := on_order(gene, profile, knowledge)) else state


def _unseen(state: GeneState, unread: frozenset[str], evidence: ChartEvidence | None) -> GeneState:
    """What was not read and could have said more of the gene. Without a result it is not known to be untested then."""
    found = [CONDITIONS_UNREAD] if "conditions" in unread and (not state.missing or evidence is not None) else []
    if state.missing == "not_tested" and "reports" in unread:
        found.append(Gap(state.gene, "unavailable", REPORTS_UNREAD))
    if evidence is not None and evidence.tests and "measurements" in unread:
        found.append(Gap(state.gene, "unavailable", TESTS_UNREAD))
        if state.missing == "not_tested":
            state = replace(state, missing="unavailable", because=TESTS_UNREAD)
    return replace(state, unseen=tuple(found)) if found else state


def _with(gene: Gene, state: GeneState, told: Told, *, decides: bool) -> GeneState:
    """`decides`: the enzyme settles it, and the genotype is shown without being looked up."""
    state = replace(state, gaps=(*state.gaps, *told.gaps))
    if not told.measured and not told.recorded:
        if state.missing in ("not_tested", "unavailable") and told.gaps:
            return replace(state, missing=told.gaps[0].reason, because=told.gaps[0].because)
        return state
    genotype = set_beside(gene, state.readings) if any(r.diplotype for r in state.readings) else state.readings
    if not state.readings:
        return _driven(state, told.measured or told.recorded, told.recorded, (), "enzyme" if told.measured else "problem", told)
    if told.measured and not decides:
        known = [r for r in genotype if r.phenotype != INDETERMINATE]  # the enzyme tells what the alleles could not
        shown = [r for r in genotype if r.phenotype == INDETERMINATE]
        return _driven(state, told.measured, (*known, *state.reported, *told.recorded), shown, "enzyme", told)
    if told.measured:
        return _driven(state, told.measured, told.recorded, genotype, "enzyme-decides", told)
    if told.decided:
        return _driven(state, told.recorded, (), genotype, "problem-decides", told)
    return _beside(state, told, genotype)


def _beside(state: GeneState, told: Told, genotype: Sequence[Reading]) -> GeneState:
    """A result in hand drives; a recorded problem that differs stands beside it."""
    differing = _differing(told.recorded, state.readings)
    if not differing:
        return state
    sources = replace(state.provenance, sources=tuple(dict.fromkeys((*state.provenance.sources, *told.sources))))
    return replace(state, readings=tuple(genotype), reported=(*state.reported, *differing), rule="result", provenance=sources)


def _driven(
    state: GeneState, driving: Sequence[Reading], beside: Iterable[Reading], shown: Iterable[Reading], rule: str, told: Told
) -> GeneState:
    """The state that rests on what the chart says. `beside` is looked up as well, `shown` is not."""
    phenotypes = {r.phenotype for r in driving}
    old = state.provenance
    return replace(
        state,
        readings=tuple(driving),
        reported=_differing(beside, driving),
        shown=tuple(shown),
        rule=rule,
        certainty="conflict" if told.contradicting and rule.startswith("enzyme") else "ambiguous" if len(phenotypes) > 1 else "certain",
        provenance=Provenance(told.as_of or old.as_of, old.laboratory, False, False, tuple(dict.fromkeys((*told.sources, *old.sources)))),
        missing="",
        because="",
        notes=(*(note for note in state.notes if note != BY_EXCLUSION), *told.notes),
        doubts=tuple(doubt for doubt in state.doubts if doubt.because != BY_WORDS),
    )


def _differing(readings: Iterable[Reading], driving: Sequence[Reading]) -> tuple[Reading, ...]:
    phenotypes = {r.phenotype for r in driving}
    return tuple(r for r in readings if r.phenotype not in phenotypes)
