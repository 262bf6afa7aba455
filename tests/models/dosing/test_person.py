"""What is read of a chart for an equation: units, the latest value, smoking, indication; and what stays unknown."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.codes import ICD10_CM, LOINC, SNOMED, Code, Concept
from models.dosing.person import Person, person
from models.features.age import age
from models.patient import Condition, Measurement, Order, PatientProfile
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
FLOW = KNOWLEDGE.flows["11289"]
AS_OF = date(2026, 11, 25)
HEIGHT, WEIGHT, SMOKING = "8302-2", "29463-7", "72166-2"


def measured(code: str, value: float | None, unit: str = "", dated: str = "2026-01-01", **members: Any) -> Measurement:
    return Measurement(Concept((Code(LOINC, code),)), value, unit, effective=dated, **members)


def read(*measurements: Measurement, born: str = "1961-05-01", **members: Any) -> Person:
    profile = PatientProfile(AS_OF, birth_date=born, measurements=measurements, **members)
    return person(profile, FLOW, KNOWLEDGE, age(born, AS_OF))


@pytest.mark.parametrize(
    ("value", "unit", "cm"),
    [
        (170, "cm", 170),
        (1.7, "m", 170),
        (1700, "mm", 170),
        (67, "[in_i]", 170.18),
        (67, "in", 170.18),
        (170, "CM", 170),
        (170, "", None),
        (5.6, "ft", None),
    ],
)
def test_heights_in_units_that_are_known(value: float, unit: str, cm: float | None) -> None:
    found = read(measured(HEIGHT, value, unit)).height
    assert found == (pytest.approx(cm) if cm is not None else None)


@pytest.mark.parametrize(
    ("value", "unit", "kg"), [(75, "kg", 75), (75000, "g", 75), (165, "[lb_av]", 74.84), (165, "lbs", 74.84), (75, "cm", None)]
)
def test_weights_in_units_that_are_known(value: float, unit: str, kg: float | None) -> None:
    found = read(measured(WEIGHT, value, unit)).weight
    assert found == (pytest.approx(kg, abs=0.01) if kg is not None else None)


def test_the_latest_weight_counts_and_an_older_one_is_no_answer_where_it_is_not_understood() -> None:
    old, new = measured(WEIGHT, 90, "kg", "2020-01-01"), measured(WEIGHT, 75, "kg", "2026-01-01")
    assert read(old, new).weight == read(new, old).weight == 75
    assert read(old, measured(WEIGHT, 12, "stone")).weight is None
    assert read(old, measured(WEIGHT, 75, "kg", comparator=">")).weight is None


def test_a_weight_grows_old_and_a_height_does_not() -> None:
    assert read(measured(WEIGHT, 75, "kg", "2024-11-26")).weight == 75
    assert read(measured(WEIGHT, 75, "kg", "2024-11-24")).weight is None
    assert read(measured(WEIGHT, 75, "kg", "")).weight is None
    assert read(measured(HEIGHT, 170, "cm", "2001")).height == 170


def test_the_age_is_the_older_one_and_unknown_where_it_may_be_a_childs() -> None:
    assert read(born="1961").age == 65
    assert read(born="1961-12-31").age == 64
    assert read(born="2008").age is None
    assert read(born="").age is None
    assert read(born="").missing == ("age", "height", "weight")


@pytest.mark.parametrize(("answer", "smokes"), [("449868002", True), ("77176002", True), ("266919005", False), ("8517006", False)])
def test_smoking_is_read_from_coded_answers(answer: str, smokes: bool) -> None:
    assert read(measured(SMOKING, None, answer=Concept((Code(SNOMED, answer),)))).smoker is smokes


def test_smoking_in_words_or_not_at_all_is_unknown() -> None:
    assert read(measured(SMOKING, None, answer=Concept(text="current smoker"))).smoker is None
    assert read().smoker is None


def test_a_clot_is_an_active_problem_or_the_reason_of_the_order() -> None:
    embolism = Concept((Code(ICD10_CM, "I26.99"),))
    assert read(conditions=(Condition(embolism),)).clot
    assert not read(conditions=(Condition(embolism, "past"),)).clot
    assert read(orders=(Order("1", Concept(), reasons=(embolism,)),)).clot
    assert not read(orders=(Order("1", Concept(), reasons=(embolism,), selected=False),)).clot
    assert not read().clot


def test_a_prosthetic_valve_is_told_in_words() -> None:
    assert read(conditions=(Condition(Concept((Code(ICD10_CM, "Z95.2"),))),)).excluded == ("prosthetic heart valve",)
