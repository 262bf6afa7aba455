"""Dates that may be partial: what is sure of them, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from models.features.dates import days_of, surely_apart, surely_before


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
