"""Gene files: each broken place is named; what the shipped files say agrees with the stored tables."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.features.phenotypes import phenotype_of_text
from models.knowledge.gene_files import read_gene
from models.knowledge.types import Knowledge
from models.pharmacogenomics.rows import usual_key
from tests.support.reference import reference_file

GENES = (
    *("ABCG2", "CACNA1S", "CFTR", "CYP2B6", "CYP2C19", "CYP2C9", "CYP2D6", "CYP3A4", "CYP3A5", "CYP4F2", "DPYD", "G6PD", "HLA-A", "HLA-B"),
    *("IFNL3", "MT-RNR1", "NAT2", "NUDT15", "RYR1", "SLCO1B1", "TPMT", "UGT1A1", "VKORC1"),
)
COPIES = re.compile(r"x(≥)?\d|\+\*")
CLASSES = {f"class {name}" for name in ("I", "II", "III", "IV", "V", "A", "B", "C", "U")}
#: for results without star alleles or by class only, in no table of alleles
BY_POSITION = {
    "SLCO1B1": {"rs4149056 C", "rs4149056 T"},
    "G6PD": {"A-", *CLASSES},
    "CYP4F2": {"rs2108622 C", "rs2108622 T", *(f"*{number}" for number in range(5, 24) if number != 16)},
}
NO_FUNCTION = ("HLA-A", "HLA-B", "CYP4F2")  #: the table tells what they are for, not how they work
NO_TABLE = ("CYP4F2",)  #: its phenotypes are ours: the base at one position


def parsed(symbol: str) -> dict[str, Any]:
    return tomli.loads((files("models.knowledge") / "genes" / f"{symbol}.toml").read_text("utf-8"))


def test_every_gene_is_there(knowledge: Knowledge) -> None:
    assert set(GENES) == set(knowledge.genes)


@pytest.mark.parametrize("symbol", GENES)
def test_alleles_functions_and_activities_equal_the_stored_table(symbol: str, knowledge: Knowledge) -> None:
    gene, listed = knowledge.genes[symbol], set()
    with reference_file("data/pgx/alleles.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["gene"] != symbol or (gene.copies and COPIES.search(row["allele"])):
                continue
            allele = gene.alleles[row["allele"]]
            listed.add(allele.name)
            if symbol not in NO_FUNCTION:
                assert allele.function == row["clinical_function"], allele.name
            activity = row["activity_value"]
            assert allele.activity == (float(activity) if activity not in ("", "n/a") else None), allele.name
            assert allele.derived == ("inferred" in row["source"] or symbol == "CYP4F2"), allele.name
    assert gene.alleles.keys() - listed == BY_POSITION.get(symbol, set())


@pytest.mark.parametrize("symbol", GENES)
def test_every_phenotype_of_the_stored_table_can_be_reached(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    if gene.method == "presence":
        assert gene.phenotypes == ()
        return
    if symbol in NO_TABLE:
        return
    with gzip.open(reference_file("data/pgx/diplotype_phenotype.tsv.gz"), "rt", encoding="utf-8") as table:
        told = {row["phenotype"] for row in csv.DictReader(table, delimiter="\t") if row["gene"] == symbol}
    assert told <= set(gene.phenotypes) <= told | {"Indeterminate"}
    assert gene.usual in told


@pytest.mark.parametrize(
    ("symbol", "hgnc", "ncbi", "loinc"),
    [
        ("CYP2C19", "HGNC:2621", "1557", ("79714-2",)),
        ("CYP2C9", "HGNC:2623", "1559", ("79716-7",)),
        ("CYP2D6", "HGNC:2625", "1565", ("79715-9",)),
        ("DPYD", "HGNC:3012", "1806", ("79719-1",)),
        ("TPMT", "HGNC:12014", "7172", ("79713-4", "80738-8")),
        ("NUDT15", "HGNC:23063", "55270", ()),
        ("SLCO1B1", "HGNC:10959", "10599", ()),
        ("HLA-B", "HGNC:4932", "3106", ("57291-7",)),
        ("VKORC1", "HGNC:23663", "79001", ()),
        ("ABCG2", "HGNC:74", "9429", ()),
        ("CACNA1S", "HGNC:1397", "779", ()),
        ("CFTR", "HGNC:1884", "1080", ()),
        ("CYP2B6", "HGNC:2615", "1555", ()),
        ("CYP3A4", "HGNC:2637", "1576", ()),
        ("CYP3A5", "HGNC:2638", "1577", ()),
        ("CYP4F2", "HGNC:2645", "8529", ()),
        ("G6PD", "HGNC:4057", "2539", ()),
        ("HLA-A", "HGNC:4931", "3105", ("57290-9",)),
        ("IFNL3", "HGNC:18365", "282617", ()),
        ("MT-RNR1", "HGNC:7470", "4549", ()),
        ("NAT2", "HGNC:7646", "10", ()),
        ("RYR1", "HGNC:10483", "6261", ()),
        ("UGT1A1", "HGNC:12530", "54658", ()),
    ],
)
def test_identifiers(symbol: str, hgnc: str, ncbi: str, loinc: tuple[str, ...], knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    assert (gene.hgnc, gene.ncbi, gene.loinc) == (hgnc, ncbi, loinc)


def test_presence_codes_name_the_allele(knowledge: Knowledge) -> None:
    assert dict(knowledge.genes["HLA-B"].presence_loinc) == {"57979-7": "*15:02", "50956-2": "*57:01"}


@pytest.mark.parametrize("symbol", ["TPMT", "NUDT15"])
def test_inferred_functions_say_so(symbol: str, knowledge: Knowledge) -> None:
    assert all(allele.derived for allele in knowledge.genes[symbol].alleles.values())


@pytest.mark.parametrize("symbol", GENES)
def test_identifiers_belong_to_one_gene(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    others = [g for g in knowledge.genes.values() if g is not gene]
    assert all(gene.hgnc != other.hgnc and gene.ncbi != other.ncbi for other in others)


def test_who_has_one_allele(knowledge: Knowledge) -> None:
    single = {symbol: gene.single for symbol, gene in knowledge.genes.items() if gene.single != "never"}
    assert single == {"MT-RNR1": "always", "G6PD": "male"}
    assert {len(functions) for functions in knowledge.genes["MT-RNR1"].pairs} == {1}
    assert {len(functions) for functions in knowledge.genes["G6PD"].pairs} == {1, 2}


#: whose usual dose is made for another phenotype than that of the reference allele
NOT_THE_REFERENCE = {"CFTR": "ivacaftor responsive in CF patients", "CYP3A5": "Poor Metabolizer"}


@pytest.mark.parametrize("symbol", [s for s in GENES if not s.startswith("HLA")])
def test_the_usual_phenotype_is_that_of_the_reference_unless_the_usual_dose_is_made_for_others(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    text = gene.reference if gene.single == "always" else f"{gene.reference}/{gene.reference}"
    reading, _ = phenotype_of_text(gene, text)
    assert reading is not None
    assert gene.usual == NOT_THE_REFERENCE.get(symbol, reading.phenotype)
    assert usual_key(gene, "phenotype") == gene.usual


def test_the_usual_key_of_a_presence_gene_is_negative(knowledge: Knowledge) -> None:
    assert usual_key(knowledge.genes["HLA-A"], "*31:01") == "*31:01 negative"


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("symbol", "change", "sentence"),
    [
        ("DPYD", lambda t: t["positions"][0].update(allele="*99"), "positions[1].allele '*99' is none of the gene's alleles"),
        ("DPYD", lambda t: t["positions"][0].update(variant=["T"]), "positions[1].variant needs a base for each of reference"),
        ("DPYD", lambda t: t["positions"][0].update(variant=["T", "U"]), "positions[1].variant needs a base for each of reference"),
        ("CYP2C19", lambda t: t["gene"].pop("usual"), "gene.usual is missing"),
        ("CYP2C19", lambda t: t["gene"].update(method="guess"), "gene.method must be one of score, pairs, presence, not 'guess'"),
        ("CYP2C19", lambda t: t["gene"].update(symbl="X"), "gene.symbl is not a key that is read here"),
        ("CYP2C19", lambda t: t.update(bins=[]), "bins is not a key that is read here"),
        ("CYP2C19", lambda t: t["alleles"][0].update(activity=1.0), "alleles[1].activity belongs to genes with activity scores"),
        ("CYP2C19", lambda t: t["alleles"][0]["names"].append("*1"), "alleles[2].names lists '*1', which an earlier group lists too"),
        ("CYP2C19", lambda t: t["pairs"].pop(), "pairs has no rule for Uncertain function with Uncertain function"),
        ("CYP2C19", lambda t: t["pairs"].append(t["pairs"][0]), "pairs[16].functions repeats an earlier rule"),
        ("CYP2C19", lambda t: t["pairs"][0].update(functions=["No function"]), "pairs[1].functions must name two functions"),
        ("CYP2C19", lambda t: t["aliases"].update({"*4C": "*404"}), "aliases.*4C means '*404', which is none of the gene's alleles"),
        ("CYP2C19", lambda t: t["aliases"].update({"*17": "*1"}), "aliases.*17 is itself the name of an allele"),
        ("CYP2C19", lambda t: t["source"].pop("url"), "source.url is missing"),
        ("DPYD", lambda t: t["bins"].pop(), "bins has none for the score 2.0, which two alleles can make"),
        ("DPYD", lambda t: t["bins"][1].update({"from": 0.5}), "bins[2].from must lie above the bin before it"),
        ("DPYD", lambda t: t["bins"][0].update(to=0.25), "bins has none for the score 0.5, which two alleles can make"),
        ("CYP2D6", lambda t: t["bins"][-1].update(to=4.0), "bins must leave the last bin open"),
        ("CYP2D6", lambda t: t["bins"][1].update(to=0.75), "bins has none for the score 1.0"),
        ("MT-RNR1", lambda t: t["aliases"].update({"M.1555a>G": "m.827A>G"}), "'m.827A>G' is also read as 'M.1555a>G'"),
        ("MT-RNR1", lambda t: t["pairs"].pop(), "pairs has no rule for Uncertain risk"),
        ("MT-RNR1", lambda t: t["pairs"][0]["functions"].append("Normal risk"), "pairs[1].functions must name one function"),
        ("MT-RNR1", lambda t: t["gene"].update(single_allele="males"), "gene.single_allele must be one of never, always, male"),
        ("G6PD", lambda t: t["pairs"].pop(0), "pairs has no rule for I/Deficient with CNSHA"),
        ("G6PD", lambda t: t["gene"].pop("single_allele"), "pairs[1].functions must name two functions"),
        ("DPYD", lambda t: t["gene"].update(single_allele="male"), "gene.single_allele belongs to genes with pairs"),
        ("RYR1", lambda t: t["remarks"].update(Normal="safe"), "remarks speaks of 'Normal', which is none of the gene's phenotypes"),
        ("HLA-B", lambda t: t["presence"].update({"1-8": "*58:02"}), "presence.1-8 tests '*58:02', which is none of the gene's alleles"),
    ],
)
def test_one_broken_place_is_named(symbol: str, change: Change, sentence: str) -> None:
    table = deepcopy(parsed(symbol))
    change(table)
    with pytest.raises(KnowledgeError) as raised:
        read_gene(table, f"genes/{symbol}.toml")
    assert str(raised.value).startswith(f"genes/{symbol}.toml: {sentence}")
