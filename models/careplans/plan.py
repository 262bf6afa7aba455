"""The plan for one person with one disease: kind, medicines by class, targets, tests that are due, food. Pure; it screens no medicine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.careplans.aims import DueTests, above, due_tests, targets
from models.careplans.chart_facts import UNREAD, chart_facts
from models.careplans.facts import Fact, Facts, Verdict, flag, verdict
from models.careplans.food import diet_plan
from models.careplans.kinds import FoundForm, Forms, Recorded, forms, near_misses, recorded
from models.careplans.medicines import Planned, plan_classes
from models.features.phenoconversion import taken
from models.finding import Checked, Drug
from models.knowledge.careplan_types import (
    ABOVE_TARGET,
    INHERITED,
    KINDS_DIFFER,
    SEX_KNOWN,
    CareKnowledge,
    KindRow,
    Medicines,
    Suspicion,
    TestOrder,
)
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile
from models.plan_values import CarePlanned, DietPlan, Sentence

MEDICINES, DIET = "medicines", "diet"  #: parts that may be refused
WHOLE: Mapping[str, str] = {because: field for field, because in UNREAD.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the plan's module hands on. Without `plan` nobody with the disease was found; `checked` and `gaps` say what was looked at."""

    plan: CarePlanned | None = None
    forms: tuple[FoundForm, ...] = ()
    doubt: Suspicion | None = None
    tests: tuple[TestOrder, ...] = ()  #: of the doubt, without those that are requested already
    sources: tuple[Source, ...] = ()
    medicines: Mapping[str, Drug] | None = None  #: by name, of every class that is told
    taken: frozenset[str] = frozenset()  #: classes
    origins: tuple[str, ...] = ()
    checked: tuple[Checked, ...] = ()
    gaps: tuple[Gap, ...] = ()


def care_plan(plan: CareKnowledge, profile: PatientProfile, knowledge: Knowledge) -> Answer:
    """`profile` without what must not be told in an opened chart."""
    listed = recorded(plan, profile, knowledge)
    using = _using(plan, profile, knowledge)
    implied = [c.id for c in plan.classes if c.implies and c.id in using]
    if not listed.kinds and not implied:
        return _nobody(plan, listed, bool(using), profile, knowledge)
    kinds = listed.kinds or tuple(kind for kind in plan.kinds if kind.id == plan.unsaid)
    found = forms(plan, profile, knowledge)
    facts = _facts(plan, listed, kinds, found, using, profile, knowledge)
    return _answer(plan, listed, kinds, found, facts, using, profile, knowledge)


def _nobody(plan: CareKnowledge, listed: Recorded, using: bool, profile: PatientProfile, knowledge: Knowledge) -> Answer:
    subject = f"{plan.label} plan"
    if "conditions" in profile.unread:
        return Answer(gaps=(Gap(subject, "unavailable", f"{UNREAD['conditions']}, so whether it is about this patient is not known"),))
    if listed.suspected:
        return Answer(checked=(Checked(subject, "silent", f"{plan.label} is suspected only"),))
    near = near_misses(plan.silent, profile, knowledge)
    because = f"{' and '.join(near)} alone" if near else f"no {plan.label} on the problem list"
    beside = ", and what is taken is given for other things too" if using else ""
    return Answer(checked=(Checked(subject, "silent", because + beside),))


def _using(plan: CareKnowledge, profile: PatientProfile, knowledge: Knowledge) -> dict[str, tuple[str, ...]]:
    """Class → names of its ingredients that are taken."""
    active = {medicine.drug for medicine in taken(replace(profile, orders=()), knowledge) if medicine.active}
    found = {c.id: tuple(drug.name for drug in c.ingredients if drug.key in active) for c in plan.classes}
    return {name: drugs for name, drugs in found.items() if drugs}


