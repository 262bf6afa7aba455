"""What an unphased call leaves open is told; the call itself stays."""

from __future__ import annotations

import csv

import pytest

from models.codes import Concept
from models.features.diplotypes import Diplotype, parse_diplotype
from models.features.gene_state import GeneState, gene_state
from models.features.phenotypes import readings
from models.knowledge.types import Knowledge
from models.patient import GeneResult
from tests.support.cpic_rows import reference


def state(knowledge: Knowledge, symbol: str, pair: str) -> GeneState:
    return gene_state(knowledge.genes[symbol], [GeneResult(Concept(text=symbol), "Observation/1", diplotypes=(pair,))], True)


def test_fault_E11_the_call_stays_and_the_other_genotype_is_told(knowledge: Knowledge) -> None:
    found = state(knowledge, "TPMT", "*1/*3A")
    assert [r.phenotype for r in found.readings] == ["Intermediate Metabolizer"]
    assert [(g.reason, g.origin) for g in found.gaps] == [("not_callable", "Observation/1")]
    assert "*3B/*3C is not ruled out" in found.gaps[0].because


@pytest.mark.parametrize("pair", ["*1/*2", "*3A/*3A", "*1/*1"])
def test_a_call_that_leaves_nothing_open_says_nothing(pair: str, knowledge: Knowledge) -> None:
    assert state(knowledge, "TPMT", pair).gaps == ()


def test_each_pair_means_another_phenotype(knowledge: Knowledge) -> None:
    for gene in knowledge.genes.values():
        for called, other in gene.unphased.items():
            one, two = (parse_diplotype(text, gene) for text in (called, other))
            assert isinstance(one, Diplotype), called
            assert isinstance(two, Diplotype), other
            assert "/".join(one.names) == called, "written in another order it would never be met"
            assert {r.phenotype for r in readings(gene, one)} != {r.phenotype for r in readings(gene, two)}


def test_every_listed_ambiguity_that_changes_the_phenotype_is_known(knowledge: Knowledge) -> None:
    path = reference() / "data" / "pgx" / "unphased_ambiguities.tsv"
    missing = []
    for row in csv.DictReader(path.read_text("utf-8").splitlines(), delimiter="\t"):
        gene = knowledge.genes.get(row["gene"])
        called = parse_diplotype(row["called"], gene) if gene else None
        if row["phenotype_changes"] == "yes" and isinstance(called, Diplotype) and "/".join(called.names) not in gene.unphased:  # type: ignore[union-attr]
            missing.append((row["gene"], row["called"]))
    assert missing == [("CYP2C19", "*1/*34")], "the other genotype has an allele that is not defined here"
