"""What a chart tells of one order beyond genes: why, how much, since when, how heavy. Unknown stays unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.codes import Concept
from models.features.age import Age
from models.features.clinical import conditions_of, means, measurements_of
from models.knowledge.types import Clinical
from models.patient import Condition, Dosage, Measurement

#: mass units as charts write them → milligrams, kilograms
_MG: Mapping[str, float] = {"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001, "µg": 0.001}
KG: Mapping[str, float] = {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237, "lb": 0.45359237, "lbs": 0.45359237}
WEIGHT = "weight"  #: the clinical name of body weight
PLAUSIBLE_KG = (0.3, 500.0)  #: outside it a weight is a slip of the pen
#: how old a weight may be (our rule): a child's is soon out of date
OLDEST_CHILD_DAYS, OLDEST_ADULT_DAYS = 180, 730


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of one order for one medicine."""

    conditions: tuple[Condition, ...] = ()
    reasons: tuple[Concept, ...] = ()  #: for which it is ordered
    weight: float | None = None  #: kg
    taken_days: int | None = None  #: for how long the chart shows that it is taken unharmed; None: it does not show that
    dose_per_day: float | None = None  #: mg, the highest that the order allows
    conditions_whole: bool = True  #: False: the problem list was not, or only partly, read, so what it does not say decides nothing

    def reason_is(self, names: Sequence[Clinical]) -> bool:
        return any(means(reason, name) for reason in self.reasons for name in names)

    def has(self, names: Sequence[Clinical], *states: str) -> bool:
        return any(conditions_of(self.conditions, name, *states) for name in names)


NOTHING_KNOWN = Circumstances()


def body_weight(measurements: Sequence[Measurement], name: Clinical | None, age: Age | None, as_of: date) -> float | None:
    """The latest weight in kg; None when there is none, or it is implausible, of another unit, or too old."""
    for measured in measurements_of(measurements, name) if name else ():
        if measured.value is None or measured.comparator or measured.unit not in KG:
            continue
        kilograms = measured.value * KG[measured.unit]
        fresh = _days_since(measured.effective, as_of) <= (OLDEST_ADULT_DAYS if age and age.surely_from(18) else OLDEST_CHILD_DAYS)
        return kilograms if fresh and PLAUSIBLE_KG[0] <= kilograms <= PLAUSIBLE_KG[1] else None
    return None


def dose_per_day(dosages: Sequence[Dosage]) -> float | None:
    """The highest daily dose in mg that instructions allow; None when any of them leaves it open."""
    found = [d.high * _MG[d.unit] * d.per_day if d.unit in _MG and d.per_day is not None else None for d in dosages]
    known = [amount for amount in found if amount is not None]
    return max(known) if known and len(known) == len(found) else None


def days_since(stated: str, as_of: date) -> int | None:
    """Days from an ISO date to `as_of`; None when it is partial, unreadable or to come."""
    try:
        days = (as_of - date.fromisoformat(stated[:10])).days
    except ValueError:
        return None
    return days if days >= 0 else None


def _days_since(stated: str, as_of: date) -> int:
    days = days_since(stated, as_of)
    return days if days is not None else OLDEST_ADULT_DAYS + 1
