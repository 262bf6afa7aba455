"""What a dosing flow says in one of its branches: by equation or clinically, less or more, and whether it is worth a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.dosing.estimate import DAYS, Estimate, estimate
from models.dosing.genotype import carried
from models.dosing.person import Person
from models.dosing.question import DosingQuestion
from models.finding import Action, Dose, Recommendation
from models.knowledge.dosing_check import usual_key
from models.knowledge.types import Adjustment, Branch

FIRM = ("Strong", "Moderate")
UNCLASSIFIED = "n/a"
ANY = "Any ancestry"
Span = tuple[float, float]  #: from the lower to the higher, mg a day


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
    found = _estimates(q, someone)
    graded = found if any(e.daily for e in found) else _estimates(q, _typical(q, someone))
    adjusted = _adjustments(q, branch)
    if not _differs(q, graded, _usual(q, someone), adjusted):
        return Advice(branch, because="the dose is that of the reference genotypes", estimates=found)
    if _complies(q, found, adjusted):
        return Advice(branch, because="the ordered dose is already near the calculated one", estimates=found)
    firm = [(a, n) for a, n in adjusted if a.classified[branch.id] in FIRM]
    return Advice(branch, tuple(_recommendations(q, branch, found, adjusted)), _loud(q, branch, graded, someone, firm), found)


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


def _estimates(q: DosingQuestion, someone: Person, keys: Mapping[str, str] | None = None) -> tuple[Estimate, ...]:
    own = q.genotype.keys if keys is None else keys
    return tuple(estimate(e, someone, own, q.medicines[e.id], q.excluded[e.id]) for e in q.equations)


def _typical(q: DosingQuestion, someone: Person) -> Person:
    """The same patient with a typical age and body, by whom a card is graded that shows no number."""
    usual = q.flow.typical
    return replace(someone, age=usual["age"], height=usual["height"], weight=usual["weight"], excluded=())


def _usual(q: DosingQuestion, someone: Person) -> tuple[Estimate, ...]:
    keys = {gene: usual_key(q.knowledge.genes[gene], by) for gene, by in q.flow.keys.items()}
    found = _estimates(q, someone, keys)
    return found if any(e.daily for e in found) else _estimates(q, _typical(q, someone), keys)


def _adjustments(q: DosingQuestion, branch: Branch) -> list[tuple[Adjustment, int]]:
    found = [(a, carried(a, q.genotype, q.states[a.gene])) for a in q.flow.adjustments if branch.id in a.classified]
    return [(adjustment, copies) for adjustment, copies in found if copies]


def _span(daily: float, adjusted: Sequence[tuple[Adjustment, int]]) -> Span:
    """The dose with its adjustments, from the lowest to the highest."""
    low = high = daily
    for adjustment, copies in adjusted:
        least, most = adjustment.twice if copies > 1 else adjustment.once
        one, other = (100 - most, 100 - least) if adjustment.less else (100 + least, 100 + most)
        low, high = low * one / 100, high * other / 100
    return low, high


def _differs(q: DosingQuestion, found: Sequence[Estimate], usual: Sequence[Estimate], adjusted: Sequence[tuple[Adjustment, int]]) -> bool:
    """Further from the reference genotypes' dose than the flow's percent or amount; without any dose, by the phenotype alone."""
    pairs = [(e.daily, u.daily) for e, u in zip(found, usual, strict=True) if e.daily and u.daily]
    if not pairs:
        return q.genotype.unusual
    return any(abs(end - ref) > min(q.flow.amount, ref * q.flow.percent / 100) for daily, ref in pairs for end in _span(daily, adjusted))


def _loud(q: DosingQuestion, branch: Branch, found: Sequence[Estimate], someone: Person, firm: Sequence[tuple[Adjustment, int]]) -> bool:
    """Does what the source is firm about differ, and clearly from the usual start?"""
    if branch.classification not in FIRM or not _differs(q, found, _usual(q, someone), firm):
        return False
    ends = [end for e in found if e.daily for end in _span(e.daily, firm)]
    return any(abs(end - q.flow.usual_daily) > q.flow.amount for end in ends)


def _complies(q: DosingQuestion, found: Sequence[Estimate], adjusted: Sequence[tuple[Adjustment, int]]) -> bool:
    """Is every ordered daily dose within the flow's percent of what was calculated?"""
    spans = [_span(e.daily, adjusted) for e in found if e.daily]
    ordered = [end * d.per_day if d.per_day and d.unit == "mg" else 0.0 for d in q.dosages for end in (d.low, d.high)]
    if not spans or not ordered:
        return False
    least = min(low for low, _ in spans) * (1 - q.flow.percent / 100)
    most = max(high for _, high in spans) * (1 + q.flow.percent / 100)
    return all(least <= daily <= most for daily in ordered)


def _recommendations(
    q: DosingQuestion, branch: Branch, found: Sequence[Estimate], adjusted: Sequence[tuple[Adjustment, int]]
) -> list[Recommendation]:
    """Less first, then the equation's dose, then more."""
    given = [e for e in found if e.daily]
    said = [_adjust(q, branch, given, one) for one in adjusted if one[0].less]
    said.append(_by_equation(q, branch, given, found))
    return said + [_adjust(q, branch, given, one) for one in adjusted if not one[0].less]


def _by_equation(q: DosingQuestion, branch: Branch, given: Sequence[Estimate], found: Sequence[Estimate]) -> Recommendation:
    if not given:
        because = "; ".join(dict.fromkeys(e.because for e in found))
        return _say(q, branch, "uncalculated", "dose_change", branch.classification, because=because)
    each = "; ".join(f"{e.equation.label} {_mg(e.daily or 0)} mg/day ({_mg_week(e.weekly)} mg/week)" for e in given)
    span = _range([e.daily or 0.0 for e in given])
    said = _say(q, branch, "calculated", "dose_change", branch.classification, **_amounts(span), each=each)
    return replace(said, dose=Dose(round(span[0], 1), round(span[1], 1), "mg/d", ", ".join(e.equation.label for e in given)))


def _adjust(q: DosingQuestion, branch: Branch, given: Sequence[Estimate], one: tuple[Adjustment, int]) -> Recommendation:
    adjustment, copies = one
    low, high = adjustment.twice if copies > 1 else adjustment.once
    ends = [end for e in given for end in _span(e.daily or 0.0, [one])]
    to = f", to about {_amounts(_range(ends))['daily']} mg/day" if ends else ""
    role = "less" if adjustment.less else "more"
    said = _say(q, branch, role, "dose_change", adjustment.classified[branch.id], percent=f"{low:g}–{high:g} %", to=to)
    return replace(said, lookup={adjustment.gene: _result(q, adjustment)}, derived=copies > 1 and len(set(q.genotype.alleles)) > 1)


def _result(q: DosingQuestion, adjustment: Adjustment) -> str:
    reading = q.states[adjustment.gene].readings[0]
    return reading.diplotype if adjustment.by == "alleles" else reading.phenotype


def _range(ends: Sequence[float]) -> Span:
    return min(ends), max(ends)


def _amounts(span: Span) -> dict[str, str]:
    low, high = span
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
