"""The predicted dose of one medicine for one patient: silent, a finding with its interval, or Gaps that name what is missing.

For dose-order-sign. How a rule-based card on the same medicine is made is `assess`'s; both ask the same equations.
"""

from __future__ import annotations

from models.dosing.advice import open_branches
from models.dosing.assess import gaps_of
from models.dosing.dose_finding import Answer, predicted_finding, refined_finding
from models.dosing.estimate import DAYS
from models.dosing.grading import adjustments, ordered_daily
from models.dosing.path import Path, not_for, path
from models.dosing.predicted import predicted
from models.dosing.question import DosingQuestion
from models.dosing.refining import refined
from models.finding import Assessment, Checked
from models.patient import Gap

DOSE = "dose"  #: the subject's second part


def predict_dose(q: DosingQuestion) -> Assessment:
    """One medicine. Refusals come first: whoever is none of the equations' patients gets no number."""
    beside = tuple(gaps_of(q))
    if refused := tuple(not_for(q)):
        return _none(q, refused, beside)
    return _again(q, beside) if q.started else _start(q, beside)


def _start(q: DosingQuestion, beside: tuple[Gap, ...]) -> Assessment:
    """A first start: every branch that the reported ancestry leaves open, the one for everybody else first."""
    branches = sorted(open_branches(q), key=lambda branch: bool(branch.ancestry))
    answers = [_answer(q, path(q, branch)) for branch in branches]
    first = answers[0]
    if first.dose is None:
        return _none(q, (first.gap,) if first.gap else (), beside)
    if all(answer.path.set == "clinical" for answer in answers):
        answers = answers[:1]  # of whatever ancestry, the equations' own term for an unreported one is all that there is
    if near(q, first.dose.daily):
        return Assessment((), beside, (_checked(q, "silent", "the ordered dose is near the estimate"),))
    return Assessment((predicted_finding(q, answers),), beside, (_checked(q, "fired"),))


def _answer(q: DosingQuestion, way: Path) -> Answer:
    """One branch's number, or why it has none."""
    if way.set is None:
        return Answer(way, None, way.gap)
    someone = q.person.of(q.profile.ancestry or way.branch.ancestry)
    less = [(a, n) for a, n in adjustments(q, way.branch) if a.less] if way.set == "genotype" else []
    found = predicted(q, way.set, someone, less)
    return Answer(way, None, found) if isinstance(found, Gap) else Answer(way, found)


def _again(q: DosingQuestion, beside: tuple[Gap, ...]) -> Assessment:
    """In the first days of treatment: a new estimate from the INR. The rule on ancestry and untested alleles holds here as well."""
    for branch in open_branches(q):
        if not q.genotype.tested(branch.panel):
            alleles = f"{q.flow.metabolizer} {', '.join(branch.panel)}"
            because = f"whether {alleles} were tested is not known, and where they matter no number rests on the genotype"
            return _none(q, (Gap(q.subject(alleles), "not_tested", because),), beside)
    found = refined(q)
    if isinstance(found, Gap):
        return _none(q, (found,), beside)
    if near(q, found.prediction.value / DAYS):
        return Assessment((), beside, (_checked(q, "silent", "the ordered dose is near the new estimate"),))
    return Assessment((refined_finding(q, found),), beside, (_checked(q, "fired"),))


def near(q: DosingQuestion, daily: float) -> bool:
    """Is the ordered daily dose within the flow's percent of `daily` (mg), whatever the drafts leave open?"""
    ordered = ordered_daily(q)
    return ordered is not None and all(abs(dose - daily) <= daily * q.flow.percent / 100 for dose in ordered)


def _none(q: DosingQuestion, gaps: tuple[Gap, ...], beside: tuple[Gap, ...]) -> Assessment:
    """No number, and why."""
    every = tuple(dict.fromkeys((*gaps, *beside)))
    return Assessment((), every, tuple(_checked(q, gap.reason, gap.because) for gap in gaps[:1]))


def _checked(q: DosingQuestion, outcome: str, because: str = "") -> Checked:
    return Checked(q.subject(DOSE), outcome, because)
