"""Diplotypes as laboratories write them: spellings that mean the same, and texts that must be refused."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.features.diplotypes import Diplotype, Refusal, parse_diplotype
from models.knowledge.types import Knowledge

HAPB3 = "c.1129-5923C>G, c.1236G>A (HapB3)"
REF_C, VAR_T = "rs9923231 reference (C)", "rs9923231 variant (T)"

SAME = {
    ("CYP2C19", "*2/*2"): [
        "CYP2C19*2/*2",
        "CYP2C19 *2/*2",
        "CYP2C19 *2 / *2",
        "CYP2C19*2/CYP2C19*2",
        "cyp2c19*2/*2",
        "CYP2C19: *2/*2",
        "∗2/∗2",
        "＊2／＊2",
        "*2⁄*2",
        "*2∕*2",
        "(*2)/(*2)",
        "CYP2C19 (*2)/(*2)",
        " *2/*2\u00a0",
        "*2.001/*2.002",
    ],
    ("CYP2C19", "*1/*17"): ["*17/*1", "CYP2C19*17/*1", "*1.001/*17"],
    ("CYP2C19", "*1/*2"): [
        "*1B/*2A",
        "*1/*2D",
        "*2 heterozygous",
        "heterozygous for *2",
        "CYP2C19 *2 (heterozygous)",
        "*1/*2, heterozygous",
    ],
    ("CYP2C19", "*3/*3"): ["*3 homozygous", "*3A/*3B", "homozygous *3/*3"],
    ("CYP2C19", "*1/*2 or *1/*4"): ["*1/*4 or *1/*2", "*1/*2, *1/*4", "*1/*2; *4/*1", "*1/*2 OR *1/*4", "*1/*2A or *1/*4 or *1/*2"],
    ("UGT1A1", "*1/*28"): ["(TA)6/(TA)7", "TA7/TA6", "rs8175347 (TA)7/(TA)6"],
    ("DPYD", "c.1905+1G>A (*2A)/c.1905+1G>A (*2A)"): ["rs3918290 T/T", "rs3918290 A|A"],
    ("DPYD", "Reference/c.2846A>T"): ["rs67376798 T/A", "rs67376798 A/T"],
    ("CYP3A5", "*3/*3"): ["rs776746 C/C"],
    ("SLCO1B1", "*1/rs4149056 C"): ["c.521T>C heterozygous", "521C/*1"],
    ("CYP2C19", "*1/*4"): ["*1/*4A", "*4B/*1", "*1/*4.002"],
    ("CYP2C19", "*2/*10"): ["*10/*2"],
    ("CYP2D6", "*1/*2x2"): ["*1/*2X2", "*1/*2×2", "*2x2/*1", "CYP2D6*1/*2x2"],
    ("CYP2D6", "*1/*2x≥2"): ["*1/*2xN", "*1/*2xn", "*2xN/*1"],
    ("CYP2D6", "*1/*1x≥3"): ["*1x≥3/*1", "*1/*1x>=3"],
    ("CYP2D6", "(*1/*4)x≥2"): ["(*1/*4)xN", "(*4/*1) xN", "CYP2D6 (*1/*4)xN", "(*1/*4)Xn", "*1/*4 xN"],
    ("CYP2D6", "(*1/*4)x2"): ["(*4/*1)x2", "*1/*4 x2", "*1 / *4 X 2"],
    ("CYP2D6", "*4/*68+*4"): ["*68+*4/*4", "*68 + *4/*4.013", "CYP2D6*4/CYP2D6*68+CYP2D6*4"],
    ("CYP2D6", "*1/*36x2+*10"): ["*36x2+*10/*1", "*1/*36X2+*10"],
    ("CYP2D6", "*1/*2"): ["*2A/*1", "*1x1/*2"],
    ("DPYD", "Reference/Reference"): ["*1/*1", "reference/REFERENCE", "DPYD *1/*1"],
    ("DPYD", "Reference/c.1905+1G>A (*2A)"): [
        "*1/*2A",
        "*2A/Reference",
        "c.1905+1G>A/*1",
        "c.1905+1G>A(*2A)/Reference",
        "rs3918290/*1",
        "rs3918290 C/T",
        "rs3918290 A/G",
        "DPYD rs3918290: CT",
        "c.1905+1G>A heterozygous",
        "heterozygous for DPYD c.1905+1G>A",
    ],
    ("DPYD", f"Reference/{HAPB3}"): [
        "*1/HapB3",
        "hapb3/*1",
        "c.1129-5923C>G,c.1236G>A(HapB3)/Reference",
        "c.1129-5923C>G, c.1236G>A (HapB3)/Reference",
        "c.1129-5923C>G (HapB3)/*1",
        "c.1236G>A/*1",
    ],
    ("DPYD", "Reference/c.1129-5923C>G"): ["c.1129–5923C>G/Reference"],
    ("DPYD", "c.1679T>G (*13)/c.1905+1G>A (*2A)"): ["*2A/*13", "c.1679T>G/c.1905+1G>A"],
    ("VKORC1", f"{REF_C}/{VAR_T}"): [
        "rs9923231 C/T",
        "VKORC1 rs9923231 T/C",
        "rs9923231 C/rs9923231 T",
        "-1639 G/A",
        "VKORC1 -1639G/-1639A",
    ],
    ("SLCO1B1", "*1/*37"): ["*1A/*1B", "SLCO1B1 *1b/*1a"],
    ("SLCO1B1", "rs4149056 C/rs4149056 C"): ["rs4149056 C/C", "rs4149056C/rs4149056C"],
    ("TPMT", "*1/*3A"): ["*3a/*1", "TPMT*1/*3A", "*1S/*3A"],
}

REFUSED = {
    "unknown_allele": [
        ("CYP2C19", "*1/*404"),
        ("CYP2C19", "*1/*2Z"),
        ("CYP2C19", "*1Q/*2"),
        ("CYP2C19", "*1/*2 or *1/*404"),
        ("CYP2C19", "*404 heterozygous"),
        ("CYP2D6", "*1/*404x2"),
        ("CYP2D6", "*1/*36+*404"),
        ("CYP2D6", "(*1/*404)xN"),
        ("CYP2D6", "*404.001/*1"),
        ("TPMT", "*1/*3"),
        ("DPYD", "c.9999A>T/Reference"),
        ("DPYD", "rs1/Reference"),
        ("SLCO1B1", "*1/*17"),
    ],
    "not_understood": [
        ("CYP2C19", ""),
        ("CYP2C19", "/"),
        ("CYP2C19", "*2"),
        ("CYP2C19", "*1/"),
        ("CYP2C19", "*1/*2/*3"),
        ("CYP2C19", "*1|*2"),
        ("CYP2C19", "*1+*2"),
        ("CYP2C19", "1/2"),
        ("CYP2C19", "*1/?"),
        ("CYP2C19", "*1/unknown"),
        ("CYP2C19", "not *2/*2"),
        ("CYP2C19", "*2/*2 or *3"),
        ("CYP2C19", "*1/*2 or normal"),
        ("CYP2C19", "*1 heterozygous"),
        ("CYP2C19", "*2/*2 heterozygous"),
        ("CYP2C19", "*1/*2 homozygous"),
        ("CYP2C19", "homozygous or heterozygous *2"),
        ("CYP2C19", "heterozygous"),
        ("G6PD", "Mediterranean heterozygous"),
        ("CYP2C19", "*2/*2 (see note)"),
        ("CYP2C19", "CYP2D6*2/*2"),
        ("CYP2C19", "CYP2C19*1/CYP2D6*2"),
        ("CYP2C19", "Poor Metabolizer"),
        ("CYP2C19", "(*1/*2)xN"),
        ("CYP2C19", "*2x2/*1"),
        ("CYP2C19", "*2+*3/*1"),
        ("CYP2D6", "*1x0/*1"),
        ("CYP2D6", "*1/*2x99"),
        ("CYP2D6", "(*1/*2)x1"),
        ("CYP2D6", "*1/*2xx2"),
        ("CYP2D6", "*1+/*2"),
        ("CYP2D6", "*1/*2x"),
        ("DPYD", "rs3918290 C/C"),
        ("DPYD", "rs3918290 C/G"),
        ("DPYD", "rs3918290 C/A"),
        ("DPYD", "rs67376798 A/A"),
        ("DPYD", "rs67376798 C/C"),
        ("DPYD", "HapB3 het"),
        ("DPYD", "D949V/*1"),
        ("VKORC1", "C/T"),
        ("VKORC1", "G/A"),
        ("VKORC1", "-1639G>A"),
        ("TPMT", "*3A/C"),
    ],
}


@pytest.mark.parametrize(("gene", "canonical", "written"), [(*key, text) for key, texts in SAME.items() for text in (key[1], *texts)])
def test_fault_E13_spellings_of_one_diplotype(gene: str, canonical: str, written: str, knowledge: Knowledge) -> None:
    assert str(parse_diplotype(written, knowledge.genes[gene])) == canonical


@pytest.mark.parametrize(("reason", "gene", "written"), [(reason, *pair) for reason, pairs in REFUSED.items() for pair in pairs])
def test_fault_E12_what_is_not_understood_is_refused_with_its_reason(reason: str, gene: str, written: str, knowledge: Knowledge) -> None:
    read = parse_diplotype(written, knowledge.genes[gene])
    assert isinstance(read, Refusal)
    assert read.reason == reason
    assert read.because
    assert written == "" or len(written) < 3 or written not in read.because  # nothing of the record in the sentence


@pytest.mark.parametrize("symbol", ["CYP2C19", "CYP2C9", "CYP2D6", "DPYD", "NUDT15", "SLCO1B1", "TPMT", "VKORC1"])
def test_every_pair_of_alleles_reads_back_as_itself_in_either_order(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    for one, other in combinations_with_replacement(sorted(gene.alleles)[:40], 2):
        read, turned = parse_diplotype(f"{one}/{other}", gene), parse_diplotype(f"{other}/{one}", gene)
        assert isinstance(read, Diplotype)
        assert read == turned
        assert sorted(read.names) == sorted((one, other))
        assert parse_diplotype(str(read), gene) == read


@given(text=st.text(st.sampled_from("*∗/0123456789xXN≥+.()ACGTc>- CYPDrs"), max_size=24))
def test_any_text_is_read_or_refused_and_never_raises(text: str, knowledge: Knowledge) -> None:
    for gene in knowledge.genes.values():
        read = parse_diplotype(text, gene)
        if isinstance(read, Diplotype):
            assert parse_diplotype(str(read), gene) == read
            assert all(part.allele in gene.alleles for haplotype in read.haplotypes for part in haplotype)


def test_an_allele_is_read_whole_and_never_as_a_part_of_another(knowledge: Knowledge) -> None:
    read = parse_diplotype("*1/*17", knowledge.genes["CYP2C19"])
    assert isinstance(read, Diplotype)
    assert read.names == ("*1", "*17")
