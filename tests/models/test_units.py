"""Units: the table against the library, what is converted, and everything that must not be."""

from __future__ import annotations

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.units import LONGEST, _by_library, _registry, canonical, convert, same_dimension, table

#: dimensions whose units the library counts as something else, so it is no judge of their kind: only factors are compared
ROWS = sorted(table().units)
#: 1.73 m2 as a divisor is an annotation, which the library does not count
NOT_COMPARED = {"mL/min/1.73.m2", "mL/min/{1.73}m2"}


@pytest.mark.parametrize("code", ROWS)
def test_every_row_of_the_table_has_the_factor_of_ucum(code: str) -> None:
    unit = table().units[code]
    if code in NOT_COMPARED or unit.dimension == "temperature":
        return
    base = next(c for c, u in table().units.items() if u.dimension == unit.dimension and u.factor == 1)
    one, other = _registry().from_ucum(code), _registry().from_ucum(base)
    factor = (1.0 * one).to(other.units).magnitude / other.magnitude
    assert math.isclose(factor, unit.factor, rel_tol=1e-5 if unit.dimension == "pressure" else 1e-9)


def test_temperatures_are_those_of_the_library() -> None:
    for unit, to in combinations(("K", "Cel", "[degF]"), 2):
        line = _by_library(unit, to)
        assert line is not None
        for value in (0.0, 37.0, 310.15):
            assert convert(value, unit, to) == pytest.approx(value * line[0] + line[1], abs=1e-9)


def test_every_spelling_leads_to_a_unit_of_the_table() -> None:
    assert not [s for s, code in table().spelled.items() if code not in table().units]
    assert not [s for s in table().spelled if s != s.lower()]


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (150, "lb", "kg", 68.0388555),
        (150, "lbs", "kg", 68.0388555),
        (67, "inches", "cm", 170.18),
        (98.6, "[degF]", "Cel", 37.0),
        (500, "mcg", "mg", 0.5),
        (500, "µg", "mg", 0.5),
        (1, "mg/dl", "g/L", 0.01),
        (1, "MG/DL", "mg/L", 10),
        (7, "K/uL", "10*9/L", 7),
        (60, "U/L", "ukat/L", 1),
        (1, "kU/l", "U/L", 1000),
        (90, "mL/min/1.73m2", "mL/min/{1.73_m2}", 90),
        (0.42, "L/L", "L/L", 0.42),
        (1, "g/cm3", "g/L", 1000),
        (2.5, "fmol/L", "pmol/L", 0.0025),
    ],
)
def test_fault_E29_what_measures_the_same_is_converted(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("", "kg"),
        ("kg", ""),
        ("Mg", "mg"),
        ("kg", "cm"),
        ("mg/kg", "mg/m2"),
        ("mg", "mg/kg"),
        ("mg/dL", "umol/L"),
        ("meq/L", "mmol/L"),
        ("osm/kg", "mol/kg"),
        ("[iU]", "mg"),
        ("[iU]/L", "U/L"),
        ("[arb'U]/mL", "/mL"),
        ("mL/min", "mL/min/{1.73_m2}"),
        ("mmol/mol", "%"),
        ("%", "mg/g"),
        ("U/g{Hb}", "U/g"),
        ("mg{a}", "mg{b}"),
        ("[pH]", "mol/L"),
        ("C", "Cel"),
        ("F", "[degF]"),
        ("G", "g"),
        ("tablet", "mg"),
        ("stone", "kg"),
        ("kg and a half", "kg"),
    ],
)
def test_fault_E29_what_does_not_or_is_not_said_is_refused(unit: str, to: str) -> None:
    assert convert(1, unit, to) is None
    assert not same_dimension(unit, to)


def test_fault_E29_mass_and_amount_meet_by_the_molar_mass_alone() -> None:
    assert convert(1.0, "mg/dL", "umol/L", molar_mass=113.12) == pytest.approx(88.40, abs=0.01)
    assert convert(88.4, "umol/L", "mg/dL", molar_mass=113.12) == pytest.approx(1.0, abs=0.001)
    assert convert(1.0, "mg/dL", "umol/L", molar_mass=0.0) is None
    assert convert(1.0, "mg", "umol/L", molar_mass=113.12) is None
    assert convert(4.0, "meq/L", "mmol/L", charge=2) == pytest.approx(2.0)
    assert convert(2.0, "mmol/L", "meq/L", charge=2) == pytest.approx(4.0)


@pytest.mark.parametrize(
    "unit",
    ["10*999999999", "10^99999", "m99999", "10*99.10*99", "kg" * 30, "(" * 40, "{" * 39, "kg\n", "", " ", "kg;import os", "1e999", "²"],
)
def test_a_strangers_unit_raises_nothing_and_is_none(unit: str) -> None:
    assert convert(1.0, unit, "kg2") is None
    assert convert(1.0, "kg2", unit) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_not_converted(value: float) -> None:
    assert convert(value, "kg", "kg") is None
    assert convert(value, "kg", "g") is None


def test_a_unit_longer_than_any_is_none() -> None:
    assert canonical("k" * (LONGEST + 1)) == ""


@given(st.floats(1e-6, 1e6), st.sampled_from(ROWS), st.sampled_from(ROWS))
def test_there_and_back_is_the_same(value: float, unit: str, to: str) -> None:
    there = convert(value, unit, to)
    assert (there is not None) == (canonical(unit) == canonical(to) or table().units[unit].dimension == table().units[to].dimension)
    if there is not None:
        assert convert(there, to, unit) == pytest.approx(value, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("unit", ["{INR}", "INR", "{ratio}", "1"])
def test_an_inr_is_a_pure_number_however_its_unit_is_written(unit: str) -> None:
    assert convert(1.8, unit, "1") == 1.8
    assert convert(1.8, "{INR}", "mg/dL") is None
