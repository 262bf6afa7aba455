"""Ordered medicines against inherited disease: which orders a pathogenic germline variant speaks against, or asks to be watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.features.age import Age, age
from models.features.germline import COPIES_UNSAID, Inherited, Wanted, inherited
from models.features.pregnancy import pregnant
from models.features.tumour_genes import ByGene, variants_of_genes
from models.features.variant_evidence import lookup, rests_on
from models.finding import Assessment, Checked, Drug, Finding, Recommendation
from models.hereditary.statements import ANYBODY, CHANGES, doubts_of, evidence, unread, urgency
from models.knowledge.hereditary_types import HereditaryRule
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile

ROUTE_NOT_KNOWN = "route-not-known"  #: message id
CARRIER = "one copy alone: a carrier, for whom nothing follows at an order"
NOTHING = "no variant of it that counts is on file"

#: a medicine, the ids of its draft orders, and the routes under which it is ordered ("" where one is not known)
Ordered = tuple[Drug, Sequence[str], Sequence[str]]


def hereditary_findings(ordered: Sequence[Ordered], profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """One finding for each ordered medicine and rule that speaks. Genes without any variant on file are not mentioned."""
    rules = knowledge.hereditary.by_medicine
    asked = [(order, rule) for order in ordered for rule in rules.get(order[0].key, ())]
    if not asked or not profile.variants:
        return Assessment()
    by_gene, gaps = variants_of_genes(profile.variants, knowledge.biomarkers.genes)
    own = {gene for _, rule in asked for gene in rule.genes}
    answers = [_answer(order, rule, by_gene, profile, knowledge) for order, rule in asked]
    told = tuple(gap for gap in gaps if own & set(gap.subject.split(" / ")))
    return Assessment(
        findings=tuple(f for answer in answers for f in answer.findings),
        gaps=tuple(dict.fromkeys((*told, *(gap for answer in answers for gap in answer.gaps)))),
        checked=tuple(c for answer in answers for c in answer.checked),
    )


def _answer(order: Ordered, rule: HereditaryRule, by_gene: ByGene, profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """Several genes of a rule are told together: any of them is enough."""
    drug, _, routes = order
    if not any(by_gene.get(gene) for gene in rule.genes):
        return Assessment()
    subject = f"{drug.name}–{' or '.join(gene for gene in rule.genes if by_gene.get(gene))}"
    if because := _not_for(rule, routes, profile, knowledge):
        return Assessment(checked=(Checked(subject, "silent", because),))
    wanted = Wanted(rule.inheritance, rule.variants)
    found = [inherited(gene, by_gene[gene], wanted, profile.sex) for gene in rule.genes if by_gene.get(gene)]
    speaking = [one for one in found if one.variants and (rule.copies == "any" or one.copies == "two")]
    if speaking:
        open_ = tuple(gap for one in speaking for gap in one.gaps)
        return Assessment((_finding(order, rule, speaking, profile.sex),), open_, (Checked(subject, "fired", rule.message),))
    return _silent(subject, found)


def _silent(subject: str, found: Sequence[Inherited]) -> Assessment:
    """Nothing speaks: carriers, variants that do not count, and what is left open."""
    unsaid = [one for one in found if one.variants and one.copies == "unknown"]
    gaps = [gap for one in found for gap in one.gaps]
    gaps += [Gap(one.gene, "not_callable", COPIES_UNSAID, one.variants[0].origin) for one in unsaid]
    carrier = any(one.variants and one.copies == "one" for one in found)
    if carrier or not gaps:
        return Assessment(gaps=tuple(gaps), checked=(Checked(subject, "silent", CARRIER if carrier else NOTHING),))
    return Assessment(gaps=tuple(gaps), checked=(Checked(subject, "not_callable", gaps[-1].because),))


def _not_for(rule: HereditaryRule, routes: Sequence[str], profile: PatientProfile, knowledge: Knowledge) -> str:
    """Why the rule is not about this order or this patient; "" where it is, or where that is not known."""
    if rule.not_for_routes and routes and set(routes) <= set(rule.not_for_routes):
        return "not meant for this route: " + ", ".join(rule.not_for_routes).lower()
    if rule.sex and profile.sex and profile.sex != rule.sex:
        return f"for {rule.sex} patients alone"
    if not _of_age(rule, age(profile.birth_date, profile.as_of)):
        return "not for this age"
    if rule.not_in_pregnancy and pregnant(profile, knowledge).value:
        return "not in pregnancy"
    return ""


def _of_age(rule: HereditaryRule, years: Age | None) -> bool:
    if years is None:
        return True
    too_young = rule.age_from is not None and years.surely_below(rule.age_from)
    return not (too_young or (rule.age_below is not None and years.surely_from(rule.age_below)))


def _finding(order: Ordered, rule: HereditaryRule, speaking: Sequence[Inherited], sex: str) -> Finding:
    """The surest gene decides how loud it is."""
    drug, ids, routes = order
    doubts = min((doubts_of(rule, one, sex) for one in speaking), key=len)
    loud = urgency(rule, doubts)
    genes = tuple(gene for one in speaking for gene in rests_on(one, rule.variants))
    unrouted = (ROUTE_NOT_KNOWN,) if rule.not_for_routes and routes and all(not r or r in rule.not_for_routes for r in routes) else ()
    return Finding(
        kind="hereditary",
        urgency=loud,
        drug=drug,
        genes=genes,
        recommendations=(_recommendation(rule, lookup(genes), speaking),),
        evidence=(evidence(rule.source, rule.condition),),
        orders=tuple(dict.fromkeys(filter(None, ids))),
        removable=rule.action == "alternative" and loud != "info" and rule.checked != "no",
        notes=(*unrouted, *doubts),
        remarks=unread(rule.checked, rule.source, rule.condition),
        gaps=tuple(dict.fromkeys(gap for one in speaking for gap in one.gaps if gap.reason == "not_understood")),
        condition=rule.condition,
    )


def _recommendation(rule: HereditaryRule, held: Mapping[str, str], speaking: Sequence[Inherited]) -> Recommendation:
    return Recommendation(
        source=rule.source.body,
        classification=rule.classification,
        actions=(rule.action,),
        population=ANYBODY,
        lookup=held,
        message=rule.message,
        parts={"condition": rule.condition, "gene": " and ".join(one.gene for one in speaking)},
        alternatives=rule.alternatives if rule.action in CHANGES else (),
    )
