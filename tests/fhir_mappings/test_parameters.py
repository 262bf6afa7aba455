"""Answers of genomics operations: their resources are taken, their plain parts are no results."""

from __future__ import annotations

from cds_service.bundles import found_of, page_of
from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.parameters import as_bundle
from fhir_mappings.resource import entries, origin
from tests.support.fhir_examples import observation, parameters
from tests.support.result_facts import facts
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
GENOTYPES = genotypes_input(KNOWLEDGE)


def test_haplotypes_of_two_genes() -> None:
    found = found_of([page_of(parameters("find-subject-haplotypes"), GENOTYPES)], GENOTYPES)
    read = GENOTYPES.read(found.resources)
    assert facts(read.values, read.gaps, KNOWLEDGE) == ({"CYP2C19": "*1/*2 Intermediate Metabolizer"}, ())
    assert [r.origin for r in read.values] == ["Observation/op-cyp2c19"]


def test_an_operation_tells_only_what_it_was_asked_for() -> None:
    found = found_of([page_of(parameters("find-subject-haplotypes"), GENOTYPES)], GENOTYPES)
    assert not found.complete and not found.failed and "operation" in found.because


def test_an_implication_finds_its_genotype_beside_it() -> None:
    found = found_of([page_of(parameters("find-subject-tx-implications"), GENOTYPES)], GENOTYPES)
    read = GENOTYPES.read(found.resources)
    assert facts(read.values, read.gaps, KNOWLEDGE) == ({"CYP2C19": "*2/*2 Poor Metabolizer"}, ())
    assert sorted(r.phenotype for r in read.values) == ["", "Poor Metabolizer"]


def test_bundles_and_parameters_inside_are_opened_and_depth_has_an_end() -> None:
    inner = {"resourceType": "Bundle", "entry": [{"resource": observation("stu3-genotype")}]}
    outer = {"resourceType": "Parameters", "parameter": [{"name": "a", "part": [{"name": "b", "resource": inner}]}]}
    assert [origin(r) for _, r in entries(as_bundle(outer))] == ["Observation/stu3-genotype"]
    deep: dict[str, object] = {"name": "x", "resource": observation("stu3-genotype")}
    for _ in range(200):
        deep = {"name": "x", "part": [deep]}
    assert list(entries(as_bundle({"resourceType": "Parameters", "parameter": [deep]}))) == []


def test_odd_parameters_are_empty() -> None:
    several: tuple[object, ...] = (None, {}, [], "x", [None], [{"resource": 3}], [{"part": "x"}], {"resource": {}})
    for odd in several:
        assert list(entries(as_bundle({"resourceType": "Parameters", "parameter": odd}))) == []
