"""What is read of the US Core race extension: its categories by code, and nothing from words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_mappings.ancestry import CATEGORIES, read_ancestry
from fhir_mappings.inputs import Found, Record
from fhir_mappings.patient import PATIENT, read_patient
from fhir_mappings.profile import read_profile
from tests.support.fhir_examples import patient

URL = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
OID = "urn:oid:2.16.840.1.113883.6.238"


def category(code: str, system: str = OID, url: str = "ombCategory") -> dict[str, Any]:
    return {"url": url, "valueCoding": {"system": system, "code": code, "display": "White"}}


def of(*parts: dict[str, Any]) -> dict[str, Any]:
    return patient(extension=[{"url": URL, "extension": [*parts, {"url": "text", "valueString": "Black or African American"}]}])


@pytest.mark.parametrize(("code", "said"), sorted(CATEGORIES.items()))
def test_each_category(code: str, said: str) -> None:
    assert read_ancestry(of(category(code))) == (said,)
    assert read_ancestry(of(category(code, OID.removeprefix("urn:oid:")))) == (said,)


def test_several_categories_are_all_kept_in_one_order() -> None:
    both = [category("2106-3"), category("2054-5")]
    assert read_ancestry(of(*both)) == read_ancestry(of(*reversed(both))) == ("black", "white")


@pytest.mark.parametrize(
    "part",
    [
        category("UNK", "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"),
        category("2106-3", "http://example.org/race"),
        category("2106-3", url="detailed"),
        {"url": "ombCategory", "valueString": "2106-3"},
        {"url": "ombCategory"},
    ],
)
def test_what_is_no_category_says_nothing(part: dict[str, Any]) -> None:
    assert read_ancestry(of(part)) == ()


@pytest.mark.parametrize("extension", [None, {}, "x", [{"url": URL}], [{"url": URL, "extension": "x"}], [{"url": "other"}]])
def test_any_shape_may_come(extension: Any) -> None:
    assert read_ancestry(patient(extension=extension)) == ()


def test_versions_of_the_patient_that_differ_leave_it_out_and_say_so() -> None:
    read = read_patient([of(category("2106-3")), of(category("2054-5"))])
    assert read.values[0].ancestry == ()
    assert [(g.reason, "race" in g.because) for g in read.gaps] == [("conflict", True)]
    assert read_patient([of(category("2106-3")), patient()]).values[0].ancestry == ("white",)


def test_it_comes_into_the_profile() -> None:
    own = of(category("2028-9"))
    record = Record({"patient": Found((own,))})
    read = read_profile(record, (PATIENT,), patient=own["id"], server="", drafts=None, selected=None, as_of=date(2026, 11, 25))
    assert read.ancestry == ("asian",)
