"""Is a calculated dose worth a card, how loud, and does the order comply already? Our rules; their figures are in the flow's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.dosing.estimate import Estimate
from models.dosing.genotype import carried
from models.dosing.person import Person
from models.dosing.question import DosingQuestion
from models.features.circumstances import MG
from models.knowledge.dosing_check import usual_key
from models.knowledge.dosing_types import Adjustment, Branch, LinkedVariant
from models.units import convert

FIRM = ("Strong", "Moderate")
Span = tuple[float, float]  #: from the lower to the higher, mg a day
Adjusted = Sequence[tuple[Adjustment, int]]  #: what holds for this patient, with the number of copies


def typical(q: DosingQuestion, someone: Person) -> Person:
    """The same patient with a typical age and body, by whom a card is graded that shows no number."""
    usual = q.flow.typical
    return replace(someone, age=usual["age"], height=usual["height"], weight=usual["weight"], excluded=())


def usual_doses(q: DosingQuestion, someone: Person) -> tuple[Estimate, ...]:
    """What the same person would get with the reference genotypes."""
    return q.estimates(someone, {gene: usual_key(q.knowledge.genes[gene], by) for gene, by in q.flow.keys.items()})


def adjustments(q: DosingQuestion, branch: Branch) -> list[tuple[Adjustment, int]]:
    found = [(a, carried(a, q.genotype, q.states[a.gene])) for a in q.flow.adjustments if branch.id in a.classified]
    found += [(_linked(one), 1) for one in q.flow.linked if branch.id in one.classified and q.linked.get(one.variant)]
    return [(adjustment, copies) for adjustment, copies in found if copies]


def _linked(one: LinkedVariant) -> Adjustment:
    return Adjustment(one.variant, "variant", one.classified, (), less=True, once=one.percent, twice=one.percent)


def span(daily: float, adjusted: Adjusted) -> Span:
    """The dose with its adjustments, from the lowest to the highest."""
    low = high = daily
    for adjustment, copies in adjusted:
        least, most = adjustment.twice if copies > 1 else adjustment.once
        one, other = (100 - most, 100 - least) if adjustment.less else (100 + least, 100 + most)
        low, high = low * one / 100, high * other / 100
    return low, high


def differs(q: DosingQuestion, graded: Person, adjusted: Adjusted) -> bool:
    """Further from the reference genotypes' dose than the flow's percent or amount; without any dose, by the phenotype alone."""
    both = zip(q.estimates(graded), usual_doses(q, graded), strict=True)
    pairs = [(own.daily, usual.daily) for own, usual in both if own.daily and usual.daily]
    if not pairs:
        return q.genotype.unusual
    return any(abs(end - ref) > min(q.flow.amount, ref * q.flow.percent / 100) for daily, ref in pairs for end in span(daily, adjusted))


def is_loud(q: DosingQuestion, branch: Branch, graded: Person, firm: Adjusted) -> bool:
    """Does what the source is firm about differ, and clearly from the usual start?"""
    if branch.classification not in FIRM or not differs(q, graded, firm):
        return False
    ends = [end for e in q.estimates(graded) if e.daily for end in span(e.daily, firm)]
    return any(abs(end - q.flow.usual_daily) > q.flow.amount for end in ends)


def complies(q: DosingQuestion, found: Sequence[Estimate], adjusted: Adjusted) -> bool:
    """Is every ordered daily dose within the flow's percent of what was calculated?"""
    spans = [span(e.daily, adjusted) for e in found if e.daily]
    ordered = [(convert(end, d.unit, MG) or 0.0) * (d.per_day or 0.0) for d in q.dosages for end in (d.low, d.high)]
    if not spans or not ordered:
        return False
    least = min(low for low, _ in spans) * (1 - q.flow.percent / 100)
    most = max(high for _, high in spans) * (1 + q.flow.percent / 100)
    return all(least <= daily <= most for daily in ordered)


def ordered_daily(q: DosingQuestion) -> Span | None:
    """mg a day of all drafts of the medicine together, from the least to the most that they allow; None where one cannot be told.

    Together: two tablets of different strength are one dose, and two orders that each look right are twice as much.
    """
    each = [(convert(d.low, d.unit, MG), convert(d.high, d.unit, MG), d.per_day) for d in q.dosages]
    known = [(low * times, high * times) for low, high, times in each if low is not None and high is not None and times is not None]
    if not known or len(known) < len(each) or not q.dosages_whole:
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)
