"""Dosing flows over the ordered drugs: gene states in, findings out, with each gene's result as every other card tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from models.decisions.isolated import isolated
from models.dosing.assess import assess_dosing
from models.dosing.predict import predict_dose
from models.dosing.question import DosingQuestion
from models.features.chart import state_from_chart
from models.features.gene_names import by_gene
from models.features.gene_state import GeneState
from models.features.ingredients import ingredients
from models.features.variant_sites import variants_by_gene
from models.finding import Assessment, Checked, Drug, Remark
from models.knowledge.dosing_types import DosingFlow
from models.knowledge.types import Knowledge
from models.patient import Dosage, Gap, Order, PatientProfile
from models.pharmacogenomics.findings import gene_evidence


def dosed(drugs: Sequence[Drug], profile: PatientProfile, knowledge: Knowledge) -> tuple[list[Assessment], list[Exception]]:
    """One answer for each drug that has a flow; a flow that fails becomes a Gap, and its fault is handed back."""
    flows = [knowledge.flows[drug.rxnorm] for drug in drugs if drug.rxnorm in knowledge.flows]
    told = [isolated(flow.drug.name, partial(_answer, flow, profile, knowledge)) for flow in flows]
    return [answer for answer, _ in told], [fault for _, faults in told for fault in faults]


def _answer(flow: DosingFlow, profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """By the flow's rules; where another service owns the number, without one: it tells it, or has none, and then that is why."""
    asked = _asked(flow, profile, knowledge)
    owner = knowledge.dosed_by.get(flow.drug.key, "")
    if not owner:
        return asked.told(assess_dosing(asked.question))
    by_owner = predict_dose(asked.question)
    if by_owner.findings or any(c.outcome == "silent" for c in by_owner.checked):
        return referred(asked.told(assess_dosing(asked.question)), flow, owner)
    because = next((c.because for c in by_owner.checked), f"{owner} has none")
    return asked.told(assess_dosing(replace(asked.question, no_number=because)))


def answered(flow: DosingFlow, profile: PatientProfile, knowledge: Knowledge, assess: Callable[[DosingQuestion], Assessment]) -> Assessment:
    """What `assess` says of the flow's medicine, with its orders and each gene's result."""
    asked = _asked(flow, profile, knowledge)
    return asked.told(assess(asked.question))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A flow's question with what its answer carries beside: the drafts it is about, and gaps of results whose gene is not known."""

    question: DosingQuestion
    orders: tuple[str, ...]
    gaps: tuple[Gap, ...]

    def told(self, found: Assessment) -> Assessment:
        states = self.question.states
        genes = tuple(gene_evidence(states[gene], "phenotype") for gene in _told(self.question.flow, states))
        return replace(
            found,
            findings=tuple(replace(f, genes=genes, orders=self.orders) for f in found.findings),
            gaps=tuple(dict.fromkeys((*self.gaps, *found.gaps))),
        )


def _asked(flow: DosingFlow, profile: PatientProfile, knowledge: Knowledge) -> _Asked:
    grouped, gaps = by_gene(profile.genotypes, knowledge.genes)
    variants, more = variants_by_gene(profile.variants, knowledge)
    named = dict.fromkeys((*flow.keys, *flow.optional, *(a.gene for a in flow.adjustments)))
    states = {g: _sure(state_from_chart(knowledge.genes[g], grouped.get(g, ()), profile, knowledge, variants.get(g, ()))) for g in named}
    own = tuple(order for order in profile.orders if order.selected and _holds(order, flow, knowledge))
    dosages: tuple[Dosage, ...] = tuple(dosage for order in own for dosage in order.dosages)
    question = DosingQuestion(flow, knowledge, profile, states, dosages, all(order.dosages for order in own))
    return _Asked(question, tuple(order.id for order in own if order.id), (*gaps, *more))


def referred(told: Assessment, flow: DosingFlow, owner: str) -> Assessment:
    """What is left to say where the service `owner` tells the dose: another medicine, and no number."""
    findings = []
    for finding in told.findings:
        kept = tuple(r for r in finding.recommendations if r.action == "alternative" and r.dose is None)
        remark = Remark("dose-elsewhere", (("drug", flow.drug.name), ("service", owner)))
        findings += [replace(finding, recommendations=kept, evidence=finding.evidence[:1], remarks=(remark,))] if kept else []
    because = f"its dose is told by {owner}"
    checked = told.checked if findings else tuple(_elsewhere(c, because) for c in told.checked)
    return replace(told, findings=tuple(findings), checked=(*checked, Checked(f"{flow.drug.name}–dose", "referred", because)))


def _elsewhere(checked: Checked, because: str) -> Checked:
    return replace(checked, outcome="referred", because=because) if checked.outcome in ("fired", "silent") else checked


def _sure(state: GeneState) -> GeneState:
    """A number is not worked out from a gene that may not be the one at work in this patient (a graft, a donor's cells)."""
    if not state.doubts:
        return state
    why = state.doubts[0]
    return replace(state, readings=(), reported=(), missing=why.reason, because=why.because, gaps=(*state.gaps, *state.doubts))


def _holds(order: Order, flow: DosingFlow, knowledge: Knowledge) -> bool:
    return any(drug == flow.drug for drug, _ in ingredients(order, knowledge.drugs).drugs)


def _told(flow: DosingFlow, states: Mapping[str, GeneState]) -> list[str]:
    """Needed genes always; those that refine where they have a result."""
    return [*flow.keys, *(gene for gene in flow.optional if states[gene].readings)]
