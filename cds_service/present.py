"""Assessment to cards: the only place that decides how a thing is said. It judges nothing and reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from uuid import UUID, uuid5

from cds_service.care_card import care_lines, care_summary
from cds_service.care_suggestions import suggested_plan
from cds_service.coverage import COVERAGE, coverage_extension
from cds_service.finding_extension import finding_extension
from cds_service.messages import Messages, messages
from cds_service.overrides import OVERRIDES, reasons_for
from cds_service.plan_card import plan_lines, plan_sources, plan_summary
from cds_service.remembered import card_id
from cds_service.replacements import drafts_by_id, option_line, replacements
from cds_service.request import HookRequest
from cds_service.rollup import TOPICS, capped, rollup_card
from cds_service.service import Service
from cds_service.test_patients import NOTE
from cds_service.test_suggestions import suggested_tests
from cds_service.words import advice, gap_line, gene_line, joined, label, lookups, remark_line, result, starred
from fhir_mappings.proposals import delete_action
from models.finding import Assessment, Evidence, Finding, GeneEvidence, Recommendation
from models.knowledge.policy_types import NO_POLICY, Policy
from models.knowledge.types import Knowledge

LONGEST_RESULT = 60  #: characters of a gene's result in a summary
LONGEST_SUMMARY = 139  #: CDS Hooks: fewer than 140 characters
OPEN = {"results-conflict", "reported-differs", "depends-on-reading"}  #: notes of findings whose readings lead to different advice
MOST_INFO = 3  #: cards of info in one answer
SOFTWARE = version("precision-hooks")

Json = dict[str, Any]


def present(
    found: Assessment,
    asked: HookRequest,
    service: Service,
    knowledge: Knowledge,
    policy: Policy = NO_POLICY,
    *,
    most_info: int = MOST_INFO,
    width: int = LONGEST_SUMMARY,
) -> Json:
    """The whole response body: cards by urgency, info beyond `most_info` in one card, and what was and was not checked.

    `policy` was applied to `found` before; here it gives its digest, and the EHR's own orderables to orders that are drafted.
    `width`: characters that a summary should have at most, as the client's dialect asks.
    """
    words = messages()
    plans, others = _apart(found.findings)
    together = service.one_card and len(others) > 1
    own, rest = ((), others) if together else capped(others, most_info)
    own = (*own, *plans)
    cards = [card(finding, asked, service, knowledge, words, policy, width) for finding in own]
    rolled = [rollup_card(rest, asked.instance, service.id, knowledge.digest, words, review=together, width=width)] if rest else []
    return {
        "cards": cards + rolled,
        "extension": {COVERAGE: coverage_extension(found, knowledge.digest, SOFTWARE, policy.digest)},
    }


def _apart(findings: tuple[Finding, ...]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Treatment plans are cards of their own: a summary of summaries would tell nobody anything."""
    plans = tuple(f for f in findings if f.plan is not None or f.care is not None)
    return plans, tuple(f for f in findings if f not in plans)


def card(
    finding: Finding,
    asked: HookRequest,
    service: Service,
    knowledge: Knowledge,
    words: Messages,
    policy: Policy = NO_POLICY,
    width: int = LONGEST_SUMMARY,
) -> Json:
    """One finding as a CDS Hooks card."""
    evidence = finding.evidence[0]
    identity = card_id(asked.instance, service.id, finding.topic)
    swaps = replacements(finding, drafts_by_id(asked.draft_orders), identity, words, policy.orderables)
    tests, plan = (suggest(finding, asked.patient, identity, words) for suggest in (suggested_tests, suggested_plan))
    suggestions = [*swaps, *removals(finding, identity, words), *plan, *tests]
    return _filled(
        {
            "uuid": str(identity),
            "summary": summary(finding, words, width),
            "detail": detail(finding, words),
            "indicator": finding.urgency,
            "source": {
                "label": f"{evidence.label}, {evidence.version}",
                "url": evidence.url,
                "topic": {"system": TOPICS, "code": finding.topic, "display": topic_display(finding, words)},
            },
            "suggestions": suggestions,
            "selectionBehavior": ("at-most-one" if len(suggestions) == 1 or swaps else "any") if suggestions else "",
            "overrideReasons": override_reasons(finding, words),
            "links": [
                {"label": words.text("link", label=e.label, version=e.version), "url": e.url, "type": "absolute"} for e in finding.evidence
            ],
            "extension": {"org.precision-hooks.finding": finding_extension(finding, knowledge.digest)},
        }
    )


