"""Variants named in words alone: a partner is no word that stands behind a gene, and what is denied was not found."""

from __future__ import annotations

import pytest

from models.codes import Concept
from models.features.alterations import told
from models.features.tumour_genes import variants_of_genes
from models.knowledge.biomarker_terms import read_atom
from models.knowledge.types import Knowledge
from models.variant import Variant


def verdict(knowledge: Knowledge, atom: str, *genes: str, text: str = "", change: str = "", copies: float | None = None) -> bool | None:
    reported = Variant(
        "Observation/1", "present", tuple(Concept(text=g) for g in genes), text=text, change=Concept(text=change), copy_number=copies
    )
    asked = read_atom(atom)
    found, _ = variants_of_genes([reported], knowledge.biomarkers.genes)
    return told(asked, found.get(asked.gene, ()), knowledge.biomarkers).verdict


@pytest.mark.parametrize(
    "text", ["EML4-ALK", "EML4::ALK", "ALK/EML4", "EML4 - ALK", "eml4-alk fusion", "HIP1-ALK", "C2orf44-ALK", "CLTC::ALK"]
)
def test_fault_E50_a_fusion_in_words(knowledge: Knowledge, text: str) -> None:
    assert verdict(knowledge, "ALK fusion", text=text) is True
    assert verdict(knowledge, "ALK fusion", "ALK", text=text) is True


@pytest.mark.parametrize("text", ["ALK-rearranged", "ALK rearrangement", "ALK translocation", "ALK fusion"])
def test_a_rearrangement_with_no_partner(knowledge: Knowledge, text: str) -> None:
    assert verdict(knowledge, "ALK fusion", "ALK", text=text) is True


@pytest.mark.parametrize(
    ("gene", "text"),
    [
        ("FLT3", "FLT3-ITD"),
        ("FLT3", "FLT3-TKD"),
        ("KMT2A", "KMT2A-PTD"),
        ("BRAF", "BRAF-V600E"),
        ("BRAF", "BRAF-mutant"),
        ("KRAS", "KRAS/G12C"),
        ("ALK", "ALK-positive"),
        ("ALK", "ALK-negative"),
        ("ALK", "no ALK fusion detected"),
        ("ALK", "ALK rearrangement not detected"),
        ("ROS1", "negative for CD74::ROS1"),
        ("MET", "MET-amplified"),
        ("EGFR", "EGFR-exon19"),
    ],
)
def test_words_that_are_no_partner_make_no_fusion(knowledge: Knowledge, gene: str, text: str) -> None:
    assert verdict(knowledge, f"{gene} fusion", gene, text=text) is None


def test_genes_lost_or_gained_together_are_no_fusion(knowledge: Knowledge) -> None:
    assert verdict(knowledge, "CDKN2A fusion", "CDKN2A", "MTAP", change="copy number loss", copies=0) is None
    assert verdict(knowledge, "ERBB2 fusion", "ERBB2", "GRB7", change="amplification") is None
    assert verdict(knowledge, "ERBB2 amplification", "ERBB2", "GRB7", change="amplification") is True


@pytest.mark.parametrize(
    ("atom", "gene", "text"),
    [
        ("ERBB2 amplification", "ERBB2", "not amplified"),
        ("ERBB2 amplification", "ERBB2", "no amplification"),
        ("EGFR exon 19 deletion", "EGFR", "no exon 19 deletion"),
        ("FLT3 ITD", "FLT3", "FLT3-ITD negative"),
        ("MET exon 14 skipping", "MET", "without exon 14 skipping"),
    ],
)
def test_what_words_deny_is_not_found(knowledge: Knowledge, atom: str, gene: str, text: str) -> None:
    assert verdict(knowledge, atom, gene, text=text) is None


def test_the_insertion_that_is_left_out_stays_out_whatever_the_words(knowledge: Knowledge) -> None:
    odd = Variant("Observation/1", "present", (Concept(text="EGFR"),), protein=("p.A763_Y764insFQEA",), text="exon 20 insertion")
    assert told(read_atom("EGFR exon 20 insertion"), [odd], knowledge.biomarkers).verdict is False


@pytest.mark.parametrize("names", [("p.?",), ("p.v600e",), ("p.(Val600Xyz)",)])
def test_a_protein_name_that_is_not_understood_denies_nothing(knowledge: Knowledge, names: tuple[str, ...]) -> None:
    odd = Variant("Observation/1", "present", (Concept(text="BRAF"),), protein=names)
    assert told(read_atom("BRAF p.V600E"), [odd], knowledge.biomarkers).verdict is None
