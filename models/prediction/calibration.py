"""What a site's record makes of a model: nothing, another intercept, or another slope too, by how much it holds.

It reads no file and signs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from models.knowledge.calibration_types import Calibration as Calibration  # one name for those who predict
from models.prediction.calibration_record import Record
from models.prediction.expected_grid import CENTRE, SHIFTS, SLOPES, THOUSAND, Expected

#: Measured on groups of an American survey as "sites": with 8 events O/E came out anywhere from 0.65 to 1.76, worse than
#: without recalibration; from a thousand people or fifty events on it helps. The gate asks for both.
PEOPLE = 1_000
EVENTS_OF_INTERCEPT = 50
EVENTS_OF_SLOPE = 100
LEAST_DOSES = 11
SHRINK = 20  #: people: the mean residual of n counts n / (n + 20). Measured on doses of warfarin at sites left out
_HALVINGS = 45
_STEP = 0.05  #: on either side, for derivatives


@dataclass(frozen=True, slots=True)
class Fit:
    """What a record allows. Without a calibration `because` says why there is none."""

    calibration: Calibration | None
    because: str


def fit(record: Record) -> Fit:
    """A pure function of the record's whole numbers: a merged record fits exactly as all its people together would."""
    if record.kind == "dose":
        return _dose(record)
    rarer = min(record.events, record.people - record.events)
    if record.people < PEOPLE or rarer < EVENTS_OF_INTERCEPT:
        return Fit(None, f"fewer than {PEOPLE} people or {EVENTS_OF_INTERCEPT} events: recalibration would add more noise than it mends")
    found = slope_too(record) if rarer >= EVENTS_OF_SLOPE else intercept_alone(record)
    if found is None:
        return Fit(None, "the site is further from the model than recalibration can mend; do not show this model there")
    steps = "intercept and slope" if rarer >= EVENTS_OF_SLOPE else f"intercept alone: fewer than {EVENTS_OF_SLOPE} events"
    return Fit(_named(record, *found), steps)


def _dose(record: Record) -> Fit:
    if record.people < LEAST_DOSES:
        return Fit(None, f"fewer than {LEAST_DOSES} people with a known dose")
    shrunken = record.mean_residual * record.people / (record.people + SHRINK)
    return Fit(_named(record, shrunken, 1.0), f"intercept, shrunken by {record.people} / ({record.people} + {SHRINK})")


def _named(record: Record, intercept: float, slope: float) -> Calibration:
    return Calibration(
        record.model, record.formula, record.site, intercept, slope, record.people, record.events, f"{record.version} of {record.made}"
    )


def intercept_alone(record: Record) -> tuple[float, float] | None:
    """(intercept, 1) with which as many events are expected as there were; None beyond the table."""
    shift = _shift(record.expected_, record.events, 1.0)
    return None if shift is None else (shift, 1.0)


def slope_too(record: Record) -> tuple[float, float] | None:
    """(intercept, slope) with which events and their linear predictors add up as they did; None beyond the table.

    For a logistic model that is the fit of greatest likelihood. For the others it is an unbiased one that comes close to it at low risks.
    """
    return fit_slope(record.expected_, record.events, record.linear)


def fit_slope(table: Expected, events: int, linear: int, *, nearest: bool = False) -> tuple[float, float] | None:
    """The same from bare sums; `linear` in thousandths. `nearest`: a slope beyond the table counts as its last one."""
    centre = CENTRE / THOUSAND
    turned = linear / THOUSAND - events * centre

    def excess(slope: float) -> float:
        shift = _shift(table, events, slope)
        return float("nan") if shift is None else table.at(shift, slope)[1] - turned

    low, high = _solvable(excess)
    slope = _root(excess, low, high)
    if slope is None and nearest:
        slope = low if excess(low) > 0 else high
    shift = None if slope is None else _shift(table, events, slope)
    return None if slope is None or shift is None else (shift + centre - slope * centre, slope)


def errors(table: Expected, shift: float, slope: float) -> tuple[float, float]:
    """Standard errors of an intercept alone and of a slope beside it: how fast the expected changes is the information."""
    by_shift = [(a - b) / (2 * _STEP) for a, b in zip(table.at(shift + _STEP, slope), table.at(shift - _STEP, slope), strict=True)]
    by_slope = (table.at(shift, slope + _STEP)[1] - table.at(shift, slope - _STEP)[1]) / (2 * _STEP)
    first, both = by_shift
    rest = by_slope - both * both / first
    return 1 / math.sqrt(first), 1 / math.sqrt(rest) if rest > 0 else math.inf


def _solvable(excess: Callable[[float], float]) -> tuple[float, float]:
    """The slopes between which the table holds a shift for each."""
    known = [slope for slope in SLOPES if excess(slope) == excess(slope)]
    return (known[0], known[-1]) if known else (1.0, 1.0)


def _shift(table: Expected, events: int, slope: float) -> float | None:
    return _root(lambda shift: table.at(shift, slope)[0] - events, SHIFTS[0], SHIFTS[-1])


def _root(rising: Callable[[float], float], low: float, high: float) -> float | None:
    """Where a rising function is zero, by halving; None where it is not between the ends."""
    if not rising(low) <= 0 <= rising(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
