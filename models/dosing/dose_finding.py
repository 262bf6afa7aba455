"""A predicted dose as a finding: what it advises, how loud, on what it rests, and for whom it is not. It works out no number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.dosing.advice import UNCLASSIFIED
from models.dosing.dose_remarks import predicted_remarks, refined_remarks
from models.dosing.estimate import DAYS
from models.dosing.grading import FIRM, adjustments, is_loud, ordered_daily
from models.dosing.path import Path
from models.dosing.predicted import WEEKLY, Predicted
from models.dosing.question import DosingQuestion
from models.dosing.refining import Refined
from models.dosing.used import dated, inputs_used
from models.estimates import Estimate, InputUsed
from models.finding import Dose, Evidence, Finding, Recommendation, Urgency
from models.knowledge.source_block import Source
from models.patient import Gap

ROLES: Mapping[str, str] = {"genotype": "predicted", "clinical": "predicted_clinically"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One branch's answer: a dose, or a gap that says why not."""

    path: Path
    dose: Predicted | None
    gap: Gap | None = None


def predicted_finding(q: DosingQuestion, answers: Sequence[Answer]) -> Finding:
    """`answers`: the first one has a dose, and is the one that leads; where ancestry is open the others stand beside it."""
    first = answers[0].dose
    assert first is not None  # noqa: S101 - the caller's promise
    said = [_said(q, answer) for answer in answers]
    models = [e.model for answer in answers if answer.dose for e in answer.dose.each]
    return Finding(
        kind="dose",
        urgency=_urgency(q, answers),
        drug=q.flow.drug,
        genes=(),
        recommendations=tuple(said),
        evidence=_evidence(q, [*(m.source for m in models), *(a.dose.table.source for a in answers if a.dose)]),
        removable=False,  # decisions.md: never one-click
        gaps=tuple(dict.fromkeys(gap for state in q.states.values() for gap in state.gaps)),
        remarks=predicted_remarks(q, first, answers[0].path),
        estimate=first.told,
        inputs=inputs_used(q, first.set),
    )


def refined_finding(q: DosingQuestion, found: Refined) -> Finding:
    """Quiet: no interval was measured for it, and some of its terms were verified nowhere."""
    weekly = found.prediction.value
    said = _recommendation(q, "refined", UNCLASSIFIED, "any ancestry", weekly, day=str(found.day))
    read = InputUsed(q.knowledge.clinical[q.flow.predicting.refining.inr].label, f"{found.inr.value:g}", "", dated(found.inr.effective))
    inr = replace(read, origin=found.inr.origin)
    doses = tuple(InputUsed(q.knowledge.inputs[name].label, f"{dose:g}", "mg") for name, dose in found.doses.items())
    return Finding(
        kind="dose",
        urgency="info",
        drug=q.flow.drug,
        genes=(),
        recommendations=(said,),
        evidence=_evidence(q, [found.model.source]),
        removable=False,
        remarks=refined_remarks(q, found),
        estimate=Estimate(round(weekly, 1), WEEKLY),
        inputs=(*inputs_used(q, "refined"), inr, *doses),
    )


def _said(q: DosingQuestion, answer: Answer) -> Recommendation:
    """A branch without a number of its own says what CPIC says there: dosed clinically."""
    branch = answer.path.branch
    if answer.dose is None or answer.path.set is None:
        said = _recommendation(q, "clinically", UNCLASSIFIED, branch.id)
    else:
        strength = branch.classification if answer.path.set == "genotype" else UNCLASSIFIED
        dose = answer.dose
        interval = {"low": f"{dose.low:.0f}", "high": f"{dose.high:.0f}", "percent": f"{dose.table.nominal * 100:.0f} %"}
        role = ROLES[answer.path.set]
        said = _recommendation(q, role, strength, branch.id, dose.weekly, each=_each(dose), **interval)
    return replace(said, population_label=branch.label)


def _each(dose: Predicted) -> str:
    return " and ".join(f"{e.model.label} {e.daily or 0:.1f} mg/day ({e.weekly:.0f} mg/week)" for e in dose.each)


def _recommendation(
    q: DosingQuestion, role: str, strength: str, population: str, weekly: float | None = None, **parts: str
) -> Recommendation:
    lookup = {g: " or ".join(dict.fromkeys(r.phenotype for r in q.states[g].readings)) for g in q.flow.keys if q.states[g].readings}
    daily = None if weekly is None else weekly / DAYS
    amounts = {} if daily is None else {"daily": f"{daily:.1f}", "weekly": f"{weekly:.0f}"}
    return Recommendation(
        source=q.flow.source.body,
        classification=strength,
        actions=("standard",) if daily is None else ("dose_change",),
        population=population,
        lookup=lookup,
        message=q.flow.messages[role],
        parts={**amounts, **parts},
        dose=None if daily is None else Dose(round(daily, 1), round(daily, 1), "mg/d", parts.get("each", "")),
    )


def _urgency(q: DosingQuestion, answers: Sequence[Answer]) -> Urgency:
    """At most a warning, and that only where nothing is open: genotype, ancestry, problem list, other medicines."""
    first = answers[0]
    open_ = len(answers) > 1 or q.genotype.disputed or "conditions" in q.profile.unread or bool(q.acting)
    if first.dose is None or first.path.set != "genotype" or open_:
        return "info"
    if q.genotype.surely_poor:
        return "warning"
    branch, someone = first.path.branch, q.person.of(q.profile.ancestry)
    firm = [(a, n) for a, n in adjustments(q, branch) if a.classified[branch.id] in FIRM]
    outside = any(not first.dose.low <= dose * DAYS <= first.dose.high for dose in ordered_daily(q) or ())
    return "warning" if outside or is_loud(q, branch, someone, firm) else "info"


def _evidence(q: DosingQuestion, sources: Sequence[Source]) -> tuple[Evidence, ...]:
    source = q.flow.source
    own = [Evidence(f"{source.body} {q.flow.drug.name}", source.version, source.url)]
    return tuple(dict.fromkeys([*own, *(Evidence(s.body, s.version, s.url) for s in sources)]))
