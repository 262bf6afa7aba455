"""Agreement of hereditary/ with the rest: medicines, genes and messages exist, and no two rules say opposite things."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations

from models.knowledge.hereditary_types import Hereditary, HereditaryRule
from models.knowledge.source_check import source_faults, text_faults
from models.knowledge.types import Drugs

STRONG = ("alternative", "dose_change")  #: actions of rules that change an order
MESSAGE = "hereditary-"


def hereditary_faults(known: Hereditary, drugs: Drugs, genes: Collection[str], messages: Collection[str] | None = None) -> Iterator[str]:
    """One sentence for each fault. `genes`: the symbols that biomarkers/genes.tsv knows; `messages`: ids, where words are at hand."""
    for ids in ([rule.id for rule in known.rules], [summary.id for summary in known.summaries]):
        for name in sorted({n for n in ids if ids.count(n) > 1}):
            yield f"hereditary/: the id '{name}' is there twice; give one of them another"
    for rule in known.rules:
        yield from _rule_faults(rule, drugs, f"hereditary/: rule '{rule.id}'")
    for one, other in combinations(known.rules, 2):
        yield from _opposite(one, other)
    said = [(f"rule '{r.id}'", r.message, r.genes) for r in known.rules]
    said += [(f"summary '{s.id}'", s.message, s.genes) for s in known.summaries]
    for what, message, own in said:
        yield from (
            f"hereditary/: {what} names {gene}, which is not in biomarkers/genes.tsv; add it there" for gene in own if gene not in genes
        )
        if not message.startswith(MESSAGE):
            yield f"hereditary/: {what} has the message '{message}'; its id must begin with {MESSAGE}"
        elif messages is not None and message not in messages:
            yield f"hereditary/: {what} has the message '{message}', which is not in cds_service/messages; write it or correct the id"
    yield from _summary_faults(known)
    others = (*known.listed, *known.confirm, *known.elsewhere)
    yield from (f"hereditary/: {gene} is not in biomarkers/genes.tsv; add it there" for gene in dict.fromkeys(others) if gene not in genes)


def _rule_faults(rule: HereditaryRule, drugs: Drugs, where: str) -> Iterator[str]:
    yield from _medicine_faults(rule, drugs, where)
    for variant in rule.variants:
        if variant.gene not in rule.genes:
            yield f"{where}: counts a variant of {variant.gene}, which is none of its genes; correct one of them"
    if rule.copies == "two" and rule.inheritance in ("AD", "MT"):
        yield f"{where}: {rule.inheritance} and two copies contradict each other; correct one of them"
    if rule.copies == "any" and rule.inheritance == "AR":
        yield f"{where}: AR asks for two copies: a carrier of one gets no advice on treatment; correct one of them"
    if rule.harm == "fatal" and rule.action not in STRONG:
        yield f"{where}: a fatal rule whose action is '{rule.action}' would stay quiet; make it one of {', '.join(STRONG)}"
    if rule.checked != "yes" and "read" not in rule.source.note:
        yield f"{where}: its source was not read in full, and source.note does not say what was read; say so"
    yield from source_faults(rule.source, where)
    yield from text_faults(rule.condition, f"{where}: condition")
    yield from text_faults(rule.classification, f"{where}: classification")


def _medicine_faults(rule: HereditaryRule, drugs: Drugs, where: str) -> Iterator[str]:
    if not rule.medicines:
        yield f"{where}: no medicines; it would never be asked, so name at least one"
    for drug in (*rule.medicines, *rule.alternatives):
        known = drugs.ingredients.get(drug.key)
        if known is None or known.name != drug.name:
            yield f"{where}: '{drug.name}' ({drug.key}) is no ingredient of drugs/ingredients.tsv; correct name or id"
    for drug in rule.medicines:
        if drug in rule.alternatives:
            yield f"{where}: '{drug.name}' is alternative and medicine of the same rule; keep one"
    if rule.alternatives and rule.action != "alternative":
        yield f"{where}: names alternatives, but its action is '{rule.action}'; make it 'alternative' or leave them out"


def _opposite(one: HereditaryRule, other: HereditaryRule) -> Iterator[str]:
    """One rule's medicine is what the other names instead, for the same gene and variants: a card would send people in a circle."""
    genes = set(one.genes) & set(other.genes)
    if not genes or (one.variants and other.variants and one.variants != other.variants):
        return
    shared = _avoided(one) & {d.name for d in other.alternatives}
    shared |= _avoided(other) & {d.name for d in one.alternatives}
    both = {d.name for d in one.medicines} & {d.name for d in other.medicines}
    if shared:
        yield f"hereditary/: '{one.id}' and '{other.id}' say opposite things of {min(shared)} with {min(genes)}; correct one of them"
    elif both and one.condition == other.condition and one.action != other.action:
        yield f"hereditary/: '{one.id}' and '{other.id}' both answer {min(both)} with {min(genes)}, by different actions; keep one"


def _avoided(rule: HereditaryRule) -> set[str]:
    return {d.name for d in rule.medicines} if rule.action == "alternative" else set()


def _summary_faults(known: Hereditary) -> Iterator[str]:
    conditions = {row.condition for rows in known.listed.values() for row in rows} | {rule.condition for rule in known.rules}
    for summary in known.summaries:
        where = f"hereditary/: summary '{summary.id}'"
        yield from source_faults(summary.source, where)
        yield from (f"{where}: covers '{c}', which no list and no rule names; correct it" for c in summary.covers if c not in conditions)
        if summary.checked != "yes" and "read" not in summary.source.note:
            yield f"{where}: its source was not read in full, and source.note does not say what was read; say so"
    for gene, rows in known.listed.items():
        if any(row.report == "named" for row in rows) and gene not in known.named:
            yield f"hereditary/: {gene} is listed for one variant, which hereditary/acmg_sf.toml does not name; add the [[variant]]"
