"""From diplotype to phenotype and score: the traps of pharmacogenomics, and the exhaustive comparison with CPIC's table."""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from models.errors import KnowledgeError
from models.features.diplotypes import Diplotype, parse_diplotype
from models.features.phenotypes import phenotype_of_text, readings, readings_for_phenotype
from models.knowledge.types import NO_RESULT, Bin, Knowledge, Score
from models.pharmacogenomics.lookup import find_row
from tests.support.reference import reference_file

PM, IM, NM, UM = ("Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer", "Ultrarapid Metabolizer")


def meanings(knowledge: Knowledge, gene: str, text: str) -> list[tuple[str, str]]:
    read = parse_diplotype(text, knowledge.genes[gene])
    assert isinstance(read, Diplotype), read
    return [(r.phenotype, r.activity_score) for r in readings(knowledge.genes[gene], read)]


@pytest.mark.parametrize(
    ("gene", "text", "expected"),
    [
        ("CYP2D6", "*10/*10", [(IM, "0.5")]),
        ("CYP2D6", "*1x2/*41", [(NM, "2.25")]),
        ("CYP2D6", "*4/*4x2", [(PM, "0.0")]),
        ("CYP2D6", "*4/*4xN", [(PM, "0.0")]),
        ("CYP2D6", "*1/*2xN", [(UM, "≥3.0")]),
        ("CYP2D6", "*1/*1x≥3", [(UM, "≥4.0")]),
        ("CYP2D6", "*1/*2x2", [(UM, "3.0")]),
        ("CYP2D6", "*1/*4xN", [(IM, "1.0")]),
        ("CYP2D6", "*1xN/*4", [(NM, "2.0"), (UM, "≥3.0")]),
        ("CYP2D6", "*1/*10xN", [(NM, "1.5"), (NM, "1.75"), (NM, "2.0"), (NM, "2.25"), (UM, "2.5"), (UM, "2.75"), (UM, "≥3.0")]),
        ("CYP2D6", "(*1/*4)x2", [(IM, "1.0"), (NM, "2.0")]),
        ("CYP2D6", "(*1/*4)x3", [(IM, "1.0"), (NM, "2.0"), (UM, "3.0")]),
        ("CYP2D6", "(*1/*4)xN", [(IM, "1.0"), (NM, "2.0"), (UM, "≥3.0")]),
        ("CYP2D6", "(*1/*2)xN", [(UM, "≥3.0")]),
        ("CYP2D6", "*36+*10/*1", [(NM, "1.25")]),
        ("CYP2D6", "*68+*4/*4.013", [(PM, "0.0")]),
        ("CYP2D6", "*13+*2/*4", [(IM, "1.0")]),
        ("CYP2D6", "*1/*22", [("Indeterminate", "")]),
        ("CYP2D6", "*1xN/*22", [("Indeterminate", "")]),
        ("CYP2D6", "*9/*41", [(IM, "0.5")]),
        ("CYP2C9", "*2/*3", [(PM, "0.5")]),
        ("CYP2C9", "*1/*3", [(IM, "1.0")]),
        ("CYP2C9", "*2/*2", [(IM, "1.0")]),
        ("DPYD", "*1/HapB3", [(IM, "1.5")]),
        ("DPYD", "*2A/HapB3", [(PM, "0.5")]),
        ("CYP2C19", "*2/*17", [(IM, "")]),
        ("CYP2C19", "*2/*9", [("Likely Poor Metabolizer", "")]),
        ("CYP2C19", "*1/*9", [("Likely Intermediate Metabolizer", "")]),
        ("TPMT", "*1/*3A", [(IM, "")]),
        ("NUDT15", "*1/*3", [(IM, "")]),
        ("SLCO1B1", "*1A/*1B", [("Normal Function", "")]),
        ("SLCO1B1", "*14/*5", [("Decreased Function", "")]),
        ("SLCO1B1", "rs4149056 C/C", [("Poor Function", "")]),
        ("SLCO1B1", "rs4149056 T/C", [("Decreased Function", "")]),
        ("VKORC1", "rs9923231 C/T", [("-1639 G/A (intermediate sensitivity)", "")]),
        ("CYP2B6", "*6/*6", [(PM, "")]),
        ("CYP2B6", "*4/*6", [(IM, "")]),
        ("CYP2B6", "*1/*4", [("Rapid Metabolizer", "")]),
        ("CYP2B6", "*1/*3", [("Indeterminate", "")]),
        ("CYP3A4", "*1/*22", [(IM, "")]),
        ("CYP3A4", "*20/*22", [(PM, "")]),
        ("CYP3A5", "*1/*8", [("Possible Intermediate Metabolizer", "")]),
        ("CYP3A5", "*3/*8", [("Indeterminate", "")]),
        ("CYP3A5", "rs776746/*1", [(IM, "")]),
        ("UGT1A1", "*1/*36", [(NM, "")]),
        ("UGT1A1", "*28/*36", [(IM, "")]),
        ("UGT1A1", "*28/*80+*28", [(PM, "")]),
        ("UGT1A1", "*28/*80", [("Indeterminate", "")]),
        ("NAT2", "*5/*6", [(PM, "")]),
        ("NAT2", "*4/*4", [("Rapid Metabolizer", "")]),
        ("NAT2", "*4/*5", [(IM, "")]),
        ("ABCG2", "rs2231142 G/T", [("Decreased Function", "")]),
        ("ABCG2", "rs2231142 T/T", [("Poor Function", "")]),
        ("IFNL3", "rs12979860 C/C", [("Favorable response genotype", "")]),
        ("IFNL3", "rs12979860 C/T", [("Unfavorable response genotype", "")]),
        ("IFNL3", "rs12979860 T/T", [("Unfavorable response genotype", "")]),
        ("CYP4F2", "rs2108622 C/T", [("rs2108622 C/T", "")]),
        ("CYP4F2", "*1/*3", [("rs2108622 C/T", "")]),
        ("CYP4F2", "*3/*4", [("rs2108622 T/T", "")]),
        ("CYP4F2", "*1/*2", [("rs2108622 C/C", "")]),
        ("CFTR", "G551D/ivacaftor non-responsive CFTR sequence", [("ivacaftor responsive in CF patients", "")]),
        ("CFTR", "2789+5G->A/3849+10kbC->T", [("ivacaftor responsive in CF patients", "")]),
        ("RYR1", "Reference/Reference", [("Uncertain Susceptibility", "")]),
        ("RYR1", "c.7300G>A/Reference", [("Malignant Hyperthermia Susceptibility", "")]),
        ("RYR1", "c.7300G>A/c.10042C>T", [("Malignant Hyperthermia Susceptibility", "")]),
        ("RYR1", "c.14387A>G/Reference", [("Uncertain Susceptibility", "")]),
        ("CACNA1S", "Reference/Reference", [("Uncertain Susceptibility", "")]),
        ("CACNA1S", "c.520C>T/Reference", [("Malignant Hyperthermia Susceptibility", "")]),
        ("G6PD", "Aachen/Mediterranean", [("Deficient", "")]),
        ("G6PD", "Aachen/Aachen", [("Deficient with CNSHA", "")]),
        ("G6PD", "B/A- 202A_376G", [("Variable", "")]),
        ("G6PD", "Alhambra/A", [("Variable", "")]),
        ("G6PD", "B (reference)/A", [("Normal", "")]),
        ("G6PD", "A-", [("Deficient", "")]),
        ("G6PD", "class II/class IV", [("Variable", "")]),
        ("G6PD", "class A", [("Deficient with CNSHA", "")]),
        ("G6PD", "class B/class B", [("Deficient", "")]),
        ("G6PD", "class C/class V", [("Normal", "")]),
        ("G6PD", "class B/class U", [("Indeterminate", "")]),
        ("MT-RNR1", "1555A>G", [("increased risk of aminoglycoside-induced hearing loss", "")]),
        ("MT-RNR1", "m.827A>G", [("normal risk of aminoglycoside-induced hearing loss", "")]),
        ("MT-RNR1", "Reference", [("normal risk of aminoglycoside-induced hearing loss", "")]),
        ("MT-RNR1", "m.961T>del+Cn", [("uncertain risk of aminoglycoside-induced hearing loss", "")]),
    ],
)
def test_traps(gene: str, text: str, expected: list[tuple[str, str]], knowledge: Knowledge) -> None:
    assert meanings(knowledge, gene, text) == expected


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("*1/*2", ""),
        ("*1/*2x2", ""),
        ("*1/*2xN", "the exact number of copies is not given"),
        ("(*1/*4)x2", "it is not said which allele is multiplied"),
        ("(*1/*4)xN", "it is not said which allele is multiplied, nor how often"),
    ],
)
def test_what_the_genotype_leaves_open_is_said(text: str, because: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes["CYP2D6"]
    read = parse_diplotype(text, gene)
    assert isinstance(read, Diplotype)
    assert {r.because for r in readings(gene, read)} == {because}


@pytest.mark.parametrize(
    ("gene", "phenotype", "scores"),
    [
        ("CYP2C9", IM, ["1.0", "1.5"]),
        ("CYP2C9", PM, ["0.0", "0.5"]),
        ("DPYD", NM, ["2.0"]),
        ("CYP2D6", PM, ["0.0"]),
        ("CYP2D6", IM, ["0.25", "0.5", "0.75", "1.0"]),
        ("CYP2D6", NM, ["1.25", "1.5", "1.75", "2.0", "2.25"]),
        ("CYP2D6", UM, ["≥2.5"]),
        ("CYP2D6", "Indeterminate", [""]),
        ("CYP2C19", PM, [""]),
        ("SLCO1B1", "Poor Function", [""]),
    ],
)
def test_a_phenotype_alone_means_every_score_of_its_bin(gene: str, phenotype: str, scores: list[str], knowledge: Knowledge) -> None:
    found = readings_for_phenotype(knowledge.genes[gene], phenotype)
    assert [r.activity_score for r in found] == scores
    assert {r.phenotype for r in found} == {phenotype}


def test_every_reading_of_a_score_is_answered_by_one_row(knowledge: Knowledge) -> None:
    """Open scores too: a reading that no row answers would be a fault at the bedside."""
    texts = ("*1/*2xN", "*1xN/*4", "*10xN/*4", "*41xN/*9", "*17xN/*1", "(*1/*10)xN", "*1x≥3/*10", "*1xN/*2xN", "*9x3/*1", "*1x13/*1")
    gene = knowledge.genes["CYP2D6"]
    found = [r for p in gene.phenotypes for r in readings_for_phenotype(gene, p) if r.activity_score]
    for text in texts:
        read = parse_diplotype(text, gene)
        assert isinstance(read, Diplotype)
        found += readings(gene, read)
    scored = [g for guidelines in knowledge.guidelines.values() for g in guidelines if g.keys.get("CYP2D6") == "score"]
    assert scored
    for guideline, reading in product(scored, found):
        others = {name: NO_RESULT for name in guideline.keys if name != "CYP2D6"}
        for population in guideline.populations:
            find_row(guideline, population.id, {name: others.get(name, reading.activity_score) for name in guideline.keys})


def test_a_score_that_no_bin_holds_is_our_fault_and_never_an_empty_answer(knowledge: Knowledge) -> None:
    gene = replace(knowledge.genes["CYP2D6"], bins=(Bin(Score(0, 0), PM), Bin(Score(3, math.inf), UM)))
    read = parse_diplotype("*1/*1", gene)
    assert isinstance(read, Diplotype)
    with pytest.raises(KnowledgeError, match=r"genes/CYP2D6\.toml: no bin holds the score 2\.0"):
        readings(gene, read)


@pytest.mark.parametrize(
    ("gene", "text", "phenotype", "score"),
    [
        ("CYP2D6", "*1/*4", IM, "1.0"),
        ("CYP2D6", "(*1/*4)xN", f"{IM} or {NM} or {UM}", "1.0 or 2.0 or ≥3.0"),
        ("CYP2D6", "*1/*22", "Indeterminate", ""),
        ("HLA-B", "*57:01 positive", "*57:01 positive", ""),
        ("HLA-A", "HLA-A*31:01:02/*02:01", "*31:01 positive", ""),
        ("HLA-A", "A*02:01/A*03:01", "*31:01 negative", ""),
        ("MT-RNR1", "MT-RNR1 m.1555A>G", "increased risk of aminoglycoside-induced hearing loss", ""),
        ("G6PD", "A- 202A_376G", "Deficient", ""),
        ("HLA-B", "HLA-B*57:01 Negative", "*57:01 negative", ""),
        ("HLA-B", "HLA-B*57:01:01/*07:02", "*15:02 negative; *15:11 negative; *57:01 positive; *58:01 negative", ""),
    ],
)
def test_one_line_of_a_table(gene: str, text: str, phenotype: str, score: str, knowledge: Knowledge) -> None:
    reading, problem = phenotype_of_text(knowledge.genes[gene], text)
    assert problem == ""
    assert reading is not None
    assert (reading.phenotype, reading.activity_score) == (phenotype, score)


@pytest.mark.parametrize(("gene", "text"), [("CYP2D6", "*1/*404"), ("CYP2D6", ""), ("HLA-B", "*57:01 maybe"), ("HLA-B", "A*02:01/A*03:01")])
def test_a_line_that_cannot_be_read_says_why(gene: str, text: str, knowledge: Knowledge) -> None:
    reading, problem = phenotype_of_text(knowledge.genes[gene], text)
    assert reading is None
    assert problem


def reference_rows(knowledge: Knowledge) -> Iterator[tuple[str, str, str, str]]:
    with gzip.open(reference_file("data/pgx/diplotype_phenotype.tsv.gz"), "rt", encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            assert row["gene"] in knowledge.genes
            yield row["gene"], row["diplotype"], row["phenotype"], row["activity_score"]


def differing(rows: list[tuple[str, str, str, str]], knowledge: Knowledge) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for gene, diplotype, phenotype, score in rows:
        reading, problem = phenotype_of_text(knowledge.genes[gene], diplotype)
        computed = (reading.phenotype, reading.activity_score) if reading else (problem,)
        if computed != (phenotype, score):
            found.append((gene, diplotype, phenotype, score, *computed))
    return found


def test_a_twentieth_of_all_diplotypes_equals_the_table_exactly(knowledge: Knowledge) -> None:
    rows = list(reference_rows(knowledge))
    counts = Counter(row[0] for row in rows)
    sample = [row for number, row in enumerate(rows) if number % 20 == 0 or counts[row[0]] < 100]
    assert {row[0] for row in sample} == counts.keys()
    assert differing(sample, knowledge) == []


@pytest.mark.long
def test_all_diplotypes_equal_the_table_exactly(knowledge: Knowledge) -> None:
    rows = list(reference_rows(knowledge))
    assert len(rows) == 112_565
    assert len({row[0] for row in rows}) == 22
    assert differing(rows, knowledge) == []
