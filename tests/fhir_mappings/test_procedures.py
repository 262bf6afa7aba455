"""Procedures as problems of the past: done, not done, when; and transplantations found by them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_mappings.inputs import Read
from fhir_mappings.procedures import PROCEDURES, read_procedures
from models.codes import Concept
from models.features.transplants import own_results
from models.knowledge.types import Knowledge
from models.patient import Condition, GeneResult, PatientProfile

GRAFT = {"coding": [{"system": "http://snomed.info/sct", "code": "234336002"}]}


def procedure(**members: Any) -> Read:
    return read_procedures([{"resourceType": "Procedure", "id": "p", "status": "completed", "code": GRAFT} | members])


@pytest.mark.parametrize(
    ("members", "began"),
    [
        ({"performedDateTime": "2020-05-01T10:00:00Z"}, "2020-05-01"),
        ({"performedPeriod": {"start": "2020-05", "end": "2020-06"}}, "2020-05"),
        ({"occurrenceDateTime": "2020"}, "2020"),
        ({"performedAge": {"value": 40}}, ""),
        ({}, ""),
    ],
)
def test_a_procedure_that_was_done_is_past_since_its_day(members: dict[str, Any], began: str) -> None:
    [read] = procedure(**members).values
    assert (read.state, read.began, read.origin, read.category) == ("past", began, "Procedure/p", "procedure")


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation", "aborted"])
def test_fault_E01_what_was_not_done_is_no_procedure(status: str) -> None:
    assert procedure(status=status) == Read()
    assert procedure(notDone=True) == Read()


def test_what_is_not_understood_is_told() -> None:
    assert [v.state for v in procedure(status="?").values] == ["suspected"]
    assert [len(procedure(**m).gaps) for m in ({"status": "?"}, {"code": {"text": "graft"}}, {"status": None, "code": None})] == [1, 1, 2]
    assert PROCEDURES.on_demand


def test_fault_E17_a_transplantation_among_the_procedures_is_seen(knowledge: Knowledge) -> None:
    [done] = procedure(performedDateTime="2020-05-01").values
    assert isinstance(done, Condition)
    blood = GeneResult(Concept(text="CYP2C19"), "Observation/1", diplotypes=("*2/*2",), effective="2024-01-01")
    profile = PatientProfile(date(2026, 11, 25), conditions=(done,))
    assert not own_results(knowledge.genes["CYP2C19"], (blood,), profile, knowledge.clinical).results
