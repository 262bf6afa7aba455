"""What a site decided about advice, applied to an assessment before anything is withheld or told. Pure; nothing is lost in silence.

A finding's topic stays the same, whatever is decided: it stands for the facts. So one that is made quieter counts as shown before where
it was shown louder, and one that is made louder than the remembered card is shown again, which is `withhold`'s rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from cds_service.coverage import subjects
from models.finding import Assessment, Checked, Drug, Finding, Recommendation, Remark, Urgency
from models.knowledge.keys import matches
from models.knowledge.policy_types import Policy, Rule

OFF = "site policy"  #: outcome of advice that the site turned off
NOT_APPLIED = "policy not applied"  #: outcome of a decision that did not hold, and why
_LOUD: tuple[Urgency, ...] = get_args(Urgency)  #: the loudest first
_QUIET = ("standard", "no_recommendation")


def applied(found: Assessment, policy: Policy) -> Assessment:
    """`found` as the site wants it told."""
    if not policy.rules or not found.findings:
        return found
    told: list[Finding] = []
    checked: list[Checked] = []
    for finding in found.findings:
        own = [rule for rule in policy.rules if rule.drug == finding.drug]
        rules = [rule for rule in own if any(concerns(rule, said, finding) for said in finding.recommendations)]
        shown, notes = _decided(finding, rules) if rules else (finding, [])
        told += [shown] if shown is not None else []
        checked += notes
    told.sort(key=lambda finding: _LOUD.index(finding.urgency))
    return Assessment(tuple(told), found.gaps, (*found.checked, *checked))


def concerns(rule: Rule, said: Recommendation, finding: Finding) -> bool:
    """Is the rule about this recommendation?"""
    genes = said.lookup.keys() or {gene.gene for gene in finding.genes}
    return (
        rule.body in ("", said.source)
        and set(rule.genes) <= genes
        and all(gene in said.lookup and matches(keys, said.lookup[gene]) for gene, keys in rule.when.items())
        and (not rule.populations or said.population in rule.populations)
        and rule.action in ("", said.action)
    )


def _decided(finding: Finding, rules: Sequence[Rule]) -> tuple[Finding | None, list[Checked]]:
    """The finding as it is told (None: not at all), and what coverage says of it."""
    notes: list[Checked] = []
    if off := [rule for rule in rules if rule.off]:
        because = _why_not(finding, off)
        if not because:
            first = off[0].reviewed
            return None, [Checked(subject, OFF, f"turned off here: {first.reason} ({first.owner})") for subject in subjects(finding)]
        notes += [Checked(subject, NOT_APPLIED, because) for subject in subjects(finding)]
    shown = _louder_or_quieter(finding, [rule for rule in rules if rule.indicator is not None], notes)
    for rule in rules:
        if rule.wording:
            shown = _with(shown, "site-wording", owner=rule.reviewed.owner, words=rule.wording)
        if rule.formulary:
            shown = _stocked_first(shown, rule)
    return shown, notes


def _why_not(finding: Finding, rules: Sequence[Rule]) -> str:
    """Why these rules cannot make the finding quieter; "" where they can: each advice on the card must be meant by one of them."""
    speaking = [said for said in finding.recommendations if said.action not in _QUIET] or finding.recommendations
    if not all(any(concerns(rule, said, finding) for rule in rules) for said in speaking):
        return "the card rests on other advice too, which the policy leaves as it is"
    if finding.urgency == "critical" and not all(rule.approved for rule in rules):
        return "what can kill is made quieter only with the approval of two people"
    return ""


def _louder_or_quieter(finding: Finding, rules: Sequence[Rule], notes: list[Checked]) -> Finding:
    wanted: list[Urgency] = [rule.indicator for rule in rules if rule.indicator is not None]
    if not wanted:
        return finding
    loudest = min(wanted, key=_LOUD.index)
    if _LOUD.index(loudest) > _LOUD.index(finding.urgency) and (because := _why_not(finding, rules)):
        notes += [Checked(subject, NOT_APPLIED, because) for subject in subjects(finding)]
        return finding
    if loudest == finding.urgency:
        return finding
    owner = next(rule.reviewed.owner for rule in rules if rule.indicator == loudest)
    return replace(_with(finding, "site-indicator", now=loudest, owner=owner, was=finding.urgency), urgency=loudest)


def _with(finding: Finding, message: str, **parts: str) -> Finding:
    return replace(finding, remarks=(*finding.remarks, Remark(message, tuple(parts.items()))))


def _stocked_first(finding: Finding, rule: Rule) -> Finding:
    """The alternatives in the site's order; what it does not stock follows as it was. Each keeps its own verdict."""
    order = {drug: place for place, drug in enumerate(rule.formulary)}

    def place(drug: Drug) -> int:
        return order.get(drug, len(order))

    said = tuple(
        replace(one, alternatives=tuple(sorted(one.alternatives, key=place))) if concerns(rule, one, finding) else one
        for one in finding.recommendations
    )
    named = {drug for one in said if concerns(rule, one, finding) for drug in one.alternatives}
    refused = {option.drug for option in finding.options if option.verdict == "refused"}
    stocked = [drug.name for drug in rule.formulary if drug in named - refused]
    options = tuple(sorted(finding.options, key=lambda option: place(option.drug)))
    ordered = replace(finding, recommendations=said, options=options)
    return _with(ordered, "site-formulary", drugs=", ".join(stocked)) if stocked else ordered
