"""How much, and how often a day: what instructions say, and what they leave open."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.dosage import dosages_of
from models.patient import Dosage

MG = {"system": "http://unitsofmeasure.org", "code": "mg"}


def read(timing: dict[str, Any] | None = None, **dose: Any) -> tuple[Dosage, ...]:
    return dosages_of({"dosageInstruction": [{"timing": timing or {}, "doseAndRate": [dose]}]})


@pytest.mark.parametrize(
    ("timing", "per_day"),
    [
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, 2.0),
        ({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, 3.0),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}, 1 / 7),
        ({"code": {"coding": [{"code": "BID"}]}}, 2.0),
        ({"code": {"coding": [{"code": "Q6H"}]}}, 4.0),
        ({"code": {"coding": [{"code": "BID"}]}, "repeat": {"boundsDuration": {}}}, None),
        ({"code": {"coding": [{"code": "BID"}, {"code": "TID"}]}}, None),
        ({"code": {"text": "twice a day"}}, None),
        ({"repeat": {"frequency": 2, "period": 0, "periodUnit": "d"}}, None),
        ({}, None),
    ],
)
def test_how_often_a_day(timing: dict[str, Any], per_day: float | None) -> None:
    [dosage] = read(timing, doseQuantity={"value": 75, **MG})
    assert dosage.per_day == pytest.approx(per_day)
    assert (dosage.low, dosage.high, dosage.unit) == (75.0, 75.0, "mg")


def test_a_range_has_two_ends_of_one_unit() -> None:
    assert read(doseRange={"low": {"value": 1, **MG}, "high": {"value": 2, **MG}}) == (Dosage(1.0, 2.0, "mg"),)
    assert read(doseRange={"low": {"value": 1, **MG}, "high": {"value": 2, "code": "g"}}) == ()
    assert read(doseRange={"low": {"value": 3, **MG}, "high": {"value": 2, **MG}}) == ()
    assert read(doseRange={"high": {"value": 2, **MG}}) == ()


@pytest.mark.parametrize("quantity", [{"value": 75}, {"code": "mg"}, {"value": "75", "code": "mg"}, {"value": -1, "code": "mg"}, {}])
def test_a_dose_without_number_or_unit_is_none(quantity: dict[str, Any]) -> None:
    assert read(doseQuantity=quantity) == ()
