"""What variants tell of an atom: found, absent, or not known."""

from __future__ import annotations

import pytest

from models.codes import Concept
from models.features.alterations import told
from models.features.tumour_genes import variants_of_genes
from models.knowledge.biomarker_terms import read_atom
from models.knowledge.types import Knowledge
from models.variant import Variant
from tests.support.tumour_cases import variant


def verdict(knowledge: Knowledge, atom: str, *lines: str) -> bool | None:
    asked = read_atom(atom)
    found, _ = variants_of_genes([variant(line, n) for n, line in enumerate(lines)], knowledge.biomarkers.genes)
    return told(asked, found.get(asked.gene, ()), knowledge.biomarkers).verdict


@pytest.mark.parametrize(
    ("atom", "line", "expected"),
    [
        ("BRAF p.V600E", "BRAF p.Val600Glu", True),
        ("BRAF p.V600E", "BRAF p.V600K", False),
        ("BRAF p.V600E", "BRAF c.1799T>A", True),
        ("BRAF p.V600E", "BRAF NM_004333.4:c.1799T>A", True),
        ("BRAF p.V600E", "BRAF NM_001374258.1:c.1919T>A", None),
        ("BRAF p.V600E", "BRAF p.V600E VUS", False),
        ("BRAF p.V600E", "BRAF p.V600E benign", False),
        ("BRAF p.V600E", "BRAF absent", False),
        ("BRAF p.V600E", "BRAF p.V600K absent", None),
        ("BRAF p.V600E", "KRAS p.G12C", None),
        ("KRAS codon 12", "KRAS p.G12A", True),
        ("KRAS codon 12", "KRAS p.G12=", False),
        ("KRAS codon 12", "KRAS p.G13D", False),
        ("KRAS mutation", "KRAS p.G12C pathogenic", True),
        ("KRAS mutation", "KRAS p.G12C", None),
        ("KRAS mutation", "KRAS p.T58I VUS", False),
        ("EGFR exon 19 deletion", "EGFR p.E746_A750del", True),
        ("EGFR exon 19 deletion", "EGFR p.L747_P753delinsS", True),
        ("EGFR exon 19 deletion", "EGFR c.2235_2249del", True),
        ("EGFR exon 19 deletion", "EGFR p.K745_E746insIPVAIK", False),
        ("EGFR exon 19 deletion", "EGFR p.L858R", False),
        ("EGFR exon 20 insertion", "EGFR p.S768_D770dup", True),
        ("EGFR exon 20 insertion", "EGFR p.V769_D770insASV", True),
        ("EGFR exon 20 insertion", "EGFR p.A763_Y764insFQEA", False),
        ("MET exon 14 skipping", "MET c.3028+1G>A", True),
        ("MET exon 14 skipping", "MET c.2888-5_2944del", True),
        ("MET exon 14 skipping", "MET p.D1010N", True),
        ("MET exon 14 skipping", "MET p.T1010I", False),
        ("FLT3 ITD", "FLT3 p.E598_Y599insDFREYEYDL", True),
        ("FLT3 ITD", "FLT3 ITD", True),
        ("FLT3 ITD", "FLT3 p.D835Y", False),
        ("FLT3 TKD", "FLT3 p.D835Y", True),
        ("ERBB2 TKD", "ERBB2 p.L755S pathogenic", True),
        ("ERBB2 TKD", "ERBB2 p.L755S", False),
        ("PTEN truncating", "PTEN p.R130*", True),
        ("PTEN truncating", "PTEN c.801+1G>T", True),
        ("PTEN truncating", "PTEN p.R130Q", False),
        ("ALK fusion", "EML4::ALK", True),
        ("ALK fusion", "ALK::EML4", True),
        ("ALK fusion", "ALK p.F1174L", None),
        ("BCR::ABL1 fusion", "ABL1::BCR", True),
        ("BCR::ABL1 fusion", "ETV6::ABL1", None),
        ("ERBB2 amplification", "ERBB2 amplified", True),
        ("ERBB2 amplification", "ERBB2 p.L755S", None),
        ("PTEN loss", "PTEN loss", True),
        ("BRCA1 mutation germline", "BRCA1 p.C61G pathogenic germline", True),
        ("BRCA1 mutation germline", "BRCA1 p.C61G pathogenic somatic", None),
        ("BRCA1 mutation germline", "BRCA1 p.C61G pathogenic", None),
        ("BRCA1 mutation", "BRCA1 p.C61G pathogenic somatic", True),
        ("PIK3CA mutation somatic", "PIK3CA p.H1047R pathogenic germline", False),
    ],
)
def test_one_variant(knowledge: Knowledge, atom: str, line: str, expected: bool | None) -> None:
    assert verdict(knowledge, atom, line) is expected


def test_nothing_of_the_gene_is_not_absent(knowledge: Knowledge) -> None:
    assert verdict(knowledge, "EGFR p.L858R") is None


def test_an_uncertain_variant_beside_the_right_one_does_not_hide_it(knowledge: Knowledge) -> None:
    assert verdict(knowledge, "EGFR p.L858R", "EGFR p.R521K benign", "EGFR p.L858R") is True


def test_preliminary_results_and_a_donors_do_not_count(knowledge: Knowledge) -> None:
    atom, genes = read_atom("EGFR p.L858R"), (Concept(text="EGFR"),)
    for odd in (
        Variant("Observation/1", "present", genes, protein=("p.L858R",), status="preliminary"),
        Variant("Observation/1", "present", genes, protein=("p.L858R",), source_class="donor"),
    ):
        assert told(atom, [odd], knowledge.biomarkers).verdict is None


def test_a_protein_name_that_its_place_contradicts_is_not_used(knowledge: Knowledge) -> None:
    odd = Variant("Observation/1", "present", (Concept(text="KRAS"),), protein=("p.G12C",), coding=("c.35G>A",))
    assert told(read_atom("KRAS p.G12C"), [odd], knowledge.biomarkers).verdict is None