def _facts(
    plan: CareKnowledge,
    listed: Recorded,
    kinds: Sequence[KindRow],
    found: Forms,
    using: Mapping[str, Sequence[str]],
    profile: PatientProfile,
    knowledge: Knowledge,
) -> dict[str, Fact]:
    facts = chart_facts(plan.facts, listed.entries, profile, knowledge)
    origin = listed.origins[0] if listed.origins else ""
    facts |= {kind.id: flag(kind.label, kind in kinds, origin if kind in kinds else "") for kind in plan.kinds}
    facts[KINDS_DIFFER] = flag("kind", len({kind.medicines for kind in kinds}) > 1, origin)
    proven = {one.form.id: one.speaking[0].variants[0].origin for one in found.found}
    for form in plan.inherited:
        open_ = "variants" in profile.unread and form.id not in proven
        facts[form.id] = (
            Fact("variants", "unread", because="variants were not, or not all, read")
            if open_
            else flag("variants", form.id in proven, proven.get(form.id, ""))
        )
    facts[INHERITED] = flag("variants", bool(proven))  # what is not known of variants forbids no test
    for c in plan.classes:
        open_ = "medications" in profile.unread and c.id not in using
        facts[f"taken-{c.id}"] = (
            Fact("medicines", "unread", because="medicines were not, or not all, read") if open_ else flag("medicines", c.id in using)
        )
    facts[SEX_KNOWN] = flag("sex", True) if profile.sex in ("female", "male") else Fact("sex", because="the chart gives no sex")
    return facts


def _answer(
    plan: CareKnowledge,
    listed: Recorded,
    kinds: Sequence[KindRow],
    found: Forms,
    facts: dict[str, Fact],
    using: Mapping[str, Sequence[str]],
    profile: PatientProfile,
    knowledge: Knowledge,
) -> Answer:
    aims, aims_open, aims_from = targets(plan.targets, facts)
    more = next((above(target, facts.get("hba1c", Fact(""))) for target in aims[:1]), None)
    facts[ABOVE_TARGET] = Fact("HbA1c") if more is None else flag("HbA1c", more)
    how, stop = _how(plan, kinds, found, facts)
    classes, refused = _medicines(plan, facts, how, using, more, stop)
    due = due_tests(plan.due, facts, profile, knowledge)
    diet, no_diet, no_food = _diet(plan, facts, profile, knowledge)
    doubt, doubt_open = _doubt(plan, facts)
    about = kinds[0].label if not found.found else found.found[0].rule.condition
    missing = _missing((*aims_open, *classes.missing, *due.missing, *doubt_open, *no_food), facts)
    planned = CarePlanned(
        about=about,
        said=_said(plan, listed, kinds, found, facts, more, how, refused),
        classes=classes.classes,
        targets=aims,
        due=due.due,
        diet=diet,
        no_diet=no_diet,
        missing=tuple(gap.subject for gap in missing),
    )
    return Answer(
        plan=planned,
        forms=found.found,
        doubt=doubt,
        tests=_tests(plan, doubt, profile),
        sources=tuple(dict.fromkeys((*_told_from(plan, doubt), *classes.sources, *aims_from, *due.sources, *_food_from(plan, diet)))),
        medicines={member.drug.name: member.drug for c in plan.classes for member in c.members},
        taken=frozenset(using),
        origins=listed.origins,
        checked=_checked(plan, planned, doubt, due),
        gaps=tuple(dict.fromkeys((*found.gaps, *missing, *due.gaps))),
    )


def _how(plan: CareKnowledge, kinds: Sequence[KindRow], found: Forms, facts: Facts) -> tuple[Medicines, dict[str, str]]:
    """How medicines are planned, and the classes that an inherited form speaks against with the message of why."""
    holds = [one for one in found.found if not (one.form.not_in_pregnancy and facts.get("pregnant", Fact("")).flag)]
    stop = {name: STOPPED for one in holds for name in one.form.stop}
    if holds:
        return ("none" if all(one.form.medicines == "none" for one in holds) else "classes"), stop
    return ("none" if facts[KINDS_DIFFER].flag else kinds[0].medicines), stop


STOPPED = "care-why-form-stop"  #: message ids
REFUSED_UNREAD, NEEDS = "care-no-part-unread", "care-no-part-needs"


def _medicines(
    plan: CareKnowledge, facts: Facts, how: Medicines, using: Mapping[str, Sequence[str]], more: bool | None, stop: Mapping[str, str]
) -> tuple[Planned, Sentence | None]:
    refused = _refused(plan, MEDICINES, facts)
    return (Planned(), refused) if refused else (plan_classes(plan, facts, how, using, more, stop), None)


def _refused(plan: CareKnowledge, part: str, facts: Facts) -> Sentence | None:
    """Why this patient gets no such part. A reason that could not be looked at refuses as one that holds."""
    lacking = [facts[name].label for name in plan.needs.get(part, ()) if facts[name].state != "known"]
    unread: list[str] = []
    for row in plan.refusals:
        if row.part != part:
            continue
        answer = verdict(row.when, facts)
        if answer.holds:
            return Sentence(row.message)
        unread += [name for name in _open(answer) if facts[name].state == "unread"]
    if lacking:
        return Sentence(NEEDS, (("inputs", ", ".join(lacking)),))
    if unread:
        labels = dict.fromkeys(gap.subject for gap in _missing(unread, facts))
        return Sentence(REFUSED_UNREAD, (("inputs", ", ".join(labels)),))
    return None


