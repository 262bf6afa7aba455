"""Observations under a site's own codes alone: what becomes of them, and that the query asks for them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import tomli

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Input, Read
from fhir_mappings.local_codes import in_standard_terms, meant, readable
from fhir_mappings.reports import reports_input
from fhir_mappings.resource import canonical, matches
from fhir_mappings.tables import observations
from models.codes import HGNC, LOINC
from models.features.gene_names import by_gene
from models.features.gene_state import gene_state
from models.knowledge.code_files import Shared, read_codes
from models.knowledge.types import Knowledge
from models.patient import GeneResult
from tests.support.shipped import shipped
from tests.support.site_folder import CODES, OWN

PLAIN = shipped()
SHARED = Shared(canonical, observations().roles.keys(), meant, readable)
LOCAL = read_codes(tomli.loads(CODES), "codes.toml", PLAIN, SHARED).local
KNOWLEDGE: Knowledge = replace(PLAIN, local=LOCAL)
INPUT: Input = genotypes_input(KNOWLEDGE)


def local(code: str, **members: Any) -> dict[str, Any]:
    """A final Observation whose code is the site's own."""
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": OWN, "code": code, "display": "our own test"}]},
        **members,
    }


def coded(code: str, system: str = OWN, **members: Any) -> dict[str, Any]:
    return {"valueCodeableConcept": {"coding": [{"system": system, "code": code}], **members}}


def result(resource: dict[str, Any]) -> GeneResult:
    read: Read = INPUT.read([resource])
    assert read.gaps == ()
    [found] = read.values
    assert isinstance(found, GeneResult)
    return found


def test_the_query_and_the_kept_codes_name_every_local_code() -> None:
    codes = INPUT.query.partition("&code=")[2].partition("&")[0].split(",")
    for code in ("GENO-2C19", "PHENO-2C19", "SCORE-2D6", "B5701"):
        assert codes.count(f"{OWN}|{code}") == 1
        assert matches(local(code), INPUT.codes)
    assert set(genotypes_input(PLAIN).query.partition("&code=")[2].partition("&")[0].split(",")) < set(codes)


def test_without_the_sites_codes_such_an_observation_is_not_understood() -> None:
    read = genotypes_input(PLAIN).read([local("GENO-2C19", valueString="*2/*2")])
    assert (read.values, [gap.reason for gap in read.gaps]) == ((), ["not_understood"])


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (local("GENO-2C19", valueString="*2/*2"), {"diplotypes": ("*2/*2",)}),
        (local("GENO-2C19", valueString="Not the usual: two copies of star two"), {"diplotypes": ("CYP2C19 *2/*2",)}),
        (
            local("GENO-2C19", valueCodeableConcept={"text": "Not the usual: two copies of star two"}),
            {"diplotypes": ("CYP2C19 *2/*2",), "text_only": False},
        ),
        (local("PHENO-2C19", **coded("SLOW")), {"phenotype": "Poor Metabolizer", "text_only": False}),
        (local("PHENO-2C19", **coded("SLOW", text="S.")), {"phenotype": "Poor Metabolizer", "phenotype_text": "S."}),
        (local("PHENO-2C19", valueString="Rapid Metabolizer"), {"phenotype": "Rapid Metabolizer"}),
        (local("SCORE-2D6", valueQuantity={"value": 0.25}), {"activity_score": "0.25", "phenotype": ""}),
        (local("SCORE-2D6", valueString="≥3.0"), {"activity_score": "≥3.0"}),
        (local("B5701", **coded("FOUND")), {"present": True}),
        (local("B5701", **coded("LA6577-6", LOINC)), {"present": False}),
    ],
)
def test_an_observation_with_only_a_local_code_is_a_result(resource: dict[str, Any], expected: dict[str, Any]) -> None:
    before = deepcopy(resource)
    found = result(resource)
    assert {name: getattr(found, name) for name in expected} == expected
    assert resource == before, "what was sent is never changed"
    grouped, gaps = by_gene([found], KNOWLEDGE.genes)
    symbol = LOCAL.results[OWN, resource["code"]["coding"][0]["code"]].gene
    assert (list(grouped), gaps) == ([symbol], ())
    assert gene_state(KNOWLEDGE.genes[symbol], [found], complete=True).missing == ""


def test_the_local_allele_is_the_one_that_the_state_tells() -> None:
    state = gene_state(KNOWLEDGE.genes["HLA-B"], [result(local("B5701", **coded("FOUND")))], complete=True)
    assert state.alleles == {"*57:01": "positive"}


def test_a_local_value_under_a_standard_code_is_understood_too() -> None:
    resource = local("x", **coded("SLOW")) | {"code": {"coding": [{"system": LOINC, "code": "79714-2"}]}}
    assert result(resource).phenotype == "Poor Metabolizer"


def test_a_value_in_a_component_is_understood_too() -> None:
    part = {"code": {"coding": [{"system": LOINC, "code": "53040-2"}]}, **coded("SLOW")}
    assert result(local("GENO-2C19", valueString="*2/*2", component=[part])).phenotype == "Poor Metabolizer"


@pytest.mark.parametrize(
    "resource",
    [
        local("PHENO-2C19", valueString="anything else"),
        local("PHENO-2C19", **coded("SLOW", text="Normal Metabolizer")),
        local("PHENO-2C19", **coded("OTHER")),
        local("SCORE-2D6", valueString="low"),
        local("B5701", valueString="HLA-B*15:02 positive"),
        local("NOT-OURS", valueString="*2/*2"),
    ],
)
def test_what_no_row_tells_stays_a_gap(resource: dict[str, Any]) -> None:
    read = INPUT.read([resource])
    assert read.values == ()
    assert [gap.origin for gap in read.gaps] == ["Observation/o1"]


def test_a_local_code_and_a_standard_one_of_another_gene_contradict_each_other() -> None:
    resource = local("GENO-2C19", valueString="*2/*2")
    resource["code"]["coding"].append({"system": LOINC, "code": "79715-9"})
    read = INPUT.read([resource])
    grouped, gaps = by_gene([r for r in read.values if isinstance(r, GeneResult)], KNOWLEDGE.genes)
    assert not grouped
    assert read.gaps or gaps


def test_a_text_of_another_system_is_not_this_sites() -> None:
    resource = local("x", valueString="Not the usual: two copies of star two")
    resource["code"] = {"coding": [{"system": LOINC, "code": "79714-2"}]}
    assert in_standard_terms(resource, LOCAL) == resource


def test_a_report_that_contains_such_a_result_is_read() -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": LOINC, "code": "51969-4"}]},
        "contained": [local("GENO-2C19", valueString="*2/*2") | {"id": "inside"}],
        "result": [{"reference": "#inside"}],
    }
    [found] = reports_input(KNOWLEDGE).read([report]).values
    assert found.diplotypes == ("*2/*2",)
    assert found.gene.codes(HGNC) == ("HGNC:2621",)
