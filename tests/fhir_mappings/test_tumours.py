"""Tumour markers: signs, numbers, equivocal answers, notes, components; and what contradicts itself."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import tomli

from fhir_mappings.inputs import Read
from fhir_mappings.tumours import CONFLICT, IN_NOTE, NO_VALUE, markers_input, read_markers
from models.codes import Concept
from models.features.tumour_markers import told
from models.knowledge.biomarker_terms import read_atom
from models.knowledge.marker_files import read_markers_known
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


def part(code: str = "", text: str = "", **members: Any) -> dict[str, Any]:
    coding = [{"system": LOINC, "code": code}] if code else []
    return {"code": {"coding": coding, "text": text}} | members


def test_components_are_results_of_their_own() -> None:
    """PD-L1 with its scores as components: the observation itself has no value."""
    read = marker(
        "85147-7",
        method={"text": "22C3"},
        specimen={"reference": "Specimen/9"},
        performer=[{"display": "Institute of Pathology"}],
        effectiveDateTime="2026-04-01",
        component=[
            part(text="TPS", valueQuantity={"value": 60, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}),
            part("105303-2", valueQuantity={"value": 70, "unit": "1"}),
            part("105305-7", dataAbsentReason={"text": "not done"}),
        ],
    )
    assert not read.gaps
    assert [(m.part.label, m.value, m.unit) for m in read.values] == [("TPS", 60, "%"), ("105303-2", 70, "1")]
    for found in read.values:
        assert (found.code.codes(LOINC), found.element) == (("85147-7",), "Observation.component.value")
        assert (found.method.text, found.specimen, found.laboratory) == ("22C3", "Specimen/9", "Institute of Pathology")
        assert found.effective == "2026-04-01"


def test_a_value_and_its_components_are_all_read() -> None:
    """The German oncology module: the stain's degree and the hybridisation beside the overall answer."""
    read = marker(
        "48676-1",
        valueCodeableConcept=answer("10828004"),
        component=[
            part("85319-2", valueCodeableConcept=answer("LA11842-4", "2+", LOINC)),
            part("96893-3", valueCodeableConcept=answer("10828004"), interpretation=sign("POS"), method={"text": "FISH"}),
        ],
    )
    overall, stain, gene = read.values
    assert (overall.positive, overall.part, overall.element) == (True, Concept(), "Observation.value")
    assert (stain.positive, stain.answer.codes(LOINC)) == (None, ("LA11842-4",))
    assert (gene.positive, gene.method.text) == (True, "FISH")


def test_a_component_contradicting_itself_or_without_a_value_is_a_gap() -> None:
    read = marker("48676-1", component=[part("85319-2"), part("96893-3", valueBoolean=False, interpretation=sign("POS"))])
    assert read.values == ()
    assert [(g.reason, g.because) for g in read.gaps] == [("not_understood", NO_VALUE), ("conflict", CONFLICT)]


def test_a_panel_is_told_by_its_members_and_parts_alone() -> None:
    assert marker("85147-7", hasMember=[{"reference": "Observation/2"}]) == Read()
    assert marker("85147-7", dataAbsentReason={"text": "x"}, component=[part(text="TPS", valueInteger=5)]).values[0].value == 5


def test_what_an_interpretation_says_of_a_number_is_kept() -> None:
    stable = [{"coding": [{"system": LOINC, "code": "LA14122-8", "display": "Stable"}]}]
    [read] = marker("81695-9", valueQuantity={"value": 0.02, "unit": "1"}, interpretation=stable).values
    assert (read.value, read.positive, read.answer.codes(LOINC)) == (0.02, None, ("LA14122-8",))


@pytest.mark.parametrize(
    ("atom", "expected", "members"),
    [
        ("PD-L1 TPS >= 50", True, {"component": [part(text="TPS", valueQuantity={"value": 60, "unit": "%"})]}),
        ("PD-L1 TPS >= 50", True, {"component": [part("105304-0", valueQuantity={"value": 60, "code": "%"})]}),
        ("PD-L1 TPS >= 1", False, {"component": [part("105304-0", valueQuantity={"value": 1, "unit": "%", "comparator": "<"})]}),
        ("PD-L1 CPS >= 10", None, {"component": [part("105304-0", valueQuantity={"value": 60, "unit": "%"})]}),
        ("PD-L1 TPS >= 50", None, {"valueQuantity": {"value": 60, "unit": "%"}}),
        ("PD-L1 TPS >= 50", True, {"valueQuantity": {"value": 60, "unit": "%"}, "method": {"text": "TPS"}}),
        ("PD-L1 TPS >= 50", True, {"valueString": "TPS 60 %"}),
    ],
)
def test_from_resource_to_answer(atom: str, expected: bool | None, members: dict[str, Any], knowledge: Knowledge) -> None:
    where = "biomarkers/markers.toml"
    known = read_markers_known(tomli.loads(files("models.knowledge").joinpath(where).read_text("utf-8")), where)
    assert told(read_atom(atom), marker("85147-7", **members).values, known, knowledge.clinical).verdict is expected


def test_the_search_asks_for_the_markers_alone(knowledge: Knowledge) -> None:
    wanted = markers_input(knowledge)
    assert all(code in wanted.query for code in ("85337-4", "85147-7", "81695-9", "39004-7", "105304-0", "Thesaurus.owl|C120465"))
    assert "29463-7" not in wanted.query
    assert (wanted.field, wanted.on_demand) == ("markers", True)
