"""The traps of real genomic data that no other file tests, and the index of all of them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tomli

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.requests import read_requests
from tests.support.shipped import shipped

ROOT = Path(__file__).parents[2]
INDEX = tomli.loads((ROOT / "tests" / "fhir" / "catalogue.toml").read_text("utf-8"))
RESULTS = tomli.loads((ROOT / "tests" / "fhir" / "results.toml").read_text("utf-8"))
GENOTYPES = genotypes_input(shipped())
LOINC, TBD = "http://loinc.org", "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"


def coded(code: str, system: str = LOINC) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def test_all_twenty_traps_are_listed() -> None:
    assert set(INDEX["traps"]) == {str(number) for number in range(1, 21)}


@pytest.mark.parametrize("name", [*(f"traps {n}" for n in INDEX["traps"]), *(f"rows {n}" for n in INDEX["rows"])])
def test_every_row_has_tests_that_exist(name: str) -> None:
    part, _, row = name.partition(" ")
    assert INDEX[part][row]
    for stated in INDEX[part][row]:
        path, _, function = stated.partition("::")
        if path.endswith(".py"):
            assert not function or function in _functions(path), stated
            assert (ROOT / path).is_file(), stated
        else:
            folder, _, fixture = stated.partition(".")
            assert fixture in RESULTS[folder], stated
            assert (ROOT / "tests" / "fhir" / folder / f"{fixture}.json").is_file(), stated


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_trap_12_two_drugs_of_one_implication_make_no_advice_and_no_second_result() -> None:
    """Whether both together are meant, or one of them, is not said: the status of the gene is all that is taken."""

    def implication(*medicines: str) -> dict[str, Any]:
        components = [
            {"code": coded("48018-6"), "valueCodeableConcept": coded("HGNC:2621", "http://www.genenames.org")},
            {"code": coded("53040-2"), "valueCodeableConcept": coded("LA9657-3")},
            *({"code": coded("51963-7"), "valueCodeableConcept": {"text": words}} for words in medicines),
        ]
        code = coded("therapeutic-implication", TBD)
        return {"resourceType": "Observation", "id": "i", "status": "final", "code": code, "component": components}

    alone, both = (GENOTYPES.read([implication(*words)]).values for words in ((), ("dabrafenib", "trametinib")))
    assert alone == both
    assert [result.phenotype for result in both] == ["Poor Metabolizer"]


def test_trap_16_an_order_is_not_a_result() -> None:
    """A request for a DPYD test, whatever its codes, is a test to come."""
    order = {"resourceType": "ServiceRequest", "id": "s", "status": "active", "code": coded("79719-1")}
    read = GENOTYPES.read([order])
    assert read.values == ()
    assert [gap.reason for gap in read.gaps] == ["not_understood"]
    assert [request.code.codes(LOINC) for request in read_requests([order]).values] == [("79719-1",)]
