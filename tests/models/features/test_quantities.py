"""The one number of a measurement: latest, in its unit, plausible, fresh; and every reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.codes import LOINC, Code, Concept
from models.features.age import age
from models.features.quantities import Quantity, number, quantity
from models.knowledge.types import Clinical, Knowledge
from models.patient import Gap, Measurement

AS_OF = date(2026, 11, 25)
ADULT, CHILD = age("1980-01-01", AS_OF), age("2018-01-01", AS_OF)


def measured(name: Clinical, value: float | None, unit: str, at: str = "2026-11-01", **members: Any) -> Measurement:
    code = min(code for system, code in name.codes if system == LOINC)
    return Measurement(Concept((Code(LOINC, code),)), value, unit, effective=at[:10], at=at, origin="Observation/1", **members)


def gap(name: Clinical, *found: Measurement, child: bool = False) -> Gap:
    read = quantity(found, name, AS_OF, CHILD if child else ADULT)
    assert isinstance(read, Gap)
    assert read.subject == name.label
    assert number(found, name, AS_OF, CHILD if child else ADULT) == (None, read)
    return read


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("weight", 150, "lb", 68.04),
        ("weight", 150, "[lb_av]", 68.04),
        ("weight", 68000, "g", 68.0),
        ("height", 67, "[in_i]", 170.18),
        ("height", 1.7, "m", 170.0),
        ("creatinine", 88.4, "umol/L", 1.0),
        ("creatinine", 1.0, "mg/dL", 1.0),
        ("bilirubin", 17.1, "umol/L", 1.0),
        ("glucose", 5.55, "mmol/L", 100.0),
        ("calcium", 2.5, "mmol/L", 10.02),
        ("calcium", 5.0, "meq/L", 10.02),
        ("potassium", 4.0, "meq/L", 4.0),
        ("haemoglobin", 140, "g/L", 14.0),
        ("inr", 2.5, "", 2.5),
        ("inr", 2.5, "1", 2.5),
        ("egfr", 60, "mL/min/1.73m2", 60),
    ],
)
def test_fault_E29_values_come_in_the_unit_of_the_name(name: str, value: float, unit: str, expected: float, knowledge: Knowledge) -> None:
    known = knowledge.clinical[name]
    if name == "calcium" and unit == "meq/L":
        # equivalents become moles and moles become grams, and one step alone is done: refused, not half done
        assert gap(known, measured(known, value, unit)).reason == "not_understood"
        return
    read = quantity([measured(known, value, unit)], known, AS_OF, ADULT)
    assert isinstance(read, Quantity)
    assert read.value == pytest.approx(expected, rel=2e-3)
    assert known.measured is not None
    assert read.unit == known.measured.unit


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("weight", 70, ""),
        ("weight", 70, "cm"),
        ("weight", 11, "stone"),
        ("weight", 70, "mg/kg"),
        ("height", 170, ""),
        ("creatinine", 1.0, ""),
        ("creatinine", 1.0, "mmol/mol"),
        ("haemoglobin", 8.7, "mmol/L"),
        ("egfr", 60, "mL/min"),
        ("inr", 2.5, "s"),
    ],
)
def test_fault_E29_no_unit_or_another_things_unit_is_refused(name: str, value: float, unit: str, knowledge: Knowledge) -> None:
    known = knowledge.clinical[name]
    found = gap(known, measured(known, value, unit))
    assert found.reason == "not_understood"
    assert "unit" in found.because


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("weight", 700, "kg"),
        ("weight", 0, "kg"),
        ("weight", -70, "kg"),
        ("height", 5.6, "cm"),
        ("creatinine", 80, "mg/dL"),
        ("inr", 250, "1"),
    ],
)
def test_fault_E30_what_no_body_can_have_is_refused_and_named_without_the_value(
    name: str, value: float, unit: str, knowledge: Knowledge
) -> None:
    known = knowledge.clinical[name]
    found = gap(known, measured(known, value, unit))
    assert (found.reason, known.label in found.because) == ("out_of_range", True)
    assert f"{value:g}" not in found.because.split()


def test_fault_E30_a_date_to_come_is_refused_and_another_zones_today_is_not(knowledge: Knowledge) -> None:
    weight = knowledge.clinical["weight"]
    assert gap(weight, measured(weight, 70, "kg", "2026-11-28")).reason == "out_of_range"
    assert number([measured(weight, 70, "kg", "2026-11-26T09:00:00+13:00")], weight, AS_OF, ADULT) == (70, None)


def test_fault_E31_a_weight_grows_old_sooner_in_a_child_and_a_height_never(knowledge: Knowledge) -> None:
    weight, height = knowledge.clinical["weight"], knowledge.clinical["height"]
    last_year = measured(weight, 38, "kg", "2025-11-01")
    assert number([last_year], weight, AS_OF, ADULT) == (38, None)
    assert "older than 180 days" in gap(weight, last_year, child=True).because
    assert number([last_year], weight, AS_OF, None)[0] is None  # the age is not known: as for a child
    assert "older than 730 days" in gap(weight, measured(weight, 70, "kg", "2024-11-01")).because
    assert number([measured(height, 170, "cm", "2001-01-01")], height, AS_OF, ADULT) == (170, None)


@pytest.mark.parametrize("at", ["", "2026", "2026-11", "soon"])
def test_fault_E31_E32_without_a_full_date_nothing_is_known_to_be_fresh(at: str, knowledge: Knowledge) -> None:
    weight, height = knowledge.clinical["weight"], knowledge.clinical["height"]
    assert "no full date" in gap(weight, measured(weight, 70, "kg", at)).because
    assert number([measured(height, 170, "cm", at)], height, AS_OF, ADULT) == (170, None)


def test_the_latest_counts_and_where_it_cannot_be_used_an_older_one_is_no_answer(knowledge: Knowledge) -> None:
    weight = knowledge.clinical["weight"]
    old, new = measured(weight, 90, "kg", "2026-01-01"), measured(weight, 75, "kg", "2026-11-01")
    assert number([old, new], weight, AS_OF, ADULT) == number([new, old], weight, AS_OF, ADULT) == (75, None)
    assert gap(weight, old, replace(new, unit="")).reason == "not_understood"
    assert gap(weight, old, replace(new, value=None, answer=Concept(text="72 kg"))).because == "the body weight on file is no number"


def test_fault_E32_a_value_of_a_month_is_not_passed_over_for_an_older_one(knowledge: Knowledge) -> None:
    weight, height = knowledge.clinical["weight"], knowledge.clinical["height"]
    assert "no full date" in gap(weight, measured(weight, 90, "kg", "2026-10-30"), measured(weight, 70, "kg", "2026-11")).because
    assert number([measured(height, 120, "cm", "2020-01-01"), measured(height, 170, "cm", "2026")], height, AS_OF, ADULT) == (170, None)


def test_fault_E33_times_of_one_day_are_compared_in_utc(knowledge: Knowledge) -> None:
    weight = knowledge.clinical["weight"]
    auckland = measured(weight, 60, "kg", "2026-11-01T23:30:00+13:00")  # 10:30 UTC
    london = measured(weight, 80, "kg", "2026-11-01T11:00:00Z")
    assert number([auckland, london], weight, AS_OF, ADULT) == (80, None)
    # before the clocks went back and after: the same wall clock, an hour apart
    first, second = measured(weight, 60, "kg", "2026-10-25T02:30:00+02:00"), measured(weight, 80, "kg", "2026-10-25T02:30:00+01:00")
    assert number([second, first], weight, AS_OF, ADULT) == (80, None)


def test_values_of_one_day_that_no_time_tells_apart_must_agree(knowledge: Knowledge) -> None:
    weight = knowledge.clinical["weight"]
    one, other = measured(weight, 70, "kg"), measured(weight, 71, "kg")
    assert number([one, other], weight, AS_OF, ADULT) == (70, None)
    assert gap(weight, one, measured(weight, 154, "kg")).reason == "conflict"  # pounds under a unit of kilograms
    timed = measured(weight, 154, "[lb_av]", "2026-11-01T09:00:00Z")
    assert number([one, timed], weight, AS_OF, ADULT)[0] == pytest.approx(70, abs=0.2)


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
def test_a_bound_is_told_as_one_and_is_no_number(comparator: str, knowledge: Knowledge) -> None:
    egfr = knowledge.clinical["egfr"]
    found = [measured(egfr, 90, "mL/min/{1.73_m2}", comparator=comparator)]
    read = quantity(found, egfr, AS_OF, ADULT)
    assert isinstance(read, Quantity)
    assert (read.value, read.comparator) == (90, comparator)
    value, because = number(found, egfr, AS_OF, ADULT)
    assert value is None
    assert because is not None
    assert because.reason == "out_of_range"


def test_nothing_on_file_is_no_gap(knowledge: Knowledge) -> None:
    assert quantity([], knowledge.clinical["weight"], AS_OF, ADULT) is None
    assert number([], knowledge.clinical["weight"], AS_OF, ADULT) == (None, None)


def test_a_name_without_unit_and_limits_is_an_error_of_ours(knowledge: Knowledge) -> None:
    with pytest.raises(ValueError, match="smoking-status"):
        quantity([], knowledge.clinical["smoking-status"], AS_OF)
