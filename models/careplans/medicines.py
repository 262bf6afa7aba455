"""Classes of medicines for one person: which comes first, which waits, which is avoided, and why. It screens no medicine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.careplans.facts import Facts, verdict
from models.knowledge.careplan_types import CareKnowledge, DrugClass, Medicines, Reason
from models.knowledge.source_block import Source
from models.plan_values import STANCES, ClassPlan, Sentence, Stance

GLUCOSE = "glucose"  #: the group that follows the kind of the disease; others stand beside it
STRONG: tuple[Stance, ...] = ("first", "avoid")  #: reasons of which it matters that they could not be looked at


@dataclass(frozen=True, slots=True)
class Planned:
    """`missing`: facts without which a strong reason is open. `sources`: of the classes that are told."""

    classes: tuple[ClassPlan, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()


def plan_classes(
    plan: CareKnowledge, facts: Facts, how: Medicines, taken: Mapping[str, Sequence[str]], more: bool | None, stop: Mapping[str, str]
) -> Planned:
    """`taken`: class → names of its medicines that are taken. `more`: is more glucose lowering needed? `stop`: class → message of why.

    Where nothing more is needed, only what comes first anyway, and what is taken, is told.
    """
    told: list[ClassPlan] = []
    missing: list[str] = []
    sources: list[Source] = []
    for row in plan.classes:
        planned, open_ = _class(row, facts, tuple(taken.get(row.id, ())))
        if row.id in stop and planned.taken and planned.stance != "avoid":
            planned = _stopped(planned, stop[row.id])
        elif not (_concerns(row, planned, how, more) if row.group == GLUCOSE else planned.because):
            continue
        told.append(planned)
        missing += open_
        sources.append(row.source)
    order = {row.id: number for number, row in enumerate(plan.classes)}
    told.sort(key=lambda c: (c.group != GLUCOSE, STANCES.index(c.stance), order[c.id]))
    return Planned(tuple(told), tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(sources)))


def _concerns(row: DrugClass, planned: ClassPlan, how: Medicines, more: bool | None) -> bool:
    if planned.taken:
        return how == "classes" or planned.stance in ("avoid", "first") or row.alone
    if how == "insulin":
        return row.alone
    return how == "classes" and bool(row.members) and (more is not False or planned.stance == "first")


def _stopped(planned: ClassPlan, message: str) -> ClassPlan:
    return ClassPlan(planned.id, planned.label, planned.group, "avoid", (Sentence(message),), planned.taken, review=planned.taken)


def _class(row: DrugClass, facts: Facts, taken: tuple[str, ...]) -> tuple[ClassPlan, tuple[str, ...]]:
    answers = [(reason, verdict(reason.when, facts)) for reason in row.reasons]
    held = [reason for reason, answer in answers if answer.holds]
    stance = _stance(held)
    because = [r for r in held if r.stance == "avoid"] if stance == "avoid" else held
    medicines, left_out, harmful = _members(row, facts) if stance != "avoid" else ((), (), ())
    review = taken if stance == "avoid" else tuple(name for name in taken if name in harmful)
    open_ = () if stance == "avoid" else tuple(n for r, a in answers if a.holds is None and r.stance in STRONG for n in a.missing)
    said = tuple(dict.fromkeys(Sentence(reason.message) for reason in because))
    graded = (row.cost, row.hypoglycaemia, row.weight)
    return ClassPlan(row.id, row.label, row.group, stance, said, taken, medicines, left_out, review, *graded), open_


def _stance(held: Sequence[Reason]) -> Stance:
    """What rules out wins; what comes first wins over what makes it wait; preferred and waiting together leave it in between."""
    said = {reason.stance for reason in held}
    for strong in ("avoid", "first"):
        if strong in said:
            return "avoid" if strong == "avoid" else "first"
    if {"prefer", "later"} <= said:
        return "possible"
    return "prefer" if "prefer" in said else "later" if "later" in said else "possible"


def _members(row: DrugClass, facts: Facts) -> tuple[tuple[str, ...], tuple[tuple[str, Sentence], ...], tuple[str, ...]]:
    """(what can be chosen, what is left out and why, those of it that whoever takes them should be asked about)."""
    harmful: list[str] = []
    left_out: list[tuple[str, Sentence]] = []
    named: list[str] = []
    for member in row.members:
        against = next((reason for reason in member.unless if verdict(reason.when, facts).holds), None)
        if against is None:
            named.append(member.drug.name)
        else:
            left_out.append((member.drug.name, Sentence(against.message)))
            harmful += [member.drug.name] if against.stance == "avoid" else []
    return tuple(named), tuple(left_out), tuple(harmful)
