"""How heavy and how much a day: what charts give in other units, and what cannot be compared."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import LOINC, Code, Concept
from models.features.age import age
from models.features.circumstances import NO_WEIGHT, body_weight, days_since, dose_per_day
from models.knowledge.types import Knowledge
from models.patient import Dosage, Measurement

AS_OF = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("dosages", "daily"),
    [
        ((Dosage(500, 1000, "mg", 2),), 2000),
        ((Dosage(0.5, 0.5, "g", 2),), 1000),
        ((Dosage(500, 500, "mcg", 1),), 0.5),
        ((Dosage(500, 500, "µg", 1),), 0.5),
        ((Dosage(1, 1, "mg", 1), Dosage(200, 200, "ug", 1)), 1),  # the highest of them
    ],
)
def test_fault_E29_daily_doses_are_compared_in_milligrams(dosages: tuple[Dosage, ...], daily: float) -> None:
    assert dose_per_day(dosages) == pytest.approx(daily)


@pytest.mark.parametrize("unit", ["mg/kg", "mg/m2", "mg/kg/d", "[iU]", "mmol", "mL", "{tbl}", "", "tablet", "Mg", "meq"])
def test_fault_E29_a_dose_by_weight_surface_volume_or_piece_is_no_mass(unit: str) -> None:
    assert dose_per_day((Dosage(5, 5, unit, 1),)) is None
    assert dose_per_day((Dosage(5, 5, "mg", 1), Dosage(5, 5, unit, 1))) is None


def weight(value: float, unit: str = "kg", at: str = "2026-11-01") -> Measurement:
    return Measurement(Concept((Code(LOINC, "29463-7"),)), value, unit, effective=at[:10], at=at)


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (weight(700), "taken for a slip"),
        (weight(70, ""), "has no unit"),
        (weight(70, "cm"), "cannot be converted"),
        (weight(70, at="2020-01-01"), "older than 730 days"),
        (weight(70, at="2027-01-01"), "a date to come"),
    ],
)
def test_fault_E29_E30_E31_why_a_weight_is_not_used_is_said(measured: Measurement, words: str, knowledge: Knowledge) -> None:
    kilograms, because = body_weight([measured], knowledge.clinical["weight"], age("1980-01-01", AS_OF), AS_OF)
    assert kilograms is None
    assert words in because


def test_no_weight_is_no_weight(knowledge: Knowledge) -> None:
    assert body_weight([], knowledge.clinical["weight"], None, AS_OF) == body_weight([], None, None, AS_OF) == (None, NO_WEIGHT)


@pytest.mark.parametrize(
    ("stated", "days"),
    [
        ("2026-11-24", 1),
        ("2026-11-25", 0),
        ("2026-11-26", None),
        ("2026-11", None),
        ("2024-02-29", 1000),
        ("2026-11-26T01:00:00+13:00", 0),  # the 25th in UTC
        ("2026-11-24T23:30:00-05:00", 0),
        ("", None),
    ],
)
def test_fault_E33_days_are_counted_in_utc(stated: str, days: int | None) -> None:
    assert days_since(stated, AS_OF) == days
