"""What a chart tells of one order beyond genes: why, how much, since when, how heavy. Unknown stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.codes import Concept
from models.features.age import Age
from models.features.clinical import conditions_of, means
from models.features.dates import day_of
from models.features.quantities import number
from models.knowledge.types import Clinical
from models.patient import Condition, Dosage, Measurement
from models.units import convert

WEIGHT = "weight"  #: the clinical name of body weight
MG = "mg"  #: in which daily doses are compared
NO_WEIGHT = "no recent body weight is on file"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of one order for one medicine."""

    conditions: tuple[Condition, ...] = ()
    reasons: tuple[Concept, ...] = ()  #: for which it is ordered
    weight: float | None = None  #: kg
    taken_days: int | None = None  #: for how long the chart shows that it is taken unharmed; None: it does not show that
    dose_per_day: float | None = None  #: mg, the highest that the order allows
    no_weight: str = NO_WEIGHT  #: why the weight is not known, one sentence without patient data
    conditions_whole: bool = True  #: False: the problem list was not, or only partly, read, so what it does not say decides nothing

    def reason_is(self, names: Sequence[Clinical]) -> bool:
        return any(means(reason, name) for reason in self.reasons for name in names)

    def has(self, names: Sequence[Clinical], *states: str) -> bool:
        return any(conditions_of(self.conditions, name, *states) for name in names)


NOTHING_KNOWN = Circumstances()


def body_weight(measurements: Sequence[Measurement], name: Clinical | None, age: Age | None, as_of: date) -> tuple[float | None, str]:
    """The latest weight in kg; None, and why, when there is none that can be used."""
    if name is None or name.measured is None:
        return None, NO_WEIGHT
    kilograms, gap = number(measurements, name, as_of, age)
    return kilograms, gap.because if gap else NO_WEIGHT


def dose_per_day(dosages: Sequence[Dosage]) -> float | None:
    """The highest daily dose in mg that instructions allow; None when any of them leaves it open."""
    each = [convert(d.high, d.unit, MG) for d in dosages]
    known = [mg * d.per_day for mg, d in zip(each, dosages, strict=True) if mg is not None and d.per_day is not None]
    return max(known) if known and len(known) == len(dosages) else None


def days_since(stated: str, as_of: date) -> int | None:
    """Days from an ISO date to `as_of`; None when it is partial, unreadable or to come."""
    day = day_of(stated)
    return (as_of - day).days if day is not None and day <= as_of else None
