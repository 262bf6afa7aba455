"""Clinical names: which codes mean them, and what a chart holds under them."""

from __future__ import annotations

import pytest

from models.codes import ICD10, ICD10_CM, LOINC, SNOMED, Code, Concept
from models.features.clinical import conditions_of, means, measurements_of
from models.knowledge.types import Clinical, Knowledge
from models.patient import Condition, Measurement

STROKE = Clinical("stroke", "stroke", frozenset({(SNOMED, "230690007")}), ("I63",))


@pytest.mark.parametrize(
    ("system", "code", "is_stroke"),
    [
        (SNOMED, "230690007", True),
        (ICD10_CM, "I63.9", True),
        (ICD10, "I63", True),
        (ICD10_CM, "i63.30", True),
        (ICD10_CM, "I6", False),
        (ICD10_CM, "I60.1", False),
        (LOINC, "230690007", False),
        ("", "I63.9", False),
        (SNOMED, "I63.9", False),
    ],
)
def test_a_code_means_a_name_by_system_and_beginning(system: str, code: str, is_stroke: bool) -> None:
    assert means(Concept((Code(system, code),)), STROKE) is is_stroke


def test_words_never_decide() -> None:
    assert not means(Concept((Code(SNOMED, "1", "stroke"),), "stroke"), STROKE)


def test_a_name_without_icd_codes_is_not_every_icd_code() -> None:
    assert not means(Concept((Code(ICD10_CM, "I63.9"),)), Clinical("x", "x", frozenset({(SNOMED, "1")})))


def test_states_are_told_apart() -> None:
    known = tuple(Condition(Concept((Code(ICD10_CM, "I63.9"),)), state) for state in ("active", "past", "suspected"))
    assert conditions_of(known, STROKE, "active") == known[:1]
    assert conditions_of(known, STROKE, "active", "past") == known[:2]
    assert conditions_of(known, STROKE) == known


def test_the_latest_measurement_comes_first_and_an_undated_one_last(knowledge: Knowledge) -> None:
    weights = [Measurement(Concept((Code(LOINC, "29463-7"),)), 60.0, "kg", effective=dated) for dated in ("2020", "", "2026-01-02")]
    assert [m.effective for m in measurements_of(weights, knowledge.clinical["weight"])] == ["2026-01-02", "2020", ""]


@pytest.mark.parametrize(("code", "is_tia"), [("G45.9", True), ("G45.3", True), ("G45.4", False)])
def test_transient_global_amnesia_is_no_ischaemic_attack(code: str, is_tia: bool, knowledge: Knowledge) -> None:
    assert means(Concept((Code(ICD10_CM, code),)), knowledge.clinical["tia"]) is is_tia
