"""DiagnosticReports among everything else that came: whose they are, which edition counts, what they list and repeat."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Found, Record
from fhir_mappings.profile import read_profile
from fhir_mappings.reports import read_reports, reports_input
from models.features.gene_names import by_gene
from models.patient import PatientProfile
from tests.support.fhir_examples import observation, report
from tests.support.shipped import shipped

Json = dict[str, Any]
KNOWLEDGE = shipped()
INPUTS = (genotypes_input(KNOWLEDGE), reports_input(KNOWLEDGE))


def _profile(*reports: Json, observations: tuple[Json, ...] = (), others: tuple[Json, ...] = ()) -> PatientProfile:
    found = {"genotypes": Found(observations), "reports": Found(reports), "documents": Found(others)}
    return read_profile(Record(found), INPUTS, patient="pat-1", server="", drafts={}, selected=None, as_of=date(2026, 1, 1))


def _told(profile: PatientProfile) -> list[tuple[str, tuple[str, ...], bool]]:
    grouped, _ = by_gene(profile.genotypes, KNOWLEDGE.genes)
    return sorted((gene, r.diplotypes, r.prose) for gene, found in grouped.items() for r in found if r.diplotypes)


def _reasons(profile: PatientProfile) -> list[tuple[str, str]]:
    return sorted((gap.reason, gap.because) for gap in profile.gaps)


# --- whose


def test_another_patients_contained_result_is_dropped_and_counted() -> None:
    profile = _profile(report("contained-another-patient"))
    assert _told(profile) == [("CYP2C19", ("CYP2C19 *2/*2",), False)]
    assert profile.foreign == 1
    [gap] = [g for g in profile.gaps if g.reason == "other_patient"]
    assert "pat-2" not in str(gap) and gap.origin == "DiagnosticReport/contained-another-patient"


def test_another_patients_report_is_dropped_whole() -> None:
    profile = _profile(report("contained", subject={"reference": "Patient/pat-2"}))
    assert (profile.genotypes, profile.foreign) == ((), 1)


def test_a_report_without_a_subject_is_nobodys() -> None:
    nobody = report("contained")
    del nobody["subject"]
    profile = _profile(nobody)
    assert profile.genotypes == () and [g.reason for g in profile.gaps] == ["unattributed"]


@pytest.mark.parametrize("member", ["focus", "specimen"])
def test_a_contained_result_of_a_donor_is_dropped(member: str) -> None:
    whole = report("contained")
    donor = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/pat-2"}}
    told = {"reference": "#s"} if member == "specimen" else [{"reference": "Patient/pat-2"}]
    whole["contained"] = [{**whole["contained"][0], member: told}, donor]
    profile = _profile({**whole, "result": [], "conclusion": ""})
    assert profile.genotypes == () and profile.foreign == 1


# --- contained results


def test_a_contained_result_has_the_reports_date_and_laboratory_and_a_name_of_its_own() -> None:
    results = [r for r in read_reports([report("contained")]).values if not r.prose]
    assert sorted(r.origin for r in results) == ["DiagnosticReport/contained#g", "DiagnosticReport/contained#m"]
    assert {(r.effective, r.laboratory, r.status) for r in results} == {("2024-03-01", "Lakeside Genetics", "final")}
    implied = next(r for r in results if r.phenotype)
    assert implied.derived_from == ("DiagnosticReport/contained#g",)
    assert implied.gene.label == "CYP2C19"


@pytest.mark.parametrize(
    ("status", "becomes"),
    [
        ("final", "final"),
        ("amended", "amended"),
        ("appended", "amended"),
        ("partial", "preliminary"),
        ("registered", "registered"),
        (None, "unknown"),
    ],
)
def test_fault_E02_a_report_that_is_not_final_keeps_its_results_from_being_so(status: str | None, becomes: str) -> None:
    assert {r.status for r in read_reports([report("contained", status=status)]).values} == {becomes}


def test_a_contained_copy_of_a_result_that_came_itself_counts_once() -> None:
    whole = report("contained", conclusion="")
    copy = {**whole["contained"][0], "id": "own", "subject": {"reference": "Patient/pat-1"}}
    profile = _profile({**whole, "contained": whole["contained"][:1], "result": [{"reference": "#g"}]}, observations=(copy,))
    assert [r.origin for r in profile.genotypes] == ["Observation/own"]


# --- editions


def test_fault_E03_an_amended_report_replaces_its_own_earlier_one() -> None:
    for order in (("first-edition", "amended-edition"), ("amended-edition", "first-edition")):
        assert _told(_profile(*map(report, order))) == [("CYP2D6", ("*1/*4",), True)]


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": [{"system": "http://example.org/accession", "value": "B-200"}]},
        {"status": "final"},
        {"issued": "2024-03-01T09:00:00Z"},
        {"code": {"coding": [{"system": "http://loinc.org", "code": "81247-9"}]}},
    ],
)
def test_fault_E03_another_report_replaces_nothing(changes: dict[str, Any]) -> None:
    told = _told(_profile(report("first-edition"), report("amended-edition", **changes)))
    assert len(told) == 2


def test_fault_E03_a_newer_version_replaces_the_older_one() -> None:
    old = report("conclusion", meta={"versionId": "1"})
    new = report("conclusion", meta={"versionId": "2"}, conclusion="CYP2D6 *1/*1.")
    assert _told(_profile(old, new)) == [("CYP2D6", ("*1/*1",), True)]


# --- what a report lists


def test_results_that_are_listed_and_did_not_come_are_told_once() -> None:
    profile = _profile(report("referenced", result=[{"reference": "Observation/a"}, {"reference": "Observation/b"}], conclusion=""))
    [gap] = profile.gaps
    assert (gap.subject, gap.reason, gap.origin) == ("genetic report", "unavailable", "DiagnosticReport/referenced")
    assert gap.because.startswith("2 of the results that it lists")


def test_results_that_came_are_not_missed() -> None:
    assert _profile(report("referenced", conclusion=""), observations=(observation("stu3-genotype"),)).gaps == ()


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary"])
def test_the_text_is_not_used_while_a_result_of_the_report_is_not_final(status: str) -> None:
    profile = _profile(report("referenced"), observations=(observation("stu3-genotype", status=status),))
    assert not any(r.prose for r in profile.genotypes)
    assert any("not final" in because for _, because in _reasons(profile))


# --- text and documents


def test_fault_E14_text_is_a_hint_and_says_where_it_stands() -> None:
    for result in read_reports([report("conclusion")]).values:
        assert (result.text_only, result.prose, result.element) == (True, True, "DiagnosticReport.conclusion")
        assert result.gene.codings == ()


@pytest.mark.parametrize("members", [{"presentedForm": [{"contentType": "application/pdf"}]}, {"media": [{"link": {}}]}])
def test_fault_E14_a_document_is_told_once_for_each_report(members: dict[str, Any]) -> None:
    read = read_reports([report("empty", **members), report("empty", id="another", **members)])
    assert read.values == ()
    assert [(g.reason, "not machine readable" in g.because) for g in read.gaps] == [("not_understood", True)] * 2


def test_fault_E14_a_document_reference_alone_is_told() -> None:
    document = {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "subject": {"reference": "Patient/pat-1"},
        "type": {"coding": [{"system": "http://loinc.org", "code": "51969-4"}]},
    }
    assert [g.origin for g in _profile(others=(document,)).gaps] == ["DocumentReference/d"]
    assert _profile(others=({**document, "subject": {"reference": "Patient/pat-2"}},)).gaps == ()
    assert _profile(others=({**document, "type": {"text": "letter"}},)).gaps == ()
    assert _profile(report("entered-in-error"), others=(document,)).genotypes == ()


@pytest.mark.parametrize("name", ["Somatic mutation panel", "Donor genotyping", "Tumor sequencing"])
def test_the_text_of_a_report_on_another_genome_is_not_read(name: str) -> None:
    whole = report("conclusion")
    whole["code"]["text"] = name
    read = read_reports([whole])
    assert read.values == () and [g.reason for g in read.gaps] == ["not_understood"]


def test_the_text_beside_a_contained_tumour_result_is_not_read() -> None:
    whole = report("contained", conclusion="CYP2D6 *4/*4.")
    source = {"code": {"coding": [{"system": "http://loinc.org", "code": "48002-0"}]}, "valueCodeableConcept": {"text": "somatic"}}
    whole["contained"][0]["component"].append(source)
    assert not any(r.prose for r in read_reports([whole]).values)


def test_a_modifier_extension_is_not_read_past() -> None:
    read = read_reports([report("contained", modifierExtension=[{"url": "http://example.org/x", "valueBoolean": True}])])
    assert read.values == () and [g.reason for g in read.gaps] == ["not_understood"]


def test_it_is_read_on_demand_and_by_code() -> None:
    wanted = INPUTS[1]
    assert wanted.on_demand and not wanted.required and wanted.resource_type == "DiagnosticReport"
    for code in ("81247-9", "51969-4", "51968-6", "55233-1"):
        assert f"http://loinc.org|{code}" in wanted.query
    assert "DiagnosticReport" not in {gap.subject for gap in _profile().gaps}
