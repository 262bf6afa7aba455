"""The plan for a person with diabetes over a patient's chart: its findings, with every medicine that it names screened. Never critical."""

from __future__ import annotations

from dataclasses import replace

from models.careplans.kinds import FoundForm
from models.careplans.plan import STOPPED, Answer, care_plan
from models.decisions.alternatives import Assess, screened
from models.decisions.assess import assess_orders
from models.decisions.inherited import RESTRICTED
from models.decisions.passed_over import passed_over
from models.features.unidentified import doubtful_medicines
from models.features.variant_evidence import lookup, rests_on
from models.finding import Action, Assessment, Checked, Drug, Evidence, Finding, Orderable, Recommendation, Screened
from models.hereditary.statements import ANYBODY, doubts_of, evidence, unread
from models.knowledge.careplan_types import CareKnowledge
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile
from models.plan_values import CarePlanned, ClassPlan

DISEASE = "diabetes"
PLAN = "care-plan"  #: message id, of a recommendation whose words stand in the plan
UNCLASSED = "n/a"


def assess_diabetes(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """One finding on the kind of diabetes where there is something to do about it, and one with the plan."""
    rows = knowledge.careplans[DISEASE]
    if because := passed_over(profile, knowledge):
        return Assessment(gaps=profile.gaps, checked=(Checked(f"{rows.label} plan", "silent", because),))
    open_ = replace(profile, variants=tuple(v for v in profile.variants if not v.restricted), orders=())
    held = (RESTRICTED,) if len(open_.variants) < len(profile.variants) else ()
    answer = care_plan(rows, open_, knowledge)
    gaps: tuple[Gap, ...] = (*profile.gaps, *held, *answer.gaps)
    if answer.plan is None:
        return Assessment(gaps=tuple(dict.fromkeys(gaps)), checked=answer.checked)
    options, faults = _screened(answer.plan, answer, open_, knowledge, assess_orders)
    findings = (*_kind(answer, rows, open_), _plan(answer, answer.plan, options))
    gaps = (*gaps, *faults, *doubtful_medicines(open_, knowledge.drugs))
    return Assessment(findings, tuple(dict.fromkeys(gaps)), answer.checked)


def _screened(
    plan: CarePlanned, answer: Answer, profile: PatientProfile, knowledge: Knowledge, assess: Assess
) -> tuple[tuple[Screened, ...], tuple[Gap, ...]]:
    """Every medicine that the plan names for a start; classes stand beside each other, so none of one rules out another."""
    faults: list[Gap] = []
    found: list[Screened] = []
    for one in plan.classes:
        named = [answer.medicines[name] for name in one.medicines] if not one.taken else []
        found += screened(named, Drug(plan.about, ""), profile, knowledge, assess, faults)
    return tuple(found), tuple(dict.fromkeys(faults))


def _plan(answer: Answer, plan: CarePlanned, options: tuple[Screened, ...]) -> Finding:
    source = answer.sources[0]
    named = tuple(option.drug for option in options)
    return Finding(
        kind="care-plan",
        urgency="warning" if any(one.review and not _needless(one) for one in plan.classes) else "info",
        drug=Drug(plan.about, ""),
        genes=(),
        recommendations=(_said(source, PLAN, "monitor", {}, named),),
        evidence=tuple(dict.fromkeys(_evidence(one) for one in answer.sources)),
        options=options,
        tests=tuple(Orderable(due.label, due.code, due.system) for due in plan.due),
        care=plan,
    )


def _needless(one: ClassPlan) -> bool:
    """Taken without need, and not to harm."""
    return {said.message for said in one.because} == {STOPPED}


def _kind(answer: Answer, rows: CareKnowledge, profile: PatientProfile) -> tuple[Finding, ...]:
    """An inherited form that was proven, else the first reason to doubt what is recorded."""
    if answer.forms:
        return tuple(_form(one, answer, profile) for one in answer.forms)
    if answer.doubt is None:
        return ()
    asked = tuple(Orderable(test.label, test.code, test.system) for test in answer.tests)
    said = _said(answer.doubt.source, answer.doubt.message, "test" if answer.doubt.tests else "monitor", {})
    return (Finding("care-plan", "info", Drug(rows.label, ""), (), (said,), (_evidence(answer.doubt.source),), tests=asked),)


def _form(one: FoundForm, answer: Answer, profile: PatientProfile) -> Finding:
    """It rests on the hereditary rule's own source, and says what of it was read."""
    rule = one.rule
    genes = tuple(gene for found in one.speaking for gene in rests_on(found, rule.variants))
    doubts = min((doubts_of(rule, found, profile.sex) for found in one.speaking), key=len)
    taken = {c.id for c in answer.plan.classes if c.taken} if answer.plan else set()
    against = bool(taken & set(one.form.stop))
    parts = {"condition": rule.condition, "gene": " and ".join(found.gene for found in one.speaking)}
    said = _said(rule.source, one.form.message, "alternative" if against else "monitor", parts)
    return Finding(
        kind="care-plan",
        urgency="warning" if against and one.form.loud and not doubts else "info",
        drug=Drug(rule.condition, ""),
        genes=genes,
        recommendations=(replace(said, lookup=lookup(genes)),),
        evidence=(evidence(rule.source, rule.condition), _evidence(one.form.source)),
        notes=doubts,
        remarks=unread(rule.checked, rule.source, rule.condition),
        condition=rule.condition,
    )


def _said(source: Source, message: str, action: Action, parts: dict[str, str], named: tuple[Drug, ...] = ()) -> Recommendation:
    return Recommendation(source.body, UNCLASSED, (action,), ANYBODY, {}, message, parts, alternatives=named)


def _evidence(source: Source) -> Evidence:
    return Evidence(source.body, source.version, source.url)
