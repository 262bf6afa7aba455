"""Genes of which a patient may have one allele: mitochondrial in everybody, on the X chromosome in males."""

from __future__ import annotations

from typing import Any

import pytest

from models.codes import Concept
from models.features.diplotypes import Diplotype, Refusal, parse_diplotype
from models.features.gene_state import GeneState, gene_state
from models.knowledge.types import Knowledge
from models.patient import GeneResult

MEDITERRANEAN = "Mediterranean, Dallas, Panama, Sassari, Cagliari, Birmingham"
RAISED = "increased risk of aminoglycoside-induced hearing loss"


def state(knowledge: Knowledge, gene: str, sex: str, *results: dict[str, Any]) -> GeneState:
    made = [GeneResult(gene=Concept(text=gene), origin=f"Observation/{i + 1}", **r) for i, r in enumerate(results)]
    return gene_state(knowledge.genes[gene], made, True, sex)


def phenotypes(found: GeneState) -> list[str]:
    return [reading.phenotype for reading in found.readings]


@pytest.mark.parametrize("sex", ["male", "female", "", "other"])
@pytest.mark.parametrize("result", [{"diplotypes": ("m.1555A>G",)}, {"haplotype": "1555A>G"}, {"diplotypes": ("m.1555A>G/m.1555A>G",)}])
def test_a_mitochondrial_gene_has_one_allele_in_everybody(sex: str, result: dict[str, Any], knowledge: Knowledge) -> None:
    found = state(knowledge, "MT-RNR1", sex, result)
    assert phenotypes(found) == [RAISED]
    assert [r.diplotype for r in found.readings] == ["m.1555A>G"]
    assert found.certainty == "certain"
    assert found.gaps == ()


@pytest.mark.parametrize("text", ["m.1555A>G", "1555A>G", "A1555G", "MT-RNR1 m.1555A>G", "MT-RNR1:1555A>G", "m.1555A>G (homoplasmic)"])
def test_mitochondrial_spellings(text: str, knowledge: Knowledge) -> None:
    assert str(parse_diplotype(text, knowledge.genes["MT-RNR1"])) == "m.1555A>G"


@pytest.mark.parametrize("text", ["Reference/m.1555A>G", "m.1555A>G + m.827A>G", "m.1555A>G/m.1494C>T", "m.1555A>G/", "no variant", ""])
def test_what_is_not_one_mitochondrial_allele_is_refused(text: str, knowledge: Knowledge) -> None:
    read = parse_diplotype(text, knowledge.genes["MT-RNR1"])
    assert isinstance(read, Refusal)


def test_an_unknown_mitochondrial_change_is_an_unknown_allele_and_never_the_reference(knowledge: Knowledge) -> None:
    found = state(knowledge, "MT-RNR1", "male", {"diplotypes": ("m.1555A>T",)})
    assert found.readings == ()
    assert found.missing == "unknown_allele"


def test_two_mitochondrial_results_that_differ_are_a_conflict(knowledge: Knowledge) -> None:
    found = state(knowledge, "MT-RNR1", "", {"diplotypes": ("Reference",)}, {"diplotypes": ("m.1555A>G",)})
    assert found.certainty == "conflict"
    assert RAISED in phenotypes(found)


@pytest.mark.parametrize(
    "result", [{"diplotypes": ("Mediterranean",)}, {"haplotype": "Mediterranean"}, {"diplotypes": ("Mediterranean/Y",)}]
)
def test_one_allele_of_the_x_chromosome_is_all_that_a_male_has(result: dict[str, Any], knowledge: Knowledge) -> None:
    found = state(knowledge, "G6PD", "male", result)
    assert phenotypes(found) == ["Deficient"]
    assert [r.diplotype for r in found.readings] == [MEDITERRANEAN]
    assert found.gaps == ()


