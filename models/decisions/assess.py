"""All specialties over all selected orders: one owner per drug, one broken rule never silences the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.codes import Concept
from models.decisions.alternatives import with_options
from models.decisions.dosing import dosed
from models.decisions.inherited import against_inherited
from models.decisions.isolated import isolated
from models.decisions.merge import LOUD, one_finding
from models.decisions.operations import asked_at_requests
from models.decisions.passed_over import passed_over
from models.decisions.tumour_board import held_against_tumours
from models.features.age import age
from models.features.chart import state_from_chart
from models.features.circumstances import WEIGHT, Circumstances, body_weight, dose_per_day
from models.features.continuation import continued_days
from models.features.exposure import unharmed_days
from models.features.gene_names import by_gene
from models.features.gene_state import GeneState
from models.features.ingredients import ingredients
from models.features.phenoconversion import Taken, converted, modulating, taken
from models.features.started import started
from models.features.unidentified import doubtful_medicines
from models.features.variant_sites import variants_by_gene
from models.finding import Assessment, Checked, Drug, Finding
from models.knowledge.types import Guideline, Knowledge
from models.patient import Gap, Order, PatientProfile
from models.pharmacogenomics.assess import assess_guideline
from models.pharmacogenomics.question import Question

ROUTE_NOT_KNOWN = "route-not-known"  #: message id


@dataclass(frozen=True, slots=True)
class Ordered:
    """An ingredient with every draft order that contains it, and the routes under which it is ordered."""

    drug: Drug
    orders: tuple[str, ...]
    routes: tuple[str, ...]
    combined: bool  #: any of the orders is for a product with further ingredients, known or not
    drafts: tuple[Order, ...] = ()  #: the orders themselves


def assess_orders(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """What the patient's genes mean for the orders being chosen or signed; named alternatives are screened.

    Raises the first fault when every rule of every order failed: nothing could be evaluated, which must not look
    like an empty answer.
    """
    # an alternative is screened by all that is known of it, whoever tells its dose
    found = with_options(_assess(profile, knowledge), profile, replace(knowledge, dosed_by={}), _assess)
    if not (found.findings or found.checked):
        return found
    # beside the answer, not in it: an alternative is not made unsure a second time by the same medicines
    return replace(found, gaps=tuple(dict.fromkeys((*found.gaps, *doubtful_medicines(profile, knowledge.drugs)))))


def _assess(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    if because := passed_over(profile, knowledge):
        return Assessment(gaps=profile.gaps, checked=(Checked("patient", "silent", because),))
    ordered, gaps = _ordered(profile.orders, knowledge)
    questions = [(o, g) for o in ordered for g in knowledge.guidelines.get(o.drug.key, ())]
    requested = asked_at_requests(profile.requests, [o.drug.key for o in ordered], knowledge)
    questions += [(Ordered(g.drug, (), (), combined=False), g) for g in requested]
    states, gene_gaps = _states(profile, knowledge, [g for _, g in questions])
    medicines = taken(profile, knowledge) if questions else ()
    years = age(profile.birth_date, profile.as_of)
    weight, no_weight = body_weight(profile.measurements, knowledge.clinical.get(WEIGHT), years, profile.as_of)
    whole = "conditions" not in profile.unread
    known = Circumstances(profile.conditions, weight=weight, no_weight=no_weight, conditions_whole=whole)
    answers: list[Assessment] = []
    faults: list[Exception] = []
    for order, guideline in questions:
        if guideline.effective_to is not None and profile.as_of > guideline.effective_to:
            answers.append(_no_longer(guideline))
            continue
        if guideline.not_for_routes and order.routes and set(order.routes) <= set(guideline.not_for_routes):
            answers.append(_other_route(guideline))
            continue
        if guideline.single_ingredient and order.combined:
            answers.append(_silent(guideline, "not meant for combination products"))
            continue

        def answer(order: Ordered = order, guideline: Guideline = guideline) -> Assessment:
            own = _converted(guideline, states, medicines, profile.as_of, knowledge)
            used = unharmed_days(order.drug.key, medicines, profile, knowledge)
            chart = replace(known, reasons=_reasons(order), dose_per_day=_dose(order), taken_days=used)
            before = started(guideline, profile, knowledge)
            question = Question(guideline, own, years, knowledge, chart, _continued(guideline, profile, knowledge), before)
            return _by_route(order, guideline, _about(order, assess_guideline(question)))

        found, fault = isolated(guideline.drug.name, answer)
        answers.append(found)
        faults += fault
    drugs = [o.drug for o in ordered]
    tumour, broken = held_against_tumours(drugs, profile, knowledge)
    for more, failed in (
        dosed(drugs, profile, knowledge),
        ([_for_orders(found, ordered) for found in tumour], broken),
        against_inherited([(o.drug, o.orders, o.routes) for o in ordered], profile, knowledge),
    ):
        answers += more
        faults += failed
    if faults and not any(found.findings or found.checked for found in answers):  # nothing could be evaluated
        raise faults[0]
    return _merged((Assessment(gaps=(*profile.gaps, *gaps, *gene_gaps)), *answers))


def _ordered(orders: Sequence[Order], knowledge: Knowledge) -> tuple[tuple[Ordered, ...], tuple[Gap, ...]]:
    """Selected orders by ingredient, in the order of their first appearance."""
    found: dict[Drug, tuple[list[str], list[str], list[Order]]] = {}
    combined: set[Drug] = set()
    gaps: list[Gap] = []
    for order in orders:
        if not order.selected:
            continue
        read = ingredients(order, knowledge.drugs)
        gaps += read.gaps
        for drug, route in read.drugs:
            ids, routes, drafts = found.setdefault(drug, ([], [], []))
            drafts.append(order)
            ids += [order.id] if order.id else []
            routes.append(route)
        if len(read.drugs) > 1 or read.gaps:  # a gap beside a known ingredient is an ingredient that is not known
            combined.update(drug for drug, _ in read.drugs)
    ordered = (
        Ordered(d, tuple(dict.fromkeys(ids)), tuple(routes), d in combined, tuple(drafts)) for d, (ids, routes, drafts) in found.items()
    )
    return tuple(ordered), tuple(gaps)


def _reasons(order: Ordered) -> tuple[Concept, ...]:
    return tuple(dict.fromkeys(reason for draft in order.drafts for reason in draft.reasons))


def _dose(order: Ordered) -> float | None:
    """All drafts of the medicine together; the amount of a combination product is not that of one ingredient."""
    amounts = [dose_per_day(draft.dosages) for draft in order.drafts]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known and len(known) == len(amounts) and not order.combined else None


def _states(
    profile: PatientProfile, knowledge: Knowledge, guidelines: Sequence[Guideline]
) -> tuple[Mapping[str, GeneState], tuple[Gap, ...]]:
    """The state of each gene that the guidelines ask about; gaps of results whose gene could not be told."""
    wanted = dict.fromkeys(gene for guideline in guidelines for gene in guideline.keys)
    if not wanted:
        return {}, ()
    grouped, gaps = by_gene(profile.genotypes, knowledge.genes)
    variants, more = variants_by_gene(profile.variants, knowledge)
    states = {g: state_from_chart(knowledge.genes[g], grouped.get(g, ()), profile, knowledge, variants.get(g, ())) for g in wanted}
    return states, (*gaps, *more)


def _converted(
    guideline: Guideline, states: Mapping[str, GeneState], medicines: Sequence[Taken], as_of: date, knowledge: Knowledge
) -> Mapping[str, GeneState]:
    """The guideline's genes as other medicines leave them; the ordered drug itself never counts."""
    found = {}
    for gene, mode in guideline.keys.items():
        modulators, state = knowledge.modulators.get(gene), states[gene]
        counted = modulating(medicines, modulators, guideline.drug.key, as_of) if modulators else ()
        left = converted(knowledge.genes[gene], state, modulators, counted) if modulators else state
        # no medicine changes which alleles there are: it is told
        found[gene] = replace(state, mentioned=counted) if left.genetic and mode == "diplotype" else left
    return found