def _filled(members: Json) -> Json:
    """CDS Hooks forbids null and empty members."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def topic_display(finding: Finding, words: Messages) -> str:
    if finding.care is not None:
        return words.text("care-topic", about=finding.care.about)
    if not finding.genes or finding.plan is not None:
        return finding.evidence[0].label if finding.plan is None else words.text("plan-topic", tumour=finding.drug.name)
    return words.text("topic", drug=finding.drug.name, genes=joined([label(g) for g in finding.genes], words.text("and")))


def summary(finding: Finding, words: Messages, width: int = LONGEST_SUMMARY) -> str:
    """The action, then the genes as far as `width` allows. Drug and action are never cut, even where they alone are wider."""
    if finding.plan is not None:
        return plan_summary(finding, finding.plan, words, width)
    if finding.care is not None:
        return care_summary(finding.care, words, width)
    do = advice(finding, finding.recommendations[0], words).do
    genes = [g for g in finding.genes if not g.missing]
    bare = ", ".join(label(g) for g in genes or finding.genes)
    if finding.kind == "conflict":
        choices = [words.text("summary-conflict", do=do, genes=bare), words.text("summary-conflict-short", do=do)]
    elif genes and finding.kind in ("drug-gene", "dose"):
        told = ", ".join(_told(g, _short(g), words) for g in genes)
        phenotypes = ", ".join(_told(g, g.phenotype, words) for g in genes)
        choices = [words.text("summary", do=do, genes=text) for text in (told, phenotypes, bare)]
    else:
        choices = []
    marked = (words.text("summary-test", summary=text) if NOTE in finding.notes else text for text in (*choices, do))
    return next((text for text in marked if len(text) <= width), do)


def _told(gene: GeneEvidence, measured: str, words: Messages) -> str:
    """The gene with its result; where other medicines act on it, these are what the advice rests on."""
    if gene.adjusted:
        drugs = joined([drug.name for drug, _ in gene.adjusted_because], words.text("and"))
        induced = all(strength.endswith("inducer") for _, strength in gene.adjusted_because)
        return words.text("summary-induced" if induced else "summary-adjusted", gene=label(gene), drugs=drugs)
    return f"{label(gene)} {measured}".strip()


def _short(gene: GeneEvidence) -> str:
    """Diplotype and phenotype, or the phenotype alone where allele names are long."""
    whole = result(gene)
    return whole if len(whole) <= LONGEST_RESULT else gene.phenotype


def detail(finding: Finding, words: Messages) -> str:
    """Result, why, what to do, what is not known, source: a few short lines of Markdown."""
    open_ = bool(set(finding.notes) & OPEN)
    lines = [words.text(f"note-{NOTE}")] if NOTE in finding.notes else []
    lines += [gene_line(gene, words, show_possible=open_) for gene in finding.genes]
    lines += _body(finding, words)
    lines += [words.text(f"note-{note}") for note in finding.notes if note != NOTE]
    lines += [remark_line(remark, words) for remark in finding.remarks]
    lines += [option_line(finding, words)] if finding.options and finding.care is None else []
    lines += [gap_line(gap, words) for gap in finding.gaps]
    lines += _sources(finding, words)
    return "\n\n".join(lines)


def _body(finding: Finding, words: Messages) -> list[str]:
    if finding.care is not None:
        return care_lines(finding, finding.care, words)
    return plan_lines(finding.plan, words) if finding.plan is not None else [*_reasons(finding, words), *_deeds(finding, words)]


def _reasons(finding: Finding, words: Messages) -> list[str]:
    speaking = [said for said in finding.recommendations if said.action not in ("standard", "no_recommendation")] or finding.recommendations
    whys = dict.fromkeys(starred(advice(finding, said, words).why) for said in speaking)
    return [words.text("why", why=" ".join(whys))]


def _deeds(finding: Finding, words: Messages) -> list[str]:
    """What to do: one line when all recommendations say the same, else one for each population and reading."""
    said: dict[str, list[Recommendation]] = {}
    for recommendation in finding.recommendations:
        message = advice(finding, recommendation, words)
        said.setdefault(starred(" ".join(filter(None, (f"{message.do}.", message.more)))), []).append(recommendation)
    if len(said) == 1:
        return [words.text("do", do=next(iter(said)))]
    return [f"- {_when(group, finding, words)}: {do}" for do, group in said.items()]


def _when(group: list[Recommendation], finding: Finding, words: Messages) -> str:
    """The populations and look-ups under which an advice holds, with the source's strength."""
    sources = dict.fromkeys(r.source for r in group) if len({r.source for r in finding.recommendations}) > 1 else {}
    populations = dict.fromkeys(r.population_label for r in group if r.population_label)
    several = len({tuple(r.lookup.items()) for r in finding.recommendations}) > 1
    keys = lookups([r.lookup for r in group], words) if several else []
    strengths = dict.fromkeys(r.classification for r in group)
    return f"{starred('; '.join(filter(None, [*sources, *populations, *keys])))} ({', '.join(strengths)})"


def _sources(finding: Finding, words: Messages) -> list[str]:
    """Each source with the strengths of its own advice; of a plan, which has many, their bodies and dates."""
    if finding.plan is not None or finding.care is not None:
        return [plan_sources(finding, words)]
    return [_source(evidence, finding, words) for evidence in finding.evidence]


def _source(evidence: Evidence, finding: Finding, words: Messages) -> str:
    own = [r for r in finding.recommendations if f"{evidence.label} ".startswith(f"{r.source} ")]
    strengths = dict.fromkeys(r.classification for r in own if r.classification != "n/a")
    kind = "evidence" if strengths else "evidence-unclassified"
    return words.text(kind, label=evidence.label, version=evidence.version, classification=", ".join(strengths))


def removals(finding: Finding, identity: UUID, words: Messages) -> list[Json]:
    """ "Remove this order", once for each draft order, only where every applying row agrees that it should not stand."""
    if not finding.removable:
        return []
    remove = words.text("remove", drug=finding.drug.name)
    return [{"label": remove, "uuid": str(uuid5(identity, order)), "actions": [delete_action(order, remove)]} for order in finding.orders]


def override_reasons(finding: Finding, words: Messages) -> list[Mapping[str, str]]:
    return [{"system": OVERRIDES, "code": code, "display": words.text(f"override-{code}")} for code in reasons_for(finding.kind)]
