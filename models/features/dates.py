"""Dates as charts give them: days, months or years, as the days that they can mean. No clock and no ages.

A time with a zone means its day in UTC, so that two of them compare the same wherever they were written.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime


def days_of(text: str) -> tuple[date, date] | None:
    """First and last day that an ISO date or dateTime, maybe partial, can mean; None when there is none to read."""
    if len(text) > 10 and (moment := instant_of(text)) is not None:
        return (day := moment.date()), day
    try:
        numbers = [int(part) for part in text[:10].split("-")]
        if len(numbers) == 3:
            return (day := date(numbers[0], numbers[1], numbers[2])), day
        if len(numbers) == 2:
            return date(numbers[0], numbers[1], 1), date(numbers[0], numbers[1], calendar.monthrange(numbers[0], numbers[1])[1])
        return date(numbers[0], 1, 1), date(numbers[0], 12, 31)
    except (ValueError, IndexError):
        return None


def surely_before(one: str, other: str) -> bool:
    """Was `one` before `other`, whatever days they mean? An unreadable or missing date is never surely anything."""
    first, second = days_of(one), days_of(other)
    return first is not None and second is not None and first[1] < second[0]


def surely_apart(earlier: str, later: str, days: int) -> bool:
    """Do more than `days` lie between them, whatever days they mean?"""
    first, second = days_of(earlier), days_of(later)
    return first is not None and second is not None and (second[0] - first[1]).days > days


def instant_of(text: str) -> datetime | None:
    """A dateTime with a time: in UTC where it names its zone, else as it stands; None for a date, or what cannot be read."""
    if len(text) <= 10:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> date | None:
    """The one day that an ISO date or dateTime means; None for a month, a year, or what cannot be read."""
    bounds = days_of(text)
    return bounds[0] if bounds is not None and bounds[0] == bounds[1] else None
