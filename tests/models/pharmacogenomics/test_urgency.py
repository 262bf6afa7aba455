"""How loud: decisions.md, row by row, on rows made for the purpose."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.features.age import age
from models.finding import Urgency
from models.knowledge.types import Population, Row
from models.pharmacogenomics.rows import Applied
from models.pharmacogenomics.urgency import loudest, row_urgency, urgency

EVERYBODY = Population("general", "everybody")
CHILD = age("2020-01-01", date(2026, 11, 25))


def row(action: str = "alternative", classification: str = "Strong", harm: str = "serious", **members: Any) -> Row:
    filled = {"message": f"{action}-{classification}-{harm}", "fatal_below_age": None} | members
    return Row({}, ("general",), classification, (action,), harm, parts={}, alternatives=(), dose=None, derived=False, **filled)  # type: ignore[arg-type]


USUAL = row("standard")


def applied(*rows: Row) -> list[Applied]:
    return [Applied(EVERYBODY, {}, r, USUAL) for r in rows]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (row(harm="fatal"), "critical"),
        (row("dose_change", harm="fatal"), "critical"),
        (row(harm="fatal", classification="Moderate"), "warning"),
        (row("monitor", harm="fatal"), "info"),
        (row(), "warning"),
        (row(classification="Moderate"), "warning"),
        (row("dose_change", "Moderate", "other"), "warning"),
        (row(classification="Optional"), "info"),
        (row("dose_change", "Optional"), "info"),
        (row(classification="Contraindicated", harm="fatal"), "critical"),
        (row(classification="Contraindicated"), "warning"),
        (row("dose_change", "Label dose"), "warning"),
        (row(classification="Label warning", harm="fatal"), "warning"),
        (row("dose_change", "Association"), "info"),
        (row("alternative", "Association"), "info"),
        (row("monitor"), "info"),
        (row("test"), "info"),
    ],
)
def test_one_row(given: Row, expected: Urgency) -> None:
    assert row_urgency(given, None, guideline_fatal=False) == expected


def test_a_test_for_a_drug_with_a_fatal_row_warns() -> None:
    assert row_urgency(row("test"), None, guideline_fatal=True) == "warning"


def test_an_association_stays_info_beside_fatal_rows() -> None:
    assert row_urgency(row("test", "Association"), None, guideline_fatal=True) == "info"


def test_fatal_in_children_only_needs_a_known_age() -> None:
    given = row(fatal_below_age=18)
    assert row_urgency(given, CHILD, guideline_fatal=True) == "critical"
    assert row_urgency(given, None, guideline_fatal=True) == "warning"


@pytest.mark.parametrize(
    ("rows", "settled", "conflict", "expected"),
    [
        ([row(harm="fatal"), row(harm="fatal", message="b")], True, False, "critical"),
        ([row(harm="fatal"), row()], True, False, "warning"),
        ([row(harm="fatal"), row("standard")], False, False, "warning"),
        ([row(), row("standard")], False, False, "info"),
        ([row(classification="Optional")], False, False, "info"),
        ([row(harm="fatal")], True, True, "warning"),
        ([row()], True, True, "warning"),
    ],
)
def test_several_rows(rows: list[Row], settled: bool, conflict: bool, expected: Urgency) -> None:
    assert urgency(applied(*rows), None, guideline_fatal=True, settled=settled, conflict=conflict) == expected


def test_of_rules_that_all_hold_one_more_makes_no_other_quieter() -> None:
    contraindicated, advised_against = row(harm="fatal", classification="Contraindicated"), row(classification="Label warning")
    assert loudest(applied(contraindicated, advised_against), None, guideline_fatal=True) == "critical"
    assert loudest(applied(advised_against), None, guideline_fatal=True) == "warning"
