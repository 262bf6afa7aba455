"""References in every spelling, and which medicines must be fetched."""

from __future__ import annotations

import pytest

from fhir_mappings.references import needed, parse
from tests.support.fhir_examples import orders

SERVER = "https://ehr.example/api/FHIR/R4"


@pytest.mark.parametrize(
    "stated",
    [
        "Patient/a.B-1",
        "Patient/a.B-1/_history/2",
        f"{SERVER}/Patient/a.B-1",
        f"{SERVER}/Patient/a.B-1/_history/7",
        "HTTPS://EHR.example:443/api/FHIR/R4/Patient/a.B-1",
    ],
)
def test_fault_B06_spellings_of_one_resource_are_equal(stated: str) -> None:
    read = parse({"reference": stated}, SERVER + "/")
    assert read is not None
    assert (read.key, read.foreign) == ("Patient/a.B-1", False)


@pytest.mark.parametrize(
    "stated",
    [
        "https://other.example/api/FHIR/R4/Patient/1",
        "http://ehr.example/api/FHIR/R4/Patient/1",
        "https://ehr.example/api/fhir/r4/Patient/1",
    ],
)
def test_fault_B07_another_base_is_another_resource(stated: str) -> None:
    read = parse(stated, SERVER)
    assert read is not None and read.foreign
    assert read.key == stated


@pytest.mark.parametrize(
    "stated", [None, "", 7, [], {}, {"reference": None}, {"reference": ["Patient/1"]}, "Patient", "patient/1", "Patient/"]
)
def test_what_is_no_reference_reads_as_none(stated: object) -> None:
    assert parse(stated, SERVER) is None


def test_contained_and_urn_keep_their_key() -> None:
    assert [parse(s).key for s in ("#m1", "urn:uuid:6e0c") if parse(s)] == ["#m1", "urn:uuid:6e0c"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("reference-elsewhere", (), ("Medication/med-1",)),
        ("reference-elsewhere", ("Medication/med-1",), ()),
        ("reference-in-bundle", (), ()),
        ("contained", (), ()),
        ("codeable-concept", (), ()),
        ("no-medication-yet", (), ()),
    ],
)
def test_only_unresolved_medicines_are_needed(name: str, known: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert needed(orders(name), known, SERVER) == expected


def test_absolute_reference_on_the_own_server_is_needed_and_a_foreign_one_is_not() -> None:
    bundle = orders("reference-elsewhere")
    bundle["entry"][0]["resource"]["medicationReference"] = {"reference": f"{SERVER}/Medication/m.2"}
    assert needed(bundle, (), SERVER) == ("Medication/m.2",)
    assert needed(bundle, (), "https://other.example/fhir") == ()