@pytest.mark.parametrize("sex", ["female", "", "unknown", "other"])
@pytest.mark.parametrize("result", [{"diplotypes": ("B",)}, {"haplotype": "B"}, {"diplotypes": ("B (hemizygous)",)}])
def test_one_allele_of_the_x_chromosome_says_nothing_of_others(sex: str, result: dict[str, Any], knowledge: Knowledge) -> None:
    """A normal allele beside one that was not reported must not look like a normal patient."""
    found = state(knowledge, "G6PD", sex, result)
    assert found.readings == ()
    assert found.missing in ("not_understood", "not_callable")


@pytest.mark.parametrize("sex", ["male", "female", "", "unknown"])
def test_a_pair_is_read_as_a_pair(sex: str, knowledge: Knowledge) -> None:
    assert phenotypes(state(knowledge, "G6PD", sex, {"diplotypes": ("B/B",)})) == ["Normal"]
    assert phenotypes(state(knowledge, "G6PD", sex, {"diplotypes": ("Mediterranean/Aachen",)})) == ["Deficient"]
    assert phenotypes(state(knowledge, "G6PD", sex, {"haplotype": "B"}, {"haplotype": "A-"})) == ["Variable"]


@pytest.mark.parametrize(("sex", "gaps"), [("male", ["conflict"]), ("female", []), ("", [])])
def test_two_different_alleles_in_a_male_are_used_and_told(sex: str, gaps: list[str], knowledge: Knowledge) -> None:
    found = state(knowledge, "G6PD", sex, {"diplotypes": ("B/A- 202A_376G",)})
    assert phenotypes(found) == ["Variable"]
    assert [gap.reason for gap in found.gaps] == gaps
    assert all("A-" not in gap.because for gap in found.gaps)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A-202A_376G/B", "A- 202A_376G/B (reference)"),
        ("G6PD A- 202A_376G/G6PD B (reference)", "A- 202A_376G/B (reference)"),
        ("Mediterranean/Cagliari", f"{MEDITERRANEAN}/{MEDITERRANEAN}"),
        ("mediterranean,dallas,panama,sassari,cagliari,birmingham/B", f"B (reference)/{MEDITERRANEAN}"),
        ("Chinese-2/Maewo", "/".join(["Union,Maewo, Chinese-2, Kalo"] * 2)),
        ("A/A", "A/A"),
        ("A−/A", "A/A-"),
        ("rs137852335/B", "Alhambra/B (reference)"),
    ],
)
def test_spellings_of_pairs(text: str, said: str, knowledge: Knowledge) -> None:
    assert str(parse_diplotype(text, knowledge.genes["G6PD"])) == said


@pytest.mark.parametrize("text", ["Alhambra/C", "Alhambra/G", "202A/B", "Atlantis/B", "A-/B/A", "B/", "/B"])
def test_no_name_is_made_of_the_last_letter_of_another(text: str, knowledge: Knowledge) -> None:
    """Only after a position is a base short for the other allele: "Alhambra/C" is not twice Alhambra."""
    assert isinstance(parse_diplotype(text, knowledge.genes["G6PD"]), Refusal)


@pytest.mark.parametrize("gene", ["CYP2C19", "RYR1", "CFTR", "VKORC1"])
def test_one_allele_of_any_other_gene_is_no_diplotype(gene: str, knowledge: Knowledge) -> None:
    one = knowledge.genes[gene]
    assert isinstance(parse_diplotype(one.reference, one), Refusal)
    assert isinstance(parse_diplotype(f"{one.reference}/{one.reference}", one), Diplotype)


@pytest.mark.parametrize("symbol", ["CFTR", "RYR1", "G6PD", "MT-RNR1", "UGT1A1", "NAT2", "CYP2B6"])
def test_every_allele_is_read_under_its_own_name_in_any_case(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    for name in gene.alleles:
        text = name if gene.single == "always" else f"{name}/{name}"
        for written in (text, text.upper(), f" {gene.symbol} {text} ", text.replace(" ", "")):
            read = parse_diplotype(written, gene)
            assert isinstance(read, Diplotype), (written, read)
            assert set(read.names) == {name}
