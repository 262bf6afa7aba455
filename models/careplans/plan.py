"""The plan for one person with one disease: kind, medicines by class, targets, tests that are due, food. It screens no medicine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.careplans.aims import DueTests, above, due_tests, targets
from models.careplans.chart_facts import UNREAD
from models.careplans.facts import verdict
from models.careplans.food import diet_plan
from models.careplans.kinds import FoundForm, Recorded, near_misses, recorded
from models.careplans.medicines import Planned, plan_classes
from models.careplans.situation import Situation, missing, situation, using
from models.finding import Checked, Drug
from models.knowledge.careplan_types import KINDS_DIFFER, CareKnowledge, Medicines, Suspicion, TestOrder
from models.knowledge.source_block import Source
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile
from models.plan_values import CarePlanned, DietPlan, Sentence, Target

MEDICINES, DIET = "medicines", "diet"  #: parts that may be refused
#: message ids of what the engine itself says
STOPPED, REFUSED_UNREAD, NEEDS = "care-why-form-stop", "care-no-part-unread", "care-no-part-needs"
DIFFER, FOR_FORM, UNCERTAIN = "care-kinds-differ", "care-for-form", "care-uncertain-variant"
BY_MEDICINE, BY_MEDICINE_UNREAD = "care-kind-by-medicine", "care-kind-by-medicine-unread"
MORE: Mapping[bool | None, str] = {None: "care-more-unknown", True: "care-more-needed", False: "care-more-not-needed"}
SAYS = (STOPPED, REFUSED_UNREAD, NEEDS, DIFFER, BY_MEDICINE, BY_MEDICINE_UNREAD, FOR_FORM, UNCERTAIN, *MORE.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What follows. Without `plan` nobody with the disease was found; `checked` and `gaps` say what was looked at."""

    plan: CarePlanned | None = None
    forms: tuple[FoundForm, ...] = ()
    doubt: Suspicion | None = None
    tests: tuple[TestOrder, ...] = ()  #: of the doubt, without those that are requested already
    sources: tuple[Source, ...] = ()
    medicines: Mapping[str, Drug] = field(default_factory=dict)  #: by name: whatever a class may name
    origins: tuple[str, ...] = ()
    checked: tuple[Checked, ...] = ()
    gaps: tuple[Gap, ...] = ()


def care_plan(plan: CareKnowledge, profile: PatientProfile, knowledge: Knowledge) -> Answer:
    """`profile` without what must not be told in an opened chart."""
    listed, taken_now = recorded(plan, profile, knowledge), using(plan, profile, knowledge)
    if not listed.kinds and not any(c.implies and c.id in taken_now for c in plan.classes):
        return _nobody(plan, listed, bool(taken_now), profile, knowledge)
    here = situation(plan, listed, taken_now, profile, knowledge)
    aims, aims_open, aims_from = targets(plan.targets, here.facts)
    more = _more(here, aims)
    here = here.with_more(more)
    how = _how(here)
    classes, refused = _medicines(here, how, more)
    due = due_tests(plan.due, here.facts, profile, knowledge)
    diet, no_diet, no_food = _diet(here)
    doubt, doubt_open = _doubt(here)
    steering = (_steering(plan),) if more is None else ()
    gaps = missing((*steering, *aims_open, *classes.missing, *due.missing, *doubt_open, *no_food), here.facts)
    planned = CarePlanned(
        about=here.forms.found[0].rule.condition if here.forms.found else here.kinds[0].label,
        said=_said(here, how, more, refused),
        classes=classes.classes,
        targets=aims,
        due=due.due,
        diet=diet,
        no_diet=no_diet,
        missing=tuple(gap.subject for gap in gaps),
    )
    own = (plan.sources[0], *((doubt.source,) if doubt else ()), *(one.form.source for one in here.forms.found))
    return Answer(
        plan=planned,
        forms=here.forms.found,
        doubt=doubt,
        tests=_tests(here, doubt),
        sources=tuple(dict.fromkeys((*own, *classes.sources, *aims_from, *due.sources, *((plan.diet.source,) if diet else ())))),
        medicines={member.drug.name: member.drug for c in plan.classes for member in c.members},
        origins=listed.origins,
        checked=_checked(plan, planned, doubt, due),
        gaps=tuple(dict.fromkeys((*here.forms.gaps, *gaps, *due.gaps))),
    )


def _nobody(plan: CareKnowledge, listed: Recorded, takes: bool, profile: PatientProfile, knowledge: Knowledge) -> Answer:
    """Why there is no plan."""
    subject = f"{plan.label} plan"
    if "conditions" in profile.unread:
        return Answer(gaps=(Gap(subject, "unavailable", f"{UNREAD['conditions']}, so whether it is about this patient is not known"),))
    if listed.suspected:
        return Answer(checked=(Checked(subject, "silent", f"{plan.label} is suspected only"),))
    near = near_misses(plan.silent, profile, knowledge)
    because = f"{' and '.join(near)} alone" if near else f"no {plan.label} on the problem list"
    beside = ", and what is taken is given for other things too" if takes else ""
    return Answer(checked=(Checked(subject, "silent", because + beside),))


