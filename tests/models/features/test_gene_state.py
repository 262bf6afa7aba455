"""One gene's results merged: haplotypes, refinements, withdrawn spellings, and what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import Concept
from models.features.gene_state import GeneState, gene_state
from models.knowledge.types import Knowledge
from models.patient import GeneResult


def state(knowledge: Knowledge, *results: dict[str, Any], gene: str = "CYP2C19", complete: bool = True) -> GeneState:
    made = [GeneResult(Concept(text=gene), f"Observation/{i}", **r) for i, r in enumerate(results)]
    return gene_state(knowledge.genes[gene], made, complete)


def test_two_haplotypes_make_a_diplotype_that_rests_on_both(knowledge: Knowledge) -> None:
    found = state(knowledge, {"haplotype": "*2"}, {"haplotype": "CYP2C19*17"})
    assert [(r.diplotype, r.phenotype) for r in found.readings] == [("*2/*17", "Intermediate Metabolizer")]
    assert found.provenance.sources == ("Observation/0", "Observation/1")


@pytest.mark.parametrize(
    ("haplotypes", "reason"), [(["*2"], "not_callable"), (["*2", "*3", "*17"], "not_callable"), (["*2", "*999"], "unknown_allele")]
)
def test_haplotypes_that_make_no_pair_are_a_gap(knowledge: Knowledge, haplotypes: list[str], reason: str) -> None:
    found = state(knowledge, *({"haplotype": h} for h in haplotypes))
    assert found.readings == ()
    assert [gap.reason for gap in found.gaps] == [reason]
    assert found.missing == reason


def test_a_genotype_outranks_haplotypes(knowledge: Knowledge) -> None:
    found = state(knowledge, {"diplotypes": ("*1/*1",)}, {"haplotype": "*2"}, {"haplotype": "*2"})
    assert [r.diplotype for r in found.readings] == ["*1/*1"]


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        ("*1/*2", "*2/*17", ["*2/*17"]),
        ("*1/*1", "*1/*17", ["*1/*1", "*1/*17"]),
        ("*1/*1", "*2/*2", ["*1/*1", "*2/*2"]),
        ("*1/*2", "*1/*3", ["*1/*2", "*1/*3"]),
        ("*2/*2", "*2/*17", ["*2/*17", "*2/*2"]),
    ],
)
def test_only_a_result_that_found_the_same_and_more_wins(knowledge: Knowledge, one: str, other: str, kept: list[str]) -> None:
    found = state(knowledge, {"diplotypes": (one,)}, {"diplotypes": (other,)})
    assert sorted(r.diplotype for r in found.readings) == kept
    assert found.certainty == ("conflict" if len(kept) > 1 else "certain")


def test_an_unknown_allele_in_one_spelling_outweighs_another_spelling(knowledge: Knowledge) -> None:
    found = state(knowledge, {"diplotypes": ("*1/*999", "*1/*1")})
    assert (found.missing, found.readings) == ("unknown_allele", ())


def test_spellings_of_one_result_that_differ_are_a_conflict(knowledge: Knowledge) -> None:
    assert state(knowledge, {"diplotypes": ("*1/*1", "*2/*2")}).missing == "conflict"


def test_a_reported_phenotype_drives_where_the_allele_is_not_defined(knowledge: Knowledge) -> None:
    found = state(knowledge, {"diplotypes": ("*1/*999",), "phenotype": "Intermediate Metabolizer"})
    assert [r.phenotype for r in found.readings] == ["Intermediate Metabolizer"]
    assert [gap.reason for gap in found.gaps] == ["unknown_allele"]


def test_a_term_of_another_gene_is_not_understood(knowledge: Knowledge) -> None:
    found = state(knowledge, {"phenotype": "Poor Function"})
    assert (found.missing, found.readings) == ("not_understood", ())


@pytest.mark.parametrize(("complete", "missing"), [(True, "not_tested"), (False, "unavailable")])
def test_nothing_is_not_tested_only_where_everything_was_seen(knowledge: Knowledge, complete: bool, missing: str) -> None:
    assert state(knowledge, complete=complete).missing == missing


@pytest.mark.parametrize(
    ("effective", "phenotypes"),
    [
        ("2018-05-01", {"Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer"}),
        ("2019", {"Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer"}),
        ("2020-01-01", {"Intermediate Metabolizer"}),
        ("", {"Intermediate Metabolizer"}),
    ],
)
def test_an_old_phenotype_leaves_its_neighbours_open(knowledge: Knowledge, effective: str, phenotypes: set[str]) -> None:
    found = state(knowledge, {"phenotype": "Intermediate Metabolizer", "effective": effective}, gene="CYP2D6")
    assert {r.phenotype for r in found.readings} == phenotypes
