"""The mean of several equations' doses with the interval that was measured for it, or why there is no number. It decides on no card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.dosing.estimate import DAYS, Estimate, ancestry_of
from models.dosing.grading import Adjusted, span
from models.dosing.interval import interval, preferred
from models.dosing.person import Person
from models.dosing.question import DosingQuestion
from models.estimates import Estimate as Told
from models.knowledge.calibration_types import Calibration
from models.knowledge.dosing_types import EquationSet, EquationUse
from models.knowledge.interval_types import IntervalTable
from models.patient import Gap

WEEKLY = "mg/wk"


@dataclass(frozen=True, slots=True)
class Predicted:
    """A dose in mg a week with its interval, before and after what carriers of further alleles get less."""

    set: EquationSet
    each: tuple[Estimate, ...]
    weekly: float
    low: float
    high: float
    table: IntervalTable
    group: str  #: of whom its coverage was measured
    adjusted: Adjusted = ()
    calibrations: tuple[Calibration, ...] = ()

    @property
    def daily(self) -> float:
        return self.weekly / DAYS

    @property
    def told(self) -> Told:
        return Told(round(self.weekly, 1), WEEKLY, round(self.low, 1), round(self.high, 1), self.table.nominal)


def predicted(q: DosingQuestion, wanted: EquationSet, someone: Person, less: Adjusted = ()) -> Predicted | Gap:
    """By every equation of the set; a Gap where one of them has no dose, since the interval was measured for their mean.

    `less`: what carriers get less than calculated. It moves both ends, the careful way: the interval was measured without it.
    """
    held = _calibrations(q, wanted)
    each = q.estimates(someone, wanted=wanted, calibrations=held)
    refused = next((e for e in each if e.daily is None), None)
    if refused is not None:
        also = f"; how far {_others(each)} alone is off was not measured" if any(e.daily for e in each) else ""
        return Gap(q.subject("dose"), "out_of_range", f"no dose by {refused.model.label}: {refused.because}{also}")
    mean = sum(e.weekly for e in each) / len(each)
    table = preferred(q.knowledge.intervals.values(), frozenset(e.model.id for e in each))
    if table is None:
        return Gap(
            q.subject("dose"), "unavailable", "no interval was measured for the mean of these equations, and no number goes without one"
        )
    found = interval(table, mean, group(q, someone))
    if isinstance(found, str):
        return Gap(q.subject("dose"), "out_of_range", f"no number, since its interval cannot be believed: {found}")
    low, high = span(found[0], less)[0], span(found[1], less)[1]
    return Predicted(wanted, each, sum(span(mean, less)) / 2, low, high, table, group(q, someone), less, tuple(held.values()))


def group(q: DosingQuestion, someone: Person) -> str:
    """Of whom the interval was measured: of several reported ancestries the one that the flow is careful about."""
    return ancestry_of(EquationUse("", "genotype", "careful"), q.flow, someone.ancestry)


def _calibrations(q: DosingQuestion, wanted: EquationSet) -> Mapping[str, Calibration]:
    """The site's own, by model, where there is one for every equation of the set: a mean of fitted and unfitted doses was never tried."""
    held = {m.id: q.knowledge.calibrations.get((m.id, m.formulas[0].id)) for m in q.equations(wanted)}
    found = {model: one for model, one in held.items() if one is not None}
    return found if len(found) == len(held) else {}


def _others(each: tuple[Estimate, ...]) -> str:
    return " and ".join(e.model.label for e in each if e.daily)