def _more(here: Situation, aims: tuple[Target, ...]) -> bool | None:
    """Is the target that steers missed?"""
    aim = next((target for target in aims if target.id == here.plan.steers), None)
    return above(aim, here.facts[_steering(here.plan)]) if aim else None


def _steering(plan: CareKnowledge) -> str:
    """The fact by which it is known whether more of the medicines is needed."""
    return next(row.fact for row in plan.targets if row.id == plan.steers)


def _holding(here: Situation) -> tuple[FoundForm, ...]:
    """The forms whose say on medicines holds now."""
    return tuple(one for one in here.forms.found if not (one.form.unless and verdict(one.form.unless, here.facts).holds))


def _how(here: Situation) -> Medicines:
    """A form that was proven overrules what the problem list calls it."""
    holding = _holding(here)
    if holding:
        return "none" if all(one.form.medicines == "none" for one in holding) else "classes"
    return "none" if here.facts[KINDS_DIFFER].flag else here.kinds[0].medicines


def _medicines(here: Situation, how: Medicines, more: bool | None) -> tuple[Planned, Sentence | None]:
    refused = _refused(here, MEDICINES)
    if refused is not None:
        return Planned(), refused
    stop = {name: STOPPED for one in _holding(here) for name in one.form.stop}
    return plan_classes(here.plan, here.facts, how, here.using, more, stop), None


def _refused(here: Situation, part: str) -> Sentence | None:
    """Why this patient gets no such part. A reason that could not be looked at refuses as one that holds."""
    unread: list[str] = []
    for row in (row for row in here.plan.refusals if row.part == part):
        answer = verdict(row.when, here.facts)
        if answer.holds:
            return Sentence(row.message)
        unread += [name for name in answer.missing if answer.holds is None and here.facts[name].state == "unread"]
    if lacking := missing(here.plan.needs.get(part, ()), here.facts):
        return Sentence(NEEDS, (("inputs", ", ".join(gap.subject for gap in lacking)),))
    if unread:
        return Sentence(REFUSED_UNREAD, (("inputs", ", ".join(gap.subject for gap in missing(unread, here.facts))),))
    return None


def _diet(here: Situation) -> tuple[DietPlan | None, Sentence | None, tuple[str, ...]]:
    """(food, or why there is none, the facts that it lacks)."""
    refused = _refused(here, DIET)
    if refused is None:
        return diet_plan(here.plan.diet, here.facts, here.profile, here.knowledge), None, ()
    return None, refused, here.plan.needs.get(DIET, ()) if refused.message == NEEDS else ()


def _doubt(here: Situation) -> tuple[Suspicion | None, tuple[str, ...]]:
    """The first reason to doubt the kind; without one, the facts that leave others open."""
    lacking: list[str] = []
    for row in here.plan.suspicions:
        answer = verdict(row.when, here.facts)
        if answer.holds:
            return row, ()
        lacking += answer.missing
    return None, tuple(dict.fromkeys(lacking))


def _tests(here: Situation, doubt: Suspicion | None) -> tuple[TestOrder, ...]:
    """What is asked for already is not asked for again."""
    placed = {(coding.system, coding.code) for request in here.profile.requests for coding in request.code.codings}
    wanted = [here.plan.orderables[name] for name in doubt.tests] if doubt else []
    return tuple(test for test in wanted if not test.code or (test.system, test.code) not in placed)


def _said(here: Situation, how: Medicines, more: bool | None, refused: Sentence | None) -> tuple[Sentence, ...]:
    """What holds of the plan as a whole."""
    said: list[Sentence] = []
    kind = here.kinds[0]
    if here.facts[KINDS_DIFFER].flag and not here.forms.found:
        said.append(Sentence(DIFFER, (("kinds", " and ".join(kind.label for kind in here.kinds)),)))
    elif not here.forms.found and not here.listed.kinds:
        said.append(Sentence(BY_MEDICINE_UNREAD if "conditions" in here.profile.unread else BY_MEDICINE))
    elif not here.forms.found and kind.message:
        said.append(Sentence(kind.message))
    said += [Sentence(FOR_FORM, (("condition", one.rule.condition),)) for one in here.forms.found]
    said += [Sentence(UNCERTAIN, (("gene", gene), ("origin", origin))) for gene, origin in here.forms.uncertain]
    said += [refused] if refused else []
    said += [Sentence(MORE[more])] if not refused and how == "classes" else []
    return (*said, *(Sentence(message) for when, message in here.plan.remarks if verdict(when, here.facts).holds))


def _checked(plan: CareKnowledge, planned: CarePlanned, doubt: Suspicion | None, due: DueTests) -> tuple[Checked, ...]:
    subject = f"{plan.label} plan"
    told = [Checked(subject, "fired", planned.about)]
    told.append(
        Checked(f"{subject}: kind", "fired" if doubt else "silent", doubt.id if doubt else "nothing speaks against what is recorded")
    )
    return (*told, *(Checked(f"{subject}: {label}", "silent", "due, and already requested") for label in due.asked))
