"""Which shipped advice a site's rule is about, and the digest of it: what the rule was written against. It applies nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from models.knowledge.check_labels import can_be_fatal
from models.knowledge.dosing_types import DosingFlow
from models.knowledge.keys import matches, score
from models.knowledge.policy_types import Rule
from models.knowledge.types import Guideline, Knowledge, Row

PRE_TEST = "test"  #: an action that rules take without a row: asking for a missing result
Advice = tuple[str, Row | DosingFlow | None]  #: guideline or flow by id, and what of it; None: the question for a missing result


def advice_of(rule: Rule, knowledge: Knowledge) -> tuple[Advice, ...]:
    """Every shipped row, and a dosing flow as a whole, that the rule is about."""
    found: list[Advice] = []
    for guideline in knowledge.guidelines.get(rule.drug.key, ()):
        found += _of_guideline(rule, guideline)
    flow = knowledge.flows.get(rule.drug.key)
    if flow is not None and _of_flow(rule, flow):
        found.append((f"dosing/{flow.drug.name}", flow))
    return tuple(found)


def _of_guideline(rule: Rule, guideline: Guideline) -> Iterable[Advice]:
    if rule.body not in ("", guideline.source.body) or not {*rule.genes, *rule.when} <= guideline.keys.keys():
        return
    for row in guideline.rows:
        if rule.action in ("", row.actions[0]) and _for_its_patients(rule, row):
            yield guideline.id, row
    if rule.action == PRE_TEST and guideline.keys and not rule.when:
        yield guideline.id, None


def _for_its_patients(rule: Rule, row: Row) -> bool:
    """Is there a patient whom both the rule and the row mean?"""
    if rule.populations and not set(rule.populations) & set(row.populations):
        return False
    return all(any(overlaps(key, own) for key in keys for own in row.when[gene]) for gene, keys in rule.when.items())


def _of_flow(rule: Rule, flow: DosingFlow) -> bool:
    bodies, genes = ("", flow.source.body), {*flow.keys, *flow.optional}
    return rule.body in bodies and set(rule.genes) <= genes and not rule.when and rule.action in ("", "alternative", "dose_change")


def overlaps(key: str, own: str) -> bool:
    """Do two lookup keys have a value in common?"""
    if matches((own,), key) or matches((key,), own):
        return True
    one, other = score(key), score(own)
    return one is not None and other is not None and one.meets(other)


def unmet(rule: Rule, knowledge: Knowledge) -> tuple[str, ...]:
    """Names of genes, values and populations that no advice on the drug has: slips of the pen."""
    guidelines = knowledge.guidelines.get(rule.drug.key, ())
    genes = {gene for g in guidelines for gene in g.keys} | set(getattr(knowledge.flows.get(rule.drug.key), "keys", ()))
    populations = {p.id for g in guidelines for p in g.populations}
    rows = [row for g in guidelines for row in g.rows]
    lost = [gene for gene in (*rule.genes, *rule.when) if gene not in genes] + [p for p in rule.populations if p not in populations]
    for gene, keys in rule.when.items():
        lost += [key for key in keys if not any(overlaps(key, own) for row in rows for own in row.when.get(gene, ()))]
    return tuple(dict.fromkeys(lost))


def can_kill(advice: Iterable[Advice]) -> bool:
    """Can any of it be critical?"""
    return any(isinstance(row, Row) and can_be_fatal(row) for _, row in advice)


def digest_of(rule: Rule, knowledge: Knowledge) -> str:
    """12 hexadecimal characters that change when the shipped advice does: its rows, not the file's notes or dates."""
    said = [[name, _plain(row)] for name, row in advice_of(rule, knowledge)]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.name != "source"}
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(str, value))
    return [_plain(inner) for inner in value] if isinstance(value, tuple | list) else value
