"""Dates that may be partial: what is sure of them, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from models.features.dates import day_of, days_of, instant_of, surely_apart, surely_before


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024-02-10T08:00:00Z", (date(2024, 2, 10), date(2024, 2, 10))),
        ("2024-02", (date(2024, 2, 1), date(2024, 2, 29))),
        ("2024", (date(2024, 1, 1), date(2024, 12, 31))),
    ],
)
def test_a_date_means_the_days_it_can_be(text: str, days: tuple[date, date]) -> None:
    assert days_of(text) == days


@pytest.mark.parametrize("text", ["", "soon", "2024-13", "2024-02-30", "0000"])
def test_nonsense_means_no_day(text: str) -> None:
    assert days_of(text) is None


@pytest.mark.parametrize(
    ("one", "other", "before"),
    [
        ("2024-01-01", "2024-01-02", True),
        ("2024-01-01", "2024-01-01", False),
        ("2024-01", "2024-02", True),
        ("2024", "2024-06", False),
        ("", "2024", False),
        ("2024", "", False),
    ],
)
def test_before_only_where_every_day_is(one: str, other: str, before: bool) -> None:
    assert surely_before(one, other) is before


@pytest.mark.parametrize(
    ("earlier", "later", "apart"),
    [("2024-01-01", "2024-05-01", True), ("2024-01-02", "2024-05-01", False), ("2024-01", "2024-05-15", False), ("", "2024-05-15", False)],
)
def test_apart_only_where_every_day_is(earlier: str, later: str, apart: bool) -> None:
    assert surely_apart(earlier, later, 120) is apart


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-29T01:59:00+01:00", date(2026, 3, 29)),  # a minute before the clocks go forward in Berlin
        ("2026-03-29T03:00:00+02:00", date(2026, 3, 29)),  # and a minute after
        ("2026-11-26T00:30:00+13:00", date(2026, 11, 25)),
        ("2026-11-24T23:30:00-05:00", date(2026, 11, 25)),
        ("2024-02-29T23:59:59Z", date(2024, 2, 29)),
        ("2024-02-29T23:59:59-01:00", date(2024, 3, 1)),
        ("2026-11-25T00:00:00", date(2026, 11, 25)),  # no zone: as it stands
        ("2026-11-25T25:00:00Z", date(2026, 11, 25)),  # a time that is none leaves the day
        ("9999-12-31T23:59:59-12:00", date(9999, 12, 31)),
    ],
)
def test_fault_E33_a_time_with_a_zone_means_its_day_in_utc(text: str, day: date) -> None:
    assert day_of(text) == day
    assert days_of(text) == (day, day)


def test_fault_E33_instants_of_two_zones_compare() -> None:
    one, other = instant_of("2026-03-29T01:59:00+01:00"), instant_of("2026-03-29T03:00:00+02:00")
    assert one is not None
    assert other is not None
    assert (other - one).seconds == 60
    assert instant_of("2026-03-29") is None


@pytest.mark.parametrize("text", ["2026", "2026-11", "", "soon"])
def test_fault_E32_a_partial_date_is_no_day(text: str) -> None:
    assert day_of(text) is None
