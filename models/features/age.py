"""Age as an interval, because birth dates come as years and months too. Not a judgement of who is a child."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Age:
    """Youngest and oldest the patient can be, in completed years and in days."""

    years: tuple[int, int]
    days: tuple[int, int]

    def surely_below(self, years: int) -> bool:
        return self.years[1] < years

    def surely_from(self, years: int) -> bool:
        return self.years[0] >= years


def age(birth_date: str, as_of: date) -> Age | None:
    """The age on `as_of` from an ISO date, month or year; None when it is missing, unreadable or in the future."""
    bounds = _bounds(birth_date)
    if bounds is None or bounds[0] > as_of:
        return None
    earliest, latest = bounds[0], min(bounds[1], as_of)
    return Age((_years(latest, as_of), _years(earliest, as_of)), ((as_of - latest).days, (as_of - earliest).days))


def _bounds(text: str) -> tuple[date, date] | None:
    parts = text.split("-")
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 1:
            return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
        if len(numbers) == 2:
            last = calendar.monthrange(numbers[0], numbers[1])[1]
            return date(numbers[0], numbers[1], 1), date(numbers[0], numbers[1], last)
        day = date(*numbers)
    except (ValueError, TypeError):
        return None
    return day, day


def _years(born: date, as_of: date) -> int:
    """Completed years: someone born on 29 February has a birthday on 1 March of a common year."""
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
