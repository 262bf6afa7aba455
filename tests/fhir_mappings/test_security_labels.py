"""Resources with a security label: left out where a site asks for it, and never taken for "nothing found"."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.inputs import Found, Record
from fhir_mappings.security_labels import INCOMPLETE, WITHHELD, is_restricted, without_restricted

HL7 = "http://terminology.hl7.org/CodeSystem/"


def labelled(code: str, system: str = f"{HL7}v3-Confidentiality", number: str = "1") -> dict[str, Any]:
    return {"resourceType": "Observation", "id": number, "meta": {"security": [{"system": system, "code": code}]}}


@pytest.mark.parametrize(
    ("code", "system", "restricted"),
    [
        ("R", f"{HL7}v3-Confidentiality", True),
        ("V", f"{HL7}v3-Confidentiality", True),
        ("V", "http://hl7.org/fhir/v3/Confidentiality", True),
        ("N", f"{HL7}v3-Confidentiality", False),
        ("GDIS", f"{HL7}v3-ActCode", True),
        ("ETH", f"{HL7}v3-ActCode", False),
        ("R", f"{HL7}v3-ActCode", False),
        ("R", "", False),
    ],
)
def test_which_labels_restrict(code: str, system: str, restricted: bool) -> None:
    assert is_restricted(labelled(code, system)) is restricted


@pytest.mark.parametrize("broken", [{}, {"meta": None}, {"meta": {"security": "R"}}, {"meta": {"security": [None, {"code": 1}]}}])
def test_broken_labels_raise_nothing(broken: dict[str, Any]) -> None:
    assert not is_restricted(broken)


def test_a_contained_resource_restricts_the_one_around_it() -> None:
    assert is_restricted({"resourceType": "DiagnosticReport", "contained": [labelled("R")]})


def test_what_is_left_out_is_told_and_its_input_is_incomplete() -> None:
    plain = {"resourceType": "Observation", "id": "2"}
    seen = Record(
        {"variants": Found((labelled("R"), plain)), "genotypes": Found((plain,))},
        {"Medication/1": labelled("V"), "Medication/2": plain},
    )
    read = without_restricted(seen)
    assert read.found["variants"] == Found((plain,), complete=False, because=INCOMPLETE)
    assert read.found["genotypes"] == Found((plain,))
    assert list(read.referenced) == ["Medication/2"]
    [gap] = read.gaps
    assert (gap.subject, gap.reason, gap.because, gap.origin) == ("Observation", "unavailable", WITHHELD, "")


def test_a_record_without_labels_stays_as_it_is() -> None:
    seen = Record({"variants": Found(({"resourceType": "Observation"},))})
    assert without_restricted(seen) == seen
