"""Which gene a result is about: every code-system form, and contradictions that are never settled by guessing."""

from __future__ import annotations

import pytest

from models.codes import HGNC, LOINC, NCBI_GENE, Code, Concept
from models.features.gene_names import by_gene
from models.knowledge.types import Knowledge
from models.patient import GeneResult


def _found(concept: Concept, knowledge: Knowledge) -> tuple[list[str], list[str]]:
    grouped, gaps = by_gene([GeneResult(concept, "Observation/1", diplotypes=("*1/*1",))], knowledge.genes)
    return list(grouped), [gap.reason for gap in gaps]


@pytest.mark.parametrize(
    "concept",
    [
        Concept((Code(HGNC, "HGNC:2621"),)),
        Concept((Code(HGNC, "2621"),)),
        Concept((Code("http://example.org/hgnc", "HGNC:2621"),)),
        Concept((Code(NCBI_GENE, "1557"),)),
        Concept((Code("http://www.genenames.org", "CYP2C19"),)),
        Concept((Code(HGNC, "HGNC:2621", "CYP2C19"), Code(NCBI_GENE, "1557", "cytochrome P450 family 2 subfamily C member 19"))),
        Concept((Code(LOINC, "79714-2"),)),
        Concept(text="CYP2C19"),
        Concept(text="cyp2c19 gene"),
    ],
)
def test_every_form_names_the_gene(concept: Concept, knowledge: Knowledge) -> None:
    assert _found(concept, knowledge) == (["CYP2C19"], [])


def test_a_hyphenated_symbol_is_one_word(knowledge: Knowledge) -> None:
    assert _found(Concept(text="HLA-B"), knowledge) == (["HLA-B"], [])


@pytest.mark.parametrize(
    ("concept", "reason"),
    [
        (Concept((Code(HGNC, "HGNC:2621", "CYP2D6"),)), "conflict"),
        (Concept((Code(LOINC, "79716-7", "CYP2C19 gene product metabolic activity"),)), "conflict"),
        (Concept((Code(HGNC, "HGNC:2621"), Code(HGNC, "HGNC:2625"))), "not_understood"),
        (Concept((Code(HGNC, "HGNC:262", "CYP2C19"),)), "conflict"),
        (Concept((Code(HGNC, "HGNC:7989", "KIT"), Code(HGNC, "HGNC:2625", "CYP2C19"))), "conflict"),
        (Concept((Code(NCBI_GENE, "999999", "CYP2C19"),)), "conflict"),
        (Concept((Code(LOINC, "79716-7"),), "CYP2C19"), "conflict"),
        (Concept(text="CYP2C19 and CYP2D6"), "not_understood"),
        (Concept((Code(HGNC, "HGNC:1100", "BRCA1"),)), "not_understood"),
        (Concept((Code("http://example.org", "1557"),)), "not_understood"),
        (Concept(), "not_understood"),
    ],
)
def test_what_is_not_one_known_gene_is_a_gap(concept: Concept, reason: str, knowledge: Knowledge) -> None:
    assert _found(concept, knowledge) == ([], [reason])
