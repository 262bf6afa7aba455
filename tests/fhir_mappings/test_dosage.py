"""How much, and how often a day: what instructions say, and what they leave open."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.dosage import dosages_of
from models.patient import Dosage

GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
DAILY = {"frequency": 1, "period": 1, "periodUnit": "d"}
MG = {"system": "http://unitsofmeasure.org", "code": "mg"}


def read(timing: dict[str, Any] | None = None, **dose: Any) -> tuple[Dosage, ...]:
    return dosages_of({"dosageInstruction": [{"timing": timing or {}, "doseAndRate": [dose]}]})


@pytest.mark.parametrize(
    ("timing", "per_day"),
    [
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, 2.0),
        ({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}}, 3.0),
        ({"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}, 1 / 7),
        ({"code": {"coding": [{"system": GTS, "code": "BID"}]}}, 2.0),
        ({"code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.5.1022", "code": "Q6H"}]}}, 4.0),
        ({"code": {"coding": [{"system": GTS, "code": "BID"}]}, "repeat": {"boundsDuration": {}}}, None),
        ({"code": {"coding": [{"system": GTS, "code": "BID"}, {"system": GTS, "code": "TID"}]}}, None),
        ({"code": {"coding": [{"code": "BID"}, {"system": "urn:local", "code": "TID"}]}}, None),
        ({"repeat": DAILY | {"when": ["HS"]}}, 1.0),
        ({"repeat": DAILY | {"timeOfDay": ["08:00:00", "20:00:00"]}}, None),
        ({"repeat": DAILY | {"frequency": 2, "timeOfDay": ["08:00:00", "20:00:00"]}}, 2.0),
        ({"repeat": DAILY | {"frequencyMax": 2}}, None),
        ({"repeat": DAILY | {"periodMax": 2}}, None),
        ({"repeat": DAILY | {"dayOfWeek": ["mon"]}}, None),
        ({"repeat": DAILY | {"frequency": -1}}, None),
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


@pytest.mark.parametrize(
    "second",
    [
        {"text": "and 25 mg at night"},
        {"doseAndRate": [{"doseQuantity": {"value": 25}}]},
        {"doseAndRate": [{"doseQuantity": {"value": 25, "comparator": "<", **MG}}]},
        {"doseAndRate": [{"doseQuantity": {"value": 25, **MG}}], "modifierExtension": [{"url": "x"}]},
        {"doseAndRate": [{"doseQuantity": {"value": 25, **MG}, "doseRange": {"low": {"value": 1, **MG}, "high": {"value": 2, **MG}}}]},
        {"doseAndRate": [{"doseQuantity": {"value": 25, **MG}}, {"doseQuantity": {"value": 50, **MG}}]},
    ],
)
def test_a_part_of_a_dose_is_no_dose(second: dict[str, Any]) -> None:
    """Taken for all of it, the readable part would make a higher dose look tolerated or within a limit."""
    readable = {"doseAndRate": [{"doseQuantity": {"value": 75, **MG}}]}
    assert dosages_of({"dosageInstruction": [readable]}) == (Dosage(75.0, 75.0, "mg"),)
    assert dosages_of({"dosageInstruction": [readable, second]}) == ()


def test_the_ordered_dose_counts_and_not_its_calculation() -> None:
    doses = [
        {"type": {"coding": [{"code": kind}]}, "doseQuantity": {"value": value, "code": unit}}
        for kind, value, unit in (("calculated", 1.5, "mg/kg"), ("ordered", 75, "mg"))
    ]
    assert dosages_of({"dosageInstruction": [{"doseAndRate": doses}]}) == (Dosage(75.0, 75.0, "mg"),)
