"""The one number that a chart holds of a measurement now, in the rule's unit; or why there is none. It looks up no rule.

Rules: the latest value counts, and where that one cannot be used an older one is no answer. Values of one day are told
apart by their time; where they cannot be and differ, neither is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.features.age import Age
from models.features.clinical import means
from models.features.dates import day_of, days_of, instant_of
from models.knowledge.clinical_types import Clinical, Measured
from models.patient import Gap, Measurement
from models.units import canonical, convert

ADULT = 18  #: years
SAME = 0.05  #: values of one day that differ by less than this part of the larger one agree (our rule)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in the unit that Knowledge gives the name. `comparator`: the true value lies beyond it."""

    value: float
    unit: str
    comparator: str = ""
    effective: str = ""
    origin: str = ""


def quantity(measurements: Sequence[Measurement], name: Clinical, as_of: date, age: Age | None = None) -> Quantity | Gap | None:
    """The latest value of `name`, fresh and plausible; a Gap that says why it cannot be used; None when the chart holds none."""
    if name.measured is None:
        raise ValueError(f"{name.id}: no unit and limits are known for it")
    found = [m for m in measurements if means(m.code, name)]
    if not found:
        return None
    latest = _latest(found)
    read = [_read(m, name, name.measured, as_of, age) for m in latest]
    gap = next((r for r in read if isinstance(r, Gap)), None)
    values = [r for r in read if isinstance(r, Quantity)]
    if gap is None and len(values) > 1 and _differ(values):
        return Gap(
            name.label, "conflict", "several values of one day differ, and their times do not tell which is the last", latest[0].origin
        )
    return gap or values[0]


def number(measurements: Sequence[Measurement], name: Clinical, as_of: date, age: Age | None = None) -> tuple[float | None, Gap | None]:
    """The value for a rule that needs the number itself, or why what is on file cannot be used; (None, None): nothing is on file."""
    found = quantity(measurements, name, as_of, age)
    if isinstance(found, Quantity) and found.comparator:
        because = f"the {name.label} on file is only known to lie above or below a value"
        return None, Gap(name.label, "out_of_range", because, found.origin)
    return (None, found) if found is None or isinstance(found, Gap) else (found.value, None)


def _latest(found: Sequence[Measurement]) -> list[Measurement]:
    """Those of the last day on which there is any; of these, those of the last moment where every one has one.

    A month or year may mean its last day, so a partial date never lets an older value stand in for it.
    """
    bounds = [days_of(m.at or m.effective) for m in found]
    days = [b[1] if b is not None else None for b in bounds]
    last = max((d for d in days if d is not None), default=None)
    of_day = [m for m, day in zip(found, days, strict=True) if day == last]
    moments = [instant_of(m.at) for m in of_day]
    known = [moment for moment in moments if moment is not None]
    if len(known) == len(moments) and len({m.tzinfo is None for m in known}) == 1:
        return [m for m, moment in zip(of_day, known, strict=True) if moment == max(known)]
    return of_day


def _read(measured: Measurement, name: Clinical, how: Measured, as_of: date, age: Age | None) -> Quantity | Gap:
    """One measurement in the unit of the name."""
    if measured.value is None:
        return Gap(name.label, "not_understood", f"the {name.label} on file is no number", measured.origin)
    # a pure number has no unit; everything else must have one
    unit = measured.unit or ("1" if how.unit == "1" else "")
    if not unit:
        return Gap(name.label, "not_understood", f"the {name.label} on file has no unit, and none is assumed", measured.origin)
    value = _converted(measured.value, unit, how)
    if value is None:
        because = f"the unit of the {name.label} on file cannot be converted into {how.unit}"
        return Gap(name.label, "not_understood", because, measured.origin)
    if not how.low <= value <= how.high:
        because = f"the {name.label} on file is outside {how.low:g} to {how.high:g} {canonical(how.unit)}, so it is taken for a slip"
        return Gap(name.label, "out_of_range", because, measured.origin)
    if because := _dated(measured.at or measured.effective, name, how, as_of, age):
        return Gap(name.label, "out_of_range", because, measured.origin)
    return Quantity(value, how.unit, measured.comparator, measured.effective, measured.origin)


def _converted(value: float, unit: str, how: Measured) -> float | None:
    """Between units of one kind, or from the name's other scale."""
    if how.also is not None and (on_other := convert(value, unit, how.also.unit)) is not None:
        return on_other * how.also.times + how.also.plus
    return convert(value, unit, how.unit, molar_mass=how.molar_mass, charge=how.charge)


def _dated(stated: str, name: Clinical, how: Measured, as_of: date, age: Age | None) -> str:
    """What is wrong with its date; "" when nothing is. A day ahead may be another time zone's today."""
    day = day_of(stated)
    if day is not None and day > as_of + timedelta(days=1):
        return f"the {name.label} on file has a date to come"
    limit = how.max_age_days if age is not None and age.surely_from(ADULT) else how.max_age_days_child
    if limit is None:
        return ""
    if day is None:
        return f"the {name.label} on file has no full date, and it must not be older than {limit} days"
    return f"the {name.label} on file is older than {limit} days" if (as_of - day).days > limit else ""


def _differ(values: Sequence[Quantity]) -> bool:
    low, high = min(v.value for v in values), max(v.value for v in values)
    return len({v.comparator for v in values}) > 1 or high - low > SAME * max(abs(low), abs(high))
