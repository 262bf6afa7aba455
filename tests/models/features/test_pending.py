"""Tests on order: which gene or allele a request is for, and how long it is waited for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.codes import LOINC, SNOMED, Code, Concept
from models.features.pending import on_order
from models.knowledge.local_types import LocalCodes, LocalResult
from models.knowledge.types import Knowledge
from models.patient import PatientProfile, Request
from tests.support.cases import AS_OF


def ordered(knowledge: Knowledge, gene: str, code: str, system: str = LOINC, authored: str = "", *, draft: bool = False) -> set[str]:
    request = Request(Concept((Code(system, code, "DPYD genotype"),), "DPYD genotype"), draft=draft, authored=authored)
    return set(on_order(knowledge.genes[gene], PatientProfile(AS_OF, requests=(request,)), knowledge))


@pytest.mark.parametrize(
    ("gene", "code", "parts"),
    [
        ("DPYD", "79719-1", {""}),
        ("DPYD", "79713-4", set()),
        ("HLA-B", "50956-2", {"*57:01"}),
        ("TPMT", "21563-2", {""}),
        ("G6PD", "32546-4", {""}),
        ("G6PD", "21563-2", set()),
    ],
)
def test_a_request_is_for_what_its_code_tests(gene: str, code: str, parts: set[str], knowledge: Knowledge) -> None:
    assert ordered(knowledge, gene, code) == parts
    assert ordered(knowledge, gene, code, draft=True) == parts
    assert ordered(knowledge, gene, code, SNOMED) == set()


@pytest.mark.parametrize(
    ("authored", "waited"), [("2026-11-01", True), ("2026-08-27", True), ("2026-08-26", False), ("2026", True), ("", True)]
)
def test_an_old_order_is_not_waited_for(authored: str, waited: bool, knowledge: Knowledge) -> None:
    assert bool(ordered(knowledge, "DPYD", "79719-1", authored=authored)) is waited


def test_a_sites_own_code_of_a_test_is_waited_for(knowledge: Knowledge) -> None:
    results = {
        ("urn:oid:1.2.3", "PGX"): LocalResult("CYP2C19", "HGNC:2621", "diplotype"),
        ("urn:oid:1.2.3", "B57"): LocalResult("HLA-B", "HGNC:4932", "allele", "50956-2"),
    }
    here = replace(knowledge, local=LocalCodes(results))

    def ordered(gene: str, code: str, known: Knowledge) -> set[str]:
        request = Request(Concept((Code("urn:oid:1.2.3", code),)))
        return set(on_order(known.genes[gene], PatientProfile(AS_OF, requests=(request,)), known))

    assert ordered("CYP2C19", "PGX", here) == {""}
    assert ordered("HLA-B", "B57", here) == {"*57:01"}
    assert ordered("CYP2D6", "PGX", here) == ordered("CYP2C19", "PGX", knowledge) == set()