def _continued(guideline: Guideline, profile: PatientProfile, knowledge: Knowledge) -> int:
    """Looked up only for guidelines of which a row asks."""
    asks = any(row.tolerance_days is not None for row in guideline.rows)
    return continued_days(profile, guideline.drug.key, knowledge.drugs) if asks else 0


def _by_route(order: Ordered, guideline: Guideline, answer: Assessment) -> Assessment:
    """A rule that is not for every route holds as for systemic use where the route is not known, and the card says so.

    Not more quietly: an infusion whose route nobody wrote down is no less dangerous.
    """
    if not guideline.not_for_routes or not order.routes or any(route and route not in guideline.not_for_routes for route in order.routes):
        return answer
    return replace(answer, findings=tuple(replace(f, notes=(*f.notes, ROUTE_NOT_KNOWN)) for f in answer.findings))


def _other_route(guideline: Guideline) -> Assessment:
    return _silent(guideline, "not meant for this route: " + ", ".join(guideline.not_for_routes).lower())


def _no_longer(guideline: Guideline) -> Assessment:
    """Advice that was given no longer is not given in silence: whoever relied on it must see that it is gone."""
    because = f"the guideline held until {guideline.effective_to} and is not applied any more"
    names = list(guideline.keys) or [f"{guideline.source.body} label"]
    subjects = [f"{guideline.drug.name}–{name}" for name in names]
    gaps = tuple(Gap(subject, "out_of_range", because) for subject in subjects)
    return Assessment(gaps=gaps, checked=tuple(Checked(subject, "out_of_range", because) for subject in subjects))


def _silent(guideline: Guideline, because: str) -> Assessment:
    return Assessment(checked=tuple(Checked(f"{guideline.drug.name}–{gene}", "silent", because) for gene in guideline.keys))


def _about(order: Ordered, answer: Assessment) -> Assessment:
    alone = len(order.drafts) == 1 and bool(order.orders) and not order.combined
    return replace(answer, findings=tuple(replace(f, orders=order.orders, replaceable=alone and f.removable) for f in answer.findings))


def _for_orders(answer: Assessment, ordered: Sequence[Ordered]) -> Assessment:
    """The drafts that each finding is about."""
    drafts = {order.drug: order.orders for order in ordered}
    return replace(answer, findings=tuple(replace(f, orders=drafts.get(f.drug, ())) for f in answer.findings))


def _merged(answers: Sequence[Assessment]) -> Assessment:
    """One finding for each drug, the loudest first."""
    by_drug: dict[Drug, list[Finding]] = {}
    for finding in (f for answer in answers for f in answer.findings):
        by_drug.setdefault(finding.drug, []).append(finding)
    return Assessment(
        findings=tuple(sorted((one_finding(several) for several in by_drug.values()), key=lambda f: LOUD.index(f.urgency))),
        gaps=tuple(dict.fromkeys(g for a in answers for g in a.gaps)),
        checked=tuple(dict.fromkeys(c for a in answers for c in a.checked)),
    )
