"""Any node of any example deleted, retyped or doubled: it may cost a result, never an exception."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_mappings.allergies import ALLERGIES
from fhir_mappings.conditions import CONDITIONS
from fhir_mappings.family_history import FAMILY
from fhir_mappings.genotypes import SingleGene, read_genotypes
from fhir_mappings.inputs import Found, Input, Record
from fhir_mappings.measurements import read_measurements
from fhir_mappings.patient import PATIENT
from fhir_mappings.procedures import PROCEDURES
from fhir_mappings.profile import read_profile
from fhir_mappings.references import needed
from fhir_mappings.reports import read_reports
from fhir_mappings.requests import REQUESTS
from fhir_mappings.tumours import read_markers
from models.errors import PatientMismatch, UnsupportedFhirVersion
from tests.support.fhir_examples import OBSERVATIONS, ORDERS, REPORTS, observation, orders, patient, report

SINGLE = SingleGene(frozenset({"79714-2", "79715-9"}), {"57979-7": "*15:02"})
GENOTYPES = Input("genotypes", "Observation?x", "Observation", lambda resources: read_genotypes(resources, SINGLE))
REPORTED = Input("reports", "DiagnosticReport?x", "DiagnosticReport", lambda resources: read_reports(resources, SINGLE))
ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"coding": "x"},
    {"coding": [None, 3]},
    "Patient/",
    "\ud7ff*/*",
    [["*1/*2"]],
)


def _paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from _paths(child, (*path, key))


def _at(node: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


def _broken(resource: dict[str, Any], path: tuple[str | int, ...], change: Any) -> dict[str, Any]:
    """The resource with one node deleted (`...`), doubled (`2`) or replaced by something odd."""
    result = copy.deepcopy(resource)
    parent: Any = result
    for key in path[:-1]:
        parent = parent[key]
    if change is ...:
        del parent[path[-1]]
    elif change == "double":
        parent[path[-1]] = [parent[path[-1]], copy.deepcopy(parent[path[-1]])]
    else:
        parent[path[-1]] = change
    return result


def _read(seen: list[Any], drafts: Any, person: Any, reports: tuple[Any, ...] = ()) -> None:
    record = Record({"patient": Found((person,)), "genotypes": Found(tuple(seen)), "reports": Found(reports)})
    try:
        profile = read_profile(
            record,
            (PATIENT, GENOTYPES, REPORTED),
            patient="pat-1",
            server="https://e.example/fhir",
            drafts=drafts,
            selected=None,
            as_of=date(2026, 1, 1),
        )
    except (PatientMismatch, UnsupportedFhirVersion):
        return
    assert all(g.because for g in profile.gaps)
    for genotype in profile.genotypes:
        groups = (
            bool(genotype.diplotypes or genotype.phenotype),
            bool(genotype.haplotype),
            genotype.present is not None,
            not genotype.callable,
        )
        assert sum(groups) == 1 or (sum(groups) == 0 and genotype.activity_score), "a result fills one group, or has a score alone"


CHANGES = (..., "double", *ODD)


def test_every_node_of_every_observation_and_every_change() -> None:
    """A node that stood at the same place in an earlier example is not broken again."""
    done: set[tuple[tuple[str | int, ...], str]] = set()
    for name in OBSERVATIONS:
        resource = observation(name)
        for path in _paths(resource):
            if (key := (path, repr(_at(resource, path)))) in done:
                continue
            done.add(key)
            for change in CHANGES:
                _read([_broken(resource, path, change)], {}, patient())


@pytest.mark.parametrize("name", REPORTS)
def test_every_node_of_every_report_and_every_change(name: str) -> None:
    whole = report(name)
    for path in _paths(whole):
        for change in CHANGES:
            _read([], {}, patient(), (_broken(whole, path, change),))


def test_every_node_of_every_draft_and_every_change() -> None:
    for name in ORDERS:
        bundle = orders(name)
        for path in _paths(bundle):
            for change in CHANGES:
                broken = _broken(bundle, path, change)
                _read([], broken, patient())
                needed(broken, (), "https://e.example/fhir")


def test_every_node_of_the_patient_and_every_change() -> None:
    for path in _paths(patient()):
        for change in CHANGES:
            _read([observation("stu3-genotype")], {}, _broken(patient(), path, change))


CHART: tuple[tuple[Input, dict[str, Any]], ...] = (
    (
        CONDITIONS,
        {
            "resourceType": "Condition",
            "onsetPeriod": {"start": "2020"},
            "abatementDateTime": "2021",
            "category": [{"coding": [{"code": "problem-list-item"}]}],
            "bodySite": [{"coding": [{"system": "s", "code": "1"}]}],
            "extension": [
                {"url": "mcode-histology-morphology-behavior", "valueCodeableConcept": {"coding": [{"system": "s", "code": "1"}]}}
            ],
            "stage": [{"summary": {"text": "3C"}}],
        },
    ),
    (ALLERGIES, {"resourceType": "AllergyIntolerance", "reaction": [{"substance": {"coding": [{"system": "s", "code": "1"}]}}]}),
    (REQUESTS, {"resourceType": "ServiceRequest", "status": "active", "category": [{"coding": [{"code": "1"}]}], "authoredOn": "2026"}),
    (
        Input("measurements", "Observation?x", "Observation", read_measurements),
        {
            "resourceType": "Observation",
            "status": "final",
            "valueQuantity": {"value": 1, "system": "s", "code": "kg", "comparator": "<"},
            "referenceRange": [{"low": {"value": 1, "unit": "kg"}, "high": {"value": 2}}],
            "interpretation": [{"coding": [{"code": "H"}]}],
            "component": [{"code": {"coding": [{"system": "s", "code": "1"}]}, "valueInteger": 1}],
        },
    ),
    (
        Input("markers", "Observation?x", "Observation", read_markers),
        {
            "resourceType": "Observation",
            "status": "final",
            "valueCodeableConcept": {"coding": [{"system": "s", "code": "1"}], "text": "positive"},
            "interpretation": [{"coding": [{"code": "POS"}]}],
            "note": [{"text": "x"}],
        },
    ),
    (PROCEDURES, {"resourceType": "Procedure", "status": "completed", "performedPeriod": {"start": "2020"}}),
    (
        FAMILY,
        {
            "resourceType": "FamilyMemberHistory",
            "status": "partial",
            "patient": {"reference": "Patient/pat-1"},
            "relationship": {"coding": [{"system": "s", "code": "MTH"}]},
            "sex": {"coding": [{"code": "female"}]},
            "deceasedBoolean": True,
            "condition": [{"code": {"text": "x"}, "onsetRange": {"low": {"value": 1, "code": "a"}, "high": {"value": 2, "code": "a"}}}],
        },
    ),
)
STATED = {
    "id": "r1",
    "subject": {"reference": "Patient/pat-1"},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "230690007"}], "text": "x"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
}
DOSED = {
    "contained": [{"resourceType": "Patient", "id": "p", "birthDate": "1960", "identifier": [{"system": "s", "value": "v"}]}],
    "reasonCode": [{"coding": [{"system": "s", "code": "1"}]}],
    "reasonReference": [{"reference": "Condition/r1"}],
    "dosageInstruction": [
        {
            "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]}, "code": {"coding": [{"code": "QD"}]}},
            "doseAndRate": [{"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 1, "code": "mg"}}],
        }
    ],
}


def _chart(field: Input, resource: Any, drafts: Any) -> None:
    record = Record({"patient": Found((patient(),)), field.field: Found((resource,) if isinstance(resource, dict) else ())})
    with suppress(PatientMismatch, UnsupportedFhirVersion):
        profile = read_profile(record, (PATIENT, field), patient="pat-1", server="", drafts=drafts, selected=None, as_of=date(2026, 1, 1))
        assert all(g.because for g in profile.gaps)
        assert all(d.unit and d.low <= d.high for o in profile.orders for d in o.dosages)


def test_every_node_of_the_chart_and_of_a_dosed_draft_and_every_change() -> None:
    draft = orders("codeable-concept")
    draft["entry"][0]["resource"] |= DOSED
    for field, own in CHART:
        resource = STATED | own
        for path in _paths(resource):
            for change in CHANGES:
                _chart(field, _broken(resource, path, change), draft)
    for path in _paths(draft):
        for change in CHANGES:
            _chart(CONDITIONS, STATED | CHART[0][1], _broken(draft, path, change))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_several_changes_at_once(data: st.DataObject) -> None:
    resource = observation(data.draw(st.sampled_from(OBSERVATIONS)))
    for _ in range(data.draw(st.integers(1, 4))):
        if paths := list(_paths(resource)):
            resource = _broken(resource, data.draw(st.sampled_from(paths)), data.draw(st.sampled_from(CHANGES)))
    _read([resource, observation("stu3-genotype")], orders("codeable-concept"), patient())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_as_a_value(written: str) -> None:
    for name in ("stu3-genotype", "stu3-haplotype", "stu1-metabolism", "single-gene-phenotype", "hla-present"):
        _read([observation(name, valueCodeableConcept={"text": written, "coding": [{"code": written, "display": written}]})], {}, patient())
