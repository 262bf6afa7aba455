"""Who is planned for: the kinds on record, the inherited forms, what is taken, and every fact that rows ask about. It plans nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from models.careplans.chart_facts import UNREAD, chart_facts
from models.careplans.facts import Fact, Facts, flag
from models.careplans.kinds import Forms, Recorded, forms
from models.features.phenoconversion import taken
from models.knowledge.careplan_types import ABOVE_TARGET, INHERITED, KINDS_DIFFER, SEX_KNOWN, CareKnowledge, KindRow
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile

#: what was not read whole → the input that would have told it
WHOLE: Mapping[str, str] = {because: field for field, because in UNREAD.items()}
NOT_READ = {name: f"{name} were not, or not all, read" for name in ("variants", "medications")}


@dataclass(frozen=True, slots=True)
class Situation:
    """One person, as rows see them. `kinds` has at least one; `using`: class → names of its medicines that are taken."""

    plan: CareKnowledge
    profile: PatientProfile
    knowledge: Knowledge
    listed: Recorded
    kinds: tuple[KindRow, ...]
    forms: Forms
    using: Mapping[str, tuple[str, ...]]
    facts: Facts

    def with_more(self, more: bool | None) -> Situation:
        """Whether the target that steers is missed: a fact of its own."""
        label = next(row.label for row in self.plan.targets if row.id == self.plan.steers)
        return replace(self, facts={**self.facts, ABOVE_TARGET: Fact(label) if more is None else flag(label, more)})


def using(plan: CareKnowledge, profile: PatientProfile, knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Class → names of its ingredients that are taken."""
    active = {medicine.drug for medicine in taken(replace(profile, orders=()), knowledge) if medicine.active}
    found = {c.id: tuple(drug.name for drug in c.ingredients if drug.key in active) for c in plan.classes}
    return {name: drugs for name, drugs in found.items() if drugs}


def situation(
    plan: CareKnowledge, listed: Recorded, taken_classes: Mapping[str, tuple[str, ...]], profile: PatientProfile, knowledge: Knowledge
) -> Situation:
    """Where the problem list names no kind, what is taken implies the unsaid one."""
    kinds = listed.kinds or tuple(kind for kind in plan.kinds if kind.id == plan.unsaid)
    found = forms(plan, profile, knowledge)
    facts = chart_facts(plan.facts, listed.entries, profile, knowledge)
    facts |= _of_kinds(plan, () if found.found else kinds, listed, unread=not found.found and "conditions" in profile.unread)
    facts |= _of_forms(plan, found, profile)
    facts |= {f"taken-{c.id}": _fact("medications", c.id in taken_classes, profile) for c in plan.classes}
    facts[SEX_KNOWN] = flag("sex", True) if profile.sex in ("female", "male") else Fact("sex", because="the chart gives no sex")
    return Situation(plan, profile, knowledge, listed, kinds, found, taken_classes, facts)


def _of_kinds(plan: CareKnowledge, kinds: tuple[KindRow, ...], listed: Recorded, *, unread: bool) -> dict[str, Fact]:
    """No kinds where an inherited form was proven: it overrules what the problem list calls it. `unread`: what names none may name one."""
    origin = listed.origins[0] if listed.origins else ""
    found = {kind.id: flag(kind.label, kind in kinds, origin if kind in kinds else "") for kind in plan.kinds}
    if not listed.kinds and unread:
        found = {kind.id: Fact(kind.label, "unread", because=UNREAD["conditions"]) for kind in plan.kinds}
    return found | {KINDS_DIFFER: flag("kind", len({kind.medicines for kind in kinds}) > 1, origin)}


def _of_forms(plan: CareKnowledge, found: Forms, profile: PatientProfile) -> dict[str, Fact]:
    proven = {one.form.id: one.speaking[0].variants[0].origin for one in found.found}
    facts = {form.id: _fact("variants", form.id in proven, profile, proven.get(form.id, "")) for form in plan.inherited}
    return facts | {INHERITED: flag("variants", bool(proven))}  # variants that were not read forbid no test


def _fact(field: str, holds: bool, profile: PatientProfile, origin: str = "") -> Fact:
    """No is only said of what was read whole."""
    return Fact(field, "unread", because=NOT_READ[field]) if not holds and field in profile.unread else flag(field, holds, origin)


def missing(names: Iterable[str], facts: Facts) -> tuple[Gap, ...]:
    """The facts of these names that are not known, one for each input: what a whole input would have told is one."""
    found: dict[str, Gap] = {}
    for name in names:
        fact = facts.get(name)
        if fact is None or fact.state == "known" or (fact.quiet and fact.state == "absent"):
            continue
        label = WHOLE.get(fact.because, fact.label)
        because = fact.because or f"no {fact.label} is on file"
        found.setdefault(label, Gap(label, "not_tested" if fact.state == "absent" else "unavailable", because, fact.origin))
    return tuple(found.values())
