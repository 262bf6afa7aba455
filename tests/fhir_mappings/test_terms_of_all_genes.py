"""The phenotypes and alleles of every gene file, as a laboratory would send them: none gets lost on the way in."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from fhir_mappings.genotypes import read_genotypes
from models.features.diplotypes import Diplotype, parse_diplotype
from models.patient import GeneResult
from tests.support.shipped import shipped

GENES = shipped().genes
#: said of too much else, or no status in words: a result that gives only these becomes a Gap
NOT_READ = {"Normal", "Variable", "Indeterminate"}
BY_BASES = ("VKORC1", "CYP4F2")
TERMS = [(g.symbol, p) for g in GENES.values() if g.symbol not in BY_BASES for p in g.phenotypes if p not in NOT_READ]
#: the source's own name for "none of the listed variants" speaks of "non-responsive", which may turn a text round
TURNING = {"ivacaftor non-responsive CFTR sequence", "No name"}


def sent(gene: str, loinc: str, value: dict[str, Any]) -> tuple[GeneResult, ...]:
    studied = {"code": {"coding": [{"system": "http://loinc.org", "code": "48018-6"}]}, "valueCodeableConcept": {"text": gene}}
    code = {"coding": [{"system": "http://loinc.org", "code": loinc}]}
    observation = {"resourceType": "Observation", "id": "1", "status": "final", "code": code, "component": [studied]} | value
    return tuple(read_genotypes([observation]).values)


@pytest.mark.parametrize(("gene", "term"), TERMS)
def test_every_phenotype_is_read_with_and_without_the_gene(gene: str, term: str) -> None:
    for written in (term, term.lower(), f"{gene} {term}"):
        (result,) = sent(gene, "53040-2", {"valueString": written})
        assert result.phenotype == term


@pytest.mark.parametrize("written", ["not deficient", "G6PD not deficient", "no malignant hyperthermia susceptibility", "deficient?"])
def test_a_word_that_turns_it_round_is_never_read_past(written: str) -> None:
    assert all(not result.phenotype for result in sent("G6PD", "53040-2", {"valueString": written}))


@pytest.mark.parametrize("gene", ["CFTR", "G6PD", "MT-RNR1", "RYR1", "UGT1A1", "CACNA1S", "ABCG2", "IFNL3", "NAT2"])
def test_every_name_of_an_allele_comes_through(gene: str) -> None:
    known = GENES[gene]
    for name in (a for a in known.alleles if a not in TURNING):
        text = name if known.single == "always" else f"{name}/{name}"
        (result,) = sent(gene, "84413-4", {"valueCodeableConcept": {"text": text}})
        read = [parse_diplotype(d, known) for d in result.diplotypes]
        names = set(chain.from_iterable(d.names for d in read if isinstance(d, Diplotype)))
        assert names == {name}, (name, result)


@pytest.mark.parametrize(("gene", "name"), [("MT-RNR1", "m.1555A>G"), ("G6PD", "A- 202A_376G"), ("G6PD", "Mediterranean")])
def test_one_allele_comes_through_as_genotype_and_as_haplotype(gene: str, name: str) -> None:
    (genotype,) = sent(gene, "84413-4", {"valueString": name})
    (haplotype,) = sent(gene, "84414-2", {"valueString": name})
    assert genotype.diplotypes == (name,)
    assert haplotype.haplotype == name
