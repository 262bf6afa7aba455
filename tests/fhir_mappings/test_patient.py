"""What is read of a Patient resource."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.patient import PATIENT, Demographics, read_patient
from tests.support.fhir_examples import patient


def test_the_query_reads_the_patient() -> None:
    assert PATIENT.query == "Patient/{{context.patientId}}"
    assert not PATIENT.required


@pytest.mark.parametrize("birth", ["1961-07-14", "1961-07", "1961"])
def test_birth_dates_may_be_partial(birth: str) -> None:
    assert read_patient([patient(birthDate=birth)]).values == (Demographics(birth, "female", False),)


@pytest.mark.parametrize("birth", ["14.07.1961", "1961-13-01", "1961-02-30", "61", "", 1961, ["1961"], "0000"])
def test_an_invalid_birth_date_is_a_gap(birth: Any) -> None:
    read = read_patient([patient(birthDate=birth)])
    assert read.values[0].birth_date == ""
    assert [g.reason for g in read.gaps] == ["not_understood"]


@pytest.mark.parametrize(
    ("said", "deceased"),
    [
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedDateTime": "2024-01-01"}, True),
        ({"deceasedDateTime": None}, False),
        ({"active": False}, False),
        ({}, False),
    ],
)
def test_fault_B12_death_is_read(said: dict[str, Any], deceased: bool) -> None:
    assert read_patient([patient(**said)]).values[0].deceased is deceased


def test_versions_that_differ_leave_the_value_out() -> None:
    read = read_patient([patient(), patient(birthDate="1961-07-15", gender="male")])
    assert read.values == (Demographics(),)
    assert [g.reason for g in read.gaps] == ["conflict", "conflict"]


def test_fault_B11_a_merged_record_is_told() -> None:
    read = read_patient([patient(active=False, link=[{"other": {"reference": "Patient/x"}, "type": "replaced-by"}])])
    assert [g.reason for g in read.gaps] == ["unavailable"]


def test_fault_B11_a_record_that_is_not_in_use_is_told() -> None:
    read = read_patient([patient(active=False)])
    assert [(g.reason, "not in use" in g.because) for g in read.gaps] == [("unavailable", True)]
    assert read_patient([patient(active=True)]).gaps == ()
