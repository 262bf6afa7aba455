"""*1 means that nothing was found: said where it is not known what was looked for."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import Concept
from models.features.by_exclusion import NOTE
from models.features.gene_state import gene_state
from models.knowledge.types import Knowledge
from models.patient import GeneResult


def _notes(knowledge: Knowledge, gene: str, **said: Any) -> tuple[str, ...]:
    return gene_state(knowledge.genes[gene], [GeneResult(Concept(text=gene), "Observation/1", **said)], complete=True).notes


@pytest.mark.parametrize(
    ("gene", "diplotype"),
    [("CYP2C19", "*1/*2"), ("CYP2C19", "*1/*1"), ("TPMT", "*1/*3A or *3B/*3C"), ("DPYD", "Reference/c.1905+1G>A (*2A)")],
)
def test_fault_E10_a_reference_allele_is_by_exclusion(gene: str, diplotype: str, knowledge: Knowledge) -> None:
    assert _notes(knowledge, gene, diplotypes=(diplotype,)) == (NOTE,)


@pytest.mark.parametrize(("gene", "diplotype"), [("CYP2C19", "*2/*17"), ("VKORC1", "rs9923231 C/T"), ("CYP2C19", "*999/*1")])
def test_fault_E10_nothing_is_said_where_no_reference_allele_decides(gene: str, diplotype: str, knowledge: Knowledge) -> None:
    assert _notes(knowledge, gene, diplotypes=(diplotype,)) == ()


def test_fault_E10_nor_where_the_laboratory_said_how_it_tested(knowledge: Knowledge) -> None:
    assert _notes(knowledge, "CYP2C19", diplotypes=("*1/*2",), method="Genotyping of *2, *3 and *17") == ()


def test_fault_E10_nor_for_a_phenotype_alone(knowledge: Knowledge) -> None:
    assert _notes(knowledge, "CYP2C19", phenotype="Normal Metabolizer") == ()
