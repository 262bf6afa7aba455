"""What a dosing flow says in one of its branches: by equation or clinically, less or more, and whether it is worth a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.dosing.estimate import DAYS, Estimate
from models.dosing.grading import FIRM, Adjusted, Span, adjustments, complies, differs, is_loud, span, typical
from models.dosing.question import DosingQuestion
from models.finding import Action, Dose, Recommendation
from models.knowledge.dosing_types import Adjustment, Branch

UNCLASSIFIED = "n/a"
ANY = "Any ancestry"
CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Advice:
    """One branch's answer; `said` () means: nothing that is worth a card."""

    branch: Branch
    said: tuple[Recommendation, ...] = ()
    loud: bool = False
    estimates: tuple[Estimate, ...] = ()
    because: str = ""  #: why it is silent


def branch_advice(q: DosingQuestion, branch: Branch) -> Advice:
    """The branch's recommendations, most careful first."""
    if not q.genotype.tested(branch.panel):
        said = _say(q, branch, "clinically", "standard", UNCLASSIFIED)
        return Advice(branch, (said,), because="dosed clinically: it is not known whether all alleles that matter were tested")
    someone = q.person.of(q.profile.ancestry or branch.ancestry)
    found = q.estimates(someone)
    adjusted = adjustments(q, branch)
    graded = someone if any(e.daily for e in found) else typical(q, someone)
    if not differs(q, graded, adjusted):
        return Advice(branch, because="the dose is that of the reference genotypes", estimates=found)
    if complies(q, found, adjusted):
        return Advice(branch, because="the ordered dose is already near the calculated one", estimates=found)
    firm = [(a, n) for a, n in adjusted if a.classified[branch.id] in FIRM]
    return Advice(branch, tuple(_recommendations(q, branch, found, adjusted)), is_loud(q, branch, graded, firm), found)


def another_drug(q: DosingQuestion) -> Recommendation:
    """Another drug for poor metabolizers. `derived` where a needed gene is missing: it holds for every value of it."""
    return replace(_say(q, None, "alternative", "alternative", UNCLASSIFIED), derived=bool(q.missing))


def child_advice(q: DosingQuestion) -> tuple[Recommendation, ...]:
    """Children of European ancestry have equations of their own, which are not here; others are dosed clinically."""
    own = _say(q, q.flow.child, "child", "dose_change", q.flow.child.classification)
    if q.profile.ancestry:
        return (own,)
    other = Branch("other children", "Other children", (), UNCLASSIFIED, ())
    return own, _say(q, other, "clinically_child", "standard", UNCLASSIFIED)


def of_ancestry(branch: Branch, ancestry: Sequence[str]) -> bool:
    """Careful where several are reported: any of them counts."""
    return bool(set(branch.ancestry) & set(ancestry))


def open_branches(q: DosingQuestion) -> tuple[Branch, ...]:
    """The branch of the reported ancestry; every branch when none is reported."""
    if not q.profile.ancestry:
        return q.flow.branches
    named = tuple(branch for branch in q.flow.branches if of_ancestry(branch, q.profile.ancestry))
    return named or tuple(branch for branch in q.flow.branches if not branch.ancestry)


def _recommendations(q: DosingQuestion, branch: Branch, found: Sequence[Estimate], adjusted: Adjusted) -> list[Recommendation]:
    """Less first, then the equation's dose, then more."""
    given = [] if q.no_number else [e for e in found if e.daily]
    said = [_adjust(q, branch, given, one) for one in adjusted if one[0].less]
    said.append(_by_equation(q, branch, given, found))
    return said + [_adjust(q, branch, given, one) for one in adjusted if not one[0].less]


def _by_equation(q: DosingQuestion, branch: Branch, given: Sequence[Estimate], found: Sequence[Estimate]) -> Recommendation:
    if not given:
        because = q.no_number or "; ".join(dict.fromkeys(e.because for e in found))
        return _say(q, branch, "uncalculated", "dose_change", branch.classification, because=because)
    each = "; ".join(f"{e.model.label} {_mg(e.daily or 0)} mg/day ({_mg_week(e.weekly)} mg/week)" for e in given)
    ends = _range([e.daily or 0.0 for e in given])
    said = _say(q, branch, "calculated", "dose_change", branch.classification, **_amounts(ends), each=each)
    return replace(said, dose=Dose(round(ends[0], 1), round(ends[1], 1), "mg/d", ", ".join(e.model.label for e in given)))


def _adjust(q: DosingQuestion, branch: Branch, given: Sequence[Estimate], one: tuple[Adjustment, int]) -> Recommendation:
    adjustment, copies = one
    low, high = adjustment.twice if copies > 1 else adjustment.once
    ends = [end for e in given for end in span(e.daily or 0.0, [one])]
    to = f", to about {_amounts(_range(ends))['daily']} mg/day" if ends else ""
    role = "less_linked" if adjustment.by == "variant" else "less" if adjustment.less else "more"
    said = _say(q, branch, role, "dose_change", adjustment.classified[branch.id], percent=f"{low:g}–{high:g} %", to=to)
    return replace(said, lookup={adjustment.gene: _result(q, adjustment)}, derived=copies > 1 and len(set(q.genotype.alleles)) > 1)


def _result(q: DosingQuestion, adjustment: Adjustment) -> str:
    if adjustment.by == "variant":
        return CARRIER
    reading = q.states[adjustment.gene].readings[0]
    return reading.diplotype if adjustment.by == "alleles" else reading.phenotype


def _range(ends: Sequence[float]) -> Span:
    return min(ends), max(ends)


def _amounts(ends: Span) -> dict[str, str]:
    low, high = ends
    daily, weekly = (_mg(low), _mg(high)), (_mg_week(low * DAYS), _mg_week(high * DAYS))
    return {"daily": "–".join(dict.fromkeys(daily)), "weekly": "–".join(dict.fromkeys(weekly))}


def _mg(daily: float) -> str:
    return f"{daily:.1f}"


def _mg_week(weekly: float) -> str:
    return f"{weekly:.0f}"


def _say(q: DosingQuestion, branch: Branch | None, role: str, action: Action, classification: str, **parts: str) -> Recommendation:
    lookup = {g: " or ".join(dict.fromkeys(r.phenotype for r in q.states[g].readings)) for g in q.flow.keys if q.states[g].readings}
    return Recommendation(
        source=q.flow.source.body,
        classification=classification,
        actions=(action,),
        population=branch.id if branch else ANY.lower(),
        lookup=lookup,
        message=q.flow.messages[role],
        parts=parts,
        population_label=branch.label if branch else ANY,
    )