def _open(answer: Verdict) -> tuple[str, ...]:
    return answer.missing if answer.holds is None else ()


def _diet(
    plan: CareKnowledge, facts: Facts, profile: PatientProfile, knowledge: Knowledge
) -> tuple[DietPlan | None, Sentence | None, tuple[str, ...]]:
    refused = _refused(plan, DIET, facts)
    if refused is None:
        return diet_plan(plan.diet, facts, profile, knowledge), None, ()
    needed = plan.needs.get(DIET, ()) if refused.message == NEEDS else ()
    return None, refused, tuple(name for name in needed if facts[name].state != "known")


def _doubt(plan: CareKnowledge, facts: Facts) -> tuple[Suspicion | None, tuple[str, ...]]:
    """The first reason that holds; without one, the facts that leave others open."""
    missing: list[str] = []
    for row in plan.suspicions:
        answer = verdict(row.when, facts)
        if answer.holds:
            return row, ()
        missing += answer.missing
    return None, tuple(dict.fromkeys(missing))


def _tests(plan: CareKnowledge, doubt: Suspicion | None, profile: PatientProfile) -> tuple[TestOrder, ...]:
    """What is asked for already is not asked for again."""
    placed = {(coding.system, coding.code) for request in profile.requests for coding in request.code.codings}
    wanted = [plan.orderables[name] for name in doubt.tests] if doubt else []
    return tuple(test for test in wanted if not test.code or (test.system, test.code) not in placed)


def _said(
    plan: CareKnowledge,
    listed: Recorded,
    kinds: Sequence[KindRow],
    found: Forms,
    facts: Facts,
    more: bool | None,
    how: Medicines,
    refused: Sentence | None,
) -> tuple[Sentence, ...]:
    said: list[Sentence] = []
    if facts[KINDS_DIFFER].flag:
        said.append(Sentence("care-kinds-differ", (("kinds", " and ".join(kind.label for kind in kinds)),)))
    elif not found.found and kinds[0].message:
        said.append(Sentence(kinds[0].message if listed.kinds else "care-kind-by-medicine"))
    said += [Sentence("care-for-form", (("condition", one.rule.condition),)) for one in found.found]
    said += [Sentence("care-uncertain-variant", (("gene", gene), ("origin", origin))) for gene, origin in found.uncertain]
    said += [refused] if refused else []
    if not refused and how == "classes":
        said.append(Sentence("care-hba1c-unknown" if more is None else "care-hba1c-above" if more else "care-hba1c-at-target"))
    said += [Sentence(message) for when, message in plan.remarks if verdict(when, facts).holds]
    return tuple(said)


def _missing(names: Iterable[str], facts: Facts) -> tuple[Gap, ...]:
    """One for each input: what a whole field would have told is one."""
    found: dict[str, Gap] = {}
    for name in names:
        fact = facts.get(name)
        if fact is None or fact.state == "known":
            continue
        label = WHOLE.get(fact.because, fact.label)
        reason = "not_tested" if fact.state == "absent" else "unavailable"
        found.setdefault(label, Gap(label, reason, fact.because or f"no {fact.label} is on file", fact.origin))
    return tuple(found.values())


def _told_from(plan: CareKnowledge, doubt: Suspicion | None) -> tuple[Source, ...]:
    return (plan.sources[0], *((doubt.source,) if doubt else ()))


def _food_from(plan: CareKnowledge, diet: DietPlan | None) -> tuple[Source, ...]:
    return (plan.diet.source,) if diet else ()


def _checked(plan: CareKnowledge, planned: CarePlanned, doubt: Suspicion | None, due: DueTests) -> tuple[Checked, ...]:
    subject = f"{plan.label} plan"
    told = [Checked(subject, "fired", planned.about)]
    told.append(
        Checked(f"{subject}: kind", "fired" if doubt else "silent", doubt.id if doubt else "nothing speaks against what is recorded")
    )
    told += [Checked(f"{subject}: {label}", "silent", "due, and already requested") for label in due.asked]
    return tuple(told)
