"""Agreement of careplans/ with the rest: every fact, name, medicine, rule and message exists. Not the files' shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from models.knowledge.careplan_types import CareKnowledge, FactSource, When
from models.knowledge.source_check import source_faults, text_faults
from models.knowledge.types import Knowledge

NAMED = ("measurement", "condition", "relative", "positive", "negatives")  #: origins that need clinical names
NUMBERS = ("age", "onset", "duration", "measurement")


def careplan_faults(knowledge: Knowledge, messages: Collection[str] | None = None) -> Iterator[str]:
    """One sentence for each fault. `messages` are the ids of rows that a language has."""
    for disease, plan in knowledge.careplans.items():
        where = f"careplans/{disease}"
        for source in plan.sources:
            yield from source_faults(source, where)
            if "read" not in source.note:
                yield f"{where}: source.note does not say what was read of {source.body}; say so"
        for fact in plan.facts:
            yield from _fact_faults(fact, knowledge, where)
        yield from _when_faults(plan, where)
        yield from _name_faults(plan, knowledge, where)
        yield from _medicine_faults(plan, knowledge, where)
        yield from _form_faults(plan, knowledge, where)
        yield from _last_rows(plan, where)
        if messages is not None:
            lost = [name for name in advised_by(plan) if name not in messages]
            yield from (f"{where}: message '{name}' is not in cds_service/messages; write it" for name in lost)


def said_by(plan: CareKnowledge) -> Iterator[str]:
    """Every id of a text that the plan's rows use."""
    yield from (row.message for row in plan.refusals)
    yield from (row.message for row in plan.targets)
    yield from (row.message for row in plan.kinds if row.message)
    yield from (row.message for row in plan.due if row.message)
    yield from (reason.message for c in plan.classes for reason in c.reasons)
    yield from (reason.message for c in plan.classes for member in c.members for reason in member.unless)
    yield from (message for _, message in (*plan.remarks, *plan.diet.notes))


def advised_by(plan: CareKnowledge) -> Iterator[str]:
    """Every id of a row message, with what to do and why."""
    yield from (form.message for form in plan.inherited)
    yield from (row.message for row in plan.suspicions)


def questions(plan: CareKnowledge) -> Iterator[tuple[str, When]]:
    """Every condition of every row, with where it stands."""
    yield from ((f"suspect '{row.id}'", row.when) for row in plan.suspicions)
    yield from ((f"refuse '{row.message}'", row.when) for row in plan.refusals)
    yield from ((f"inherited '{form.id}'", form.unless) for form in plan.inherited)
    yield from ((f"target '{row.id}'", row.when) for row in plan.targets)
    yield from ((f"due '{row.id}'", row.when) for row in plan.due)
    for c in plan.classes:
        yield from ((f"class '{c.id}'", reason.when) for reason in c.reasons)
        yield from ((f"class '{c.id}', {m.drug.name}", reason.when) for m in c.members for reason in m.unless)
    yield from ((f"note '{message}'", when) for when, message in (*plan.remarks, *plan.diet.notes))
    yield from (("carbohydrate", plan.diet.lower_not), ("energy", plan.diet.energy.lose))


def _when_faults(plan: CareKnowledge, where: str) -> Iterator[str]:
    for place, when in questions(plan):
        for clause in (one for alternatives in when for one in alternatives):
            if clause.fact not in plan.known:
                yield f"{where}: {place} asks for '{clause.fact}', which is no fact; add it or correct the name"
            elif clause.op in ("<", ">=") and not _is_number(plan, clause.fact):
                yield f"{where}: {place} compares '{clause.fact}', which is no number"
    for part, names in plan.needs.items():
        yield from (f"{where}: {part} needs '{name}', which is no fact; correct it" for name in names if name not in plan.known)


def _is_number(plan: CareKnowledge, name: str) -> bool:
    return any(fact.id == name and fact.origin in NUMBERS for fact in plan.facts)


