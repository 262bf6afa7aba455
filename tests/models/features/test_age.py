"""Ages as intervals, at the edges: leap days, months, years, the future and nonsense."""

from __future__ import annotations

from datetime import date

import pytest

from models.features.age import Age, age

AS_OF = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("born", "years"),
    [
        ("2008-11-25", (18, 18)),
        ("2008-11-26", (17, 17)),
        ("2008-11", (17, 18)),
        ("2008", (17, 18)),
        ("2026-11-25", (0, 0)),
        ("1900", (125, 126)),
    ],
)
def test_fault_E32_partial_dates_give_an_interval(born: str, years: tuple[int, int]) -> None:
    found = age(born, AS_OF)
    assert found is not None
    assert found.years == years


@pytest.mark.parametrize("born", ["", "soon", "2026-11-26", "2027", "2008-13", "2008-02-30", "2008-1-1-1"])
def test_fault_E30_no_age_from_nonsense_or_the_future(born: str) -> None:
    assert age(born, AS_OF) is None


def test_fault_E33_a_leap_day_birthday_is_kept_on_the_first_of_march() -> None:
    assert age("2008-02-29", date(2026, 2, 28)) == Age((17, 17), (6574, 6574))
    after = age("2008-02-29", date(2026, 3, 1))
    assert after is not None
    assert after.years == (18, 18)


def test_a_threshold_that_the_interval_crosses_is_neither_below_nor_from() -> None:
    found = age("2008", AS_OF)
    assert found is not None
    assert not found.surely_below(18)
    assert not found.surely_from(18)
