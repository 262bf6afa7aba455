"""The interval around a predicted dose: where its ends lie, and for whom there is none."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from models.dosing.interval import interval, preferred
from models.knowledge.interval_types import CHECKS, Coverage, IntervalTable, Residuals
from tests.support.shipped import shipped
from tests.support.small_knowledge import SOURCE

COVERED = tuple(Coverage(who, check, 500, 0.91, 0.88, 0.93) for who in ("white", "black") for check in CHECKS)
BY_DOSE = IntervalTable(
    id="test",
    set="pgx",
    models=("one", "other"),
    unit="mg/wk",
    by="predicted",
    nominal=0.9,
    level=0.93,
    floor=0.88,
    preferred=True,
    residuals=(Residuals("", 0, 25, 300, -1.5, 2.0), Residuals("", 25, math.inf, 300, -2.0, 3.0)),
    coverage=COVERED,
    refused={},
    source=SOURCE,
)
BY_ANCESTRY = replace(
    BY_DOSE,
    by="ancestry",
    residuals=(Residuals("white", 0, math.inf, 300, -1.0, 1.0), Residuals("black", 0, math.inf, 300, -2.0, 2.0)),
)


def test_ends_are_the_quantiles_on_the_square_root_scale() -> None:
    assert interval(BY_DOSE, 16.0, "white") == ((4 - 1.5) ** 2, (4 + 2.0) ** 2)
    assert interval(BY_DOSE, 36.0, "white") == ((6 - 2.0) ** 2, (6 + 3.0) ** 2)
    assert interval(BY_DOSE, 25.0, "white") == ((5 - 2.0) ** 2, (5 + 3.0) ** 2)  # a band begins with its lower border
    assert interval(BY_ANCESTRY, 16.0, "white") == (9.0, 25.0)
    assert interval(BY_ANCESTRY, 16.0, "black") == (4.0, 36.0)


def test_no_end_lies_below_nothing() -> None:
    assert interval(BY_DOSE, 1.0, "white") == (0.0, 9.0)


def test_by_dose_ancestry_does_not_move_the_interval() -> None:
    assert interval(BY_DOSE, 30.0, "white") == interval(BY_DOSE, 30.0, "black")


def test_who_was_not_measured_gets_none() -> None:
    assert "not measured for ancestry 'asian'" in str(interval(BY_DOSE, 30.0, "asian"))
    assert "not measured for ancestry ''" in str(interval(BY_DOSE, 30.0, ""))


def test_who_was_covered_too_rarely_gets_none() -> None:
    refused = replace(BY_DOSE, refused={"black": "only 0.8 of 500 people"})
    assert interval(refused, 30.0, "black") == "only 0.8 of 500 people"
    assert isinstance(interval(refused, 30.0, "white"), tuple)


def test_no_dose_has_no_interval() -> None:
    assert "no residuals" in str(interval(BY_DOSE, 0.0, "white"))


def test_the_preferred_table_is_for_just_these_models() -> None:
    tables = [replace(BY_ANCESTRY, preferred=False), BY_DOSE]
    assert preferred(tables, frozenset({"other", "one"})) is BY_DOSE
    assert preferred(tables, frozenset({"one"})) is None
    assert preferred(tables[:1], frozenset({"one", "other"})) is None


SETS = ("pgx", "clinical", "clinical-iwpc")


@given(st.floats(3.5, 122.5), st.sampled_from(["white", "asian", "black", "unknown"]), st.sampled_from(SETS))
def test_every_shipped_interval_holds_its_dose(weekly: float, ancestry: str, which: str) -> None:
    table = next(t for t in shipped().intervals.values() if t.preferred and t.set == which)
    found = interval(table, weekly, ancestry)
    assert isinstance(found, tuple)
    assert 0 <= found[0] < weekly < found[1] < 200