def _fact_faults(fact: FactSource, knowledge: Knowledge, where: str) -> Iterator[str]:
    if fact.origin in NAMED:
        if not fact.names:
            yield f"{where}: fact '{fact.id}' has no names; nothing in a chart could tell it"
        yield from (
            f"{where}: fact '{fact.id}' names '{name}', which is not in clinical/; add it there or correct it"
            for name in fact.names
            if name not in knowledge.clinical
        )
    if fact.origin == "measurement":
        unread = [name for name in fact.names if name in knowledge.clinical and knowledge.clinical[name].measured is None]
        yield from (f"{where}: fact '{fact.id}' is a measurement, and '{name}' has no unit in clinical/; give one" for name in unread)
    if fact.origin == "gene" and (gene := knowledge.genes.get(fact.gene)) is None:
        yield f"{where}: fact '{fact.id}' asks for gene '{fact.gene}', which has no file in genes/"
    elif fact.origin == "gene" and gene is not None:
        wrong = [name for name in fact.names if name not in gene.phenotypes]
        yield from (f"{where}: fact '{fact.id}': '{name}' is no phenotype of {fact.gene}; correct it" for name in wrong)
    if (fact.input or fact.origin == "input") and fact.input not in knowledge.inputs:
        yield f"{where}: fact '{fact.id}' asks for input '{fact.input}', which is not in inputs/; correct it"


def _name_faults(plan: CareKnowledge, knowledge: Knowledge, where: str) -> Iterator[str]:
    asked = {name for kind in plan.kinds for name in kind.names} | set(plan.silent) | {name for row in plan.due for name in row.names}
    asked |= {name for kitchen in plan.diet.cultures for name in kitchen.answers} | {
        *plan.diet.asked,
        *plan.diet.asked_of_means,
        *plan.diet.strained,
    }
    asked |= {name for names in plan.diet.means.values() for name in names}
    yield from (f"{where}: '{name}' is not in clinical/; add it there or correct it" for name in sorted(asked - knowledge.clinical.keys()))
    if plan.unsaid not in {kind.id for kind in plan.kinds}:
        yield f"{where}: plan.unsaid '{plan.unsaid}' is no kind; correct it"
    if plan.steers not in {row.id for row in plan.targets}:
        yield f"{where}: plan.steers '{plan.steers}' is no target; correct it"
    facts = {fact.id for fact in plan.facts}
    yield from (f"{where}: target '{row.id}' measures '{row.fact}', which is no fact" for row in plan.targets if row.fact not in facts)
    for row in plan.suspicions:
        yield from (f"{where}: suspect '{row.id}' orders '{t}', which is no order; add it" for t in row.tests if t not in plan.orderables)
    for kitchen in plan.diet.cultures:
        if not any(cost == "low" for cost, _ in kitchen.foods):
            yield f"{where}: the kitchen '{kitchen.id}' has no food that costs little; whoever has little would get an empty plan"
        for _, food in kitchen.foods:
            yield from text_faults(f"{food.name} {food.portion}", f"{where}: kitchen '{kitchen.id}'")


def _medicine_faults(plan: CareKnowledge, knowledge: Knowledge, where: str) -> Iterator[str]:
    seen: dict[str, str] = {}
    for c in plan.classes:
        own = {drug.key for drug in c.ingredients}
        for drug in (*c.ingredients, *(member.drug for member in c.members)):
            known = knowledge.drugs.ingredients.get(drug.key)
            if known is None or known.name != drug.name:
                yield f"{where}: '{drug.name}' ({drug.key}) is no ingredient of drugs/ingredients.tsv; correct name or id"
            if (other := seen.setdefault(drug.key, c.id)) != c.id:
                yield f"{where}: '{drug.name}' is in the classes '{other}' and '{c.id}'; keep one"
        others = [member.drug.name for member in c.members if member.drug.key not in own]
        yield from (f"{where}: class '{c.id}' names {name}, which is none of its ingredients" for name in others)


def _form_faults(plan: CareKnowledge, knowledge: Knowledge, where: str) -> Iterator[str]:
    rules, classes = {rule.id for rule in knowledge.hereditary.rules}, {c.id for c in plan.classes}
    for form in plan.inherited:
        unknown = [rule for rule in form.rules if rule not in rules]
        yield from (f"{where}: '{form.id}' rests on rule '{rule}', which is not in hereditary/; correct it" for rule in unknown)
        yield from (f"{where}: '{form.id}' stops '{c}', which is no class; correct it" for c in form.stop if c not in classes)
    symbols = set(knowledge.biomarkers.genes.values())
    yield from (f"{where}: {gene} is not in biomarkers/genes.tsv; add it there" for gene in plan.genes if gene not in symbols)


def _last_rows(plan: CareKnowledge, where: str) -> Iterator[str]:
    """A row after one that always holds would never be reached."""
    for rows in (plan.targets, plan.due):
        ended: set[str] = set()
        for row in rows:
            if row.id in ended:
                yield f"{where}: a row of '{row.id}' stands after one that always holds; it would never count, so move it"
            if not row.when:
                ended.add(row.id)
