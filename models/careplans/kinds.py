"""Which kind of the disease a problem list records, and which inherited form the variants on file prove. It orders no test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.features.clinical import conditions_of
from models.features.gene_state import USABLE
from models.features.germline import Inherited, Wanted, inherited
from models.features.significance import significance
from models.features.tumour_genes import variants_of_genes
from models.features.variants import not_there
from models.knowledge.careplan_types import CareKnowledge, InheritedForm, KindRow
from models.knowledge.hereditary_types import HereditaryRule
from models.knowledge.types import Knowledge
from models.patient import Condition, Gap, PatientProfile
from models.variant import Variant


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the problem list says. No kinds: it names no disease of this plan."""

    kinds: tuple[KindRow, ...] = ()  #: by active problems, in the order of the knowledge file; the unsaid one only where it is alone
    entries: tuple[Condition, ...] = ()  #: every entry of the disease, of the past too
    origins: tuple[str, ...] = ()
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class FoundForm:
    """An inherited form with the rule that says what counts, and the genes whose variants do."""

    form: InheritedForm
    rule: HereditaryRule
    speaking: tuple[Inherited, ...]


@dataclass(frozen=True, slots=True)
class Forms:
    """`uncertain`: gene and origin of variants of uncertain significance, which change nothing."""

    found: tuple[FoundForm, ...] = ()
    uncertain: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()


def recorded(plan: CareKnowledge, profile: PatientProfile, knowledge: Knowledge) -> Recorded:
    """By the codes of active problems."""
    own = [(kind, c) for kind in plan.kinds for name in kind.names for c in conditions_of(profile.conditions, knowledge.clinical[name])]
    active = [(kind, c) for kind, c in own if c.state == "active"]
    kinds = tuple(dict.fromkeys(kind for kind, _ in active))
    said = tuple(kind for kind in kinds if kind.id != plan.unsaid) or kinds
    origins = tuple(dict.fromkeys(c.origin for kind, c in active if kind in said))
    suspected = any(c.state == "suspected" for _, c in own)
    return Recorded(said, tuple(dict.fromkeys(c for _, c in own if c.state != "suspected")), origins, suspected)


def forms(plan: CareKnowledge, profile: PatientProfile, knowledge: Knowledge) -> Forms:
    """Inherited forms by rules of hereditary/.
    A variant of which nobody said that it is inherited proves none, unless it counts by its name.
    """
    if not profile.variants:
        return Forms()
    by_gene, told = variants_of_genes(profile.variants, knowledge.biomarkers.genes)
    rules = {rule.id: rule for rule in knowledge.hereditary.rules}
    found: list[FoundForm] = []
    gaps = [gap for gap in told if set(plan.genes) & set(gap.subject.split(" / "))]
    for form in plan.inherited:
        rule = rules[form.rules[0]]
        genes = [gene for gene in rule.genes if by_gene.get(gene)]
        answers = [inherited(gene, by_gene[gene], Wanted(rule.inheritance, rule.variants), profile.sex) for gene in genes]
        speaking = tuple(one for one in answers if _speaks(one, rule))
        found += [FoundForm(form, rule, speaking)] if speaking else []
        gaps += [gap for one in answers for gap in one.gaps if not (rule.variants and one in speaking)]
    uncertain = [(gene, v.origin) for gene in plan.genes for v in by_gene.get(gene, ()) if _uncertain(v)]
    return Forms(tuple(found), tuple(dict.fromkeys(uncertain)), tuple(dict.fromkeys(gaps)))


def _speaks(one: Inherited, rule: HereditaryRule) -> bool:
    enough = rule.copies == "any" or one.copies == "two"
    return bool(one.variants) and enough and (one.said_inherited or bool(rule.variants))


def _uncertain(variant: Variant) -> bool:
    there = variant.state == "present" and not not_there(variant) and variant.status in USABLE
    return there and variant.source_class not in ("somatic", "donor") and significance(variant) in ("uncertain", "conflict")


def near_misses(names: Sequence[str], profile: PatientProfile, knowledge: Knowledge) -> tuple[str, ...]:
    """Labels of active problems that are near the disease, and alone make no plan."""
    known = [knowledge.clinical[name] for name in names]
    return tuple(name.label for name in known if conditions_of(profile.conditions, name, "active"))
