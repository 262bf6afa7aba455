"""Tumour markers: signs, numbers, equivocal answers, notes; and what contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.inputs import Read
from fhir_mappings.tumours import CONFLICT, IN_NOTE, NO_VALUE, markers_input, read_markers
from models.knowledge.types import Knowledge

SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"


def marker(code: str = "85337-4", **members: Any) -> Read:
    coded = {"coding": [{"system": LOINC, "code": code}]}
    return read_markers([{"resourceType": "Observation", "id": "m", "status": "final", "code": coded} | members])


def answer(code: str = "", text: str = "", system: str = SNOMED) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}] if code else [], "text": text}


def sign(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": code}]}]


@pytest.mark.parametrize(
    ("members", "positive", "equivocal"),
    [
        ({"valueCodeableConcept": answer("10828004")}, True, False),
        ({"valueCodeableConcept": answer("260385009")}, False, False),
        ({"valueCodeableConcept": answer(text="Positive")}, True, False),
        ({"valueString": "not detected"}, False, False),
        ({"valueBoolean": False}, False, False),
        ({"interpretation": sign("POS")}, True, False),
        ({"interpretation": sign("NEG"), "valueCodeableConcept": answer("260385009")}, False, False),
        ({"valueCodeableConcept": answer("42425007")}, None, True),
        ({"valueString": "Equivocal"}, None, True),
        ({"valueCodeableConcept": answer("260385009", "positive")}, False, False),  # words beside a code decide nothing
        ({"valueCodeableConcept": answer("1234", "MSI-H")}, None, False),
        ({"valueString": "2+"}, None, False),
    ],
)
def test_fault_E18_signs_of_a_marker(members: dict[str, Any], positive: bool | None, equivocal: bool) -> None:
    [read] = marker(**members).values
    assert (read.positive, read.equivocal, read.origin) == (positive, equivocal, "Observation/m")


def test_a_number_keeps_its_unit_and_comparator() -> None:
    [read] = marker("94076-7", valueQuantity={"value": 12, "unit": "mut/Mb", "comparator": ">="}, effectiveDateTime="2026-05-01").values
    assert (read.value, read.unit, read.comparator, read.effective, read.positive) == (12, "mut/Mb", ">=", "2026-05-01", None)
    [read] = marker("85147-7", valueInteger=5).values
    assert (read.value, read.unit) == (5, "")


@pytest.mark.parametrize(
    ("members", "reason", "because"),
    [
        ({"note": [{"text": "5% TPS"}]}, "not_understood", IN_NOTE),
        ({}, "not_understood", NO_VALUE),
        ({"valueQuantity": {"value": "12"}}, "not_understood", NO_VALUE),
        ({"valueBoolean": "maybe"}, "not_understood", NO_VALUE),
        ({"valueDateTime": "2026"}, "not_understood", NO_VALUE),
        ({"valueInteger": 5, "valueString": "5"}, "not_understood", NO_VALUE),
        ({"interpretation": sign("POS"), "valueCodeableConcept": answer("260385009")}, "conflict", CONFLICT),
        ({"interpretation": sign("POS"), "valueString": "equivocal"}, "conflict", CONFLICT),
    ],
)
def test_what_has_no_single_value_is_a_gap(members: dict[str, Any], reason: str, because: str) -> None:
    read = marker("85147-7", **members)
    assert read.values == ()
    assert [(g.subject, g.reason, g.because, g.origin) for g in read.gaps] == [("markers", reason, because, "Observation/m")]


@pytest.mark.parametrize("members", [{"status": "preliminary"}, {"status": "entered-in-error"}, {"dataAbsentReason": {"text": "x"}}])
def test_fault_E01_E02_what_is_not_final_is_no_marker(members: dict[str, Any]) -> None:
    assert marker(**{"valueString": "positive"} | members) == Read()


def test_the_search_asks_for_the_markers_alone(knowledge: Knowledge) -> None:
    wanted = markers_input(knowledge)
    assert all(code in wanted.query for code in ("85337-4", "85147-7", "81695-9", "39004-7"))
    assert "29463-7" not in wanted.query
    assert (wanted.field, wanted.on_demand) == ("markers", True)
