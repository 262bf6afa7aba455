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
from models.knowledge.gene_files import read_gene
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

GENES = ("CYP2C19", "CYP2C9", "CYP2D6", "DPYD", "HLA-B", "NUDT15", "SLCO1B1", "TPMT", "VKORC1")
COPIES = re.compile(r"x(≥)?\d|\+\*")
BY_POSITION = {"SLCO1B1": {"rs4149056 C", "rs4149056 T"}}  #: for results without star alleles, in no table of alleles


def parsed(symbol: str) -> dict[str, Any]:
    return tomli.loads((files("models.knowledge") / "genes" / f"{symbol}.toml").read_text("utf-8"))


def test_the_first_set_of_genes_is_there(knowledge: Knowledge) -> None:
    assert set(GENES) <= set(knowledge.genes)


@pytest.mark.parametrize("symbol", GENES)
def test_alleles_functions_and_activities_equal_the_stored_table(symbol: str, knowledge: Knowledge) -> None:
    gene, listed = knowledge.genes[symbol], set()
    with reference_file("data/pgx/alleles.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if row["gene"] != symbol or (gene.copies and COPIES.search(row["allele"])):
                continue
            allele = gene.alleles[row["allele"]]
            listed.add(allele.name)
            if gene.method != "presence":
                assert allele.function == row["clinical_function"], allele.name
            activity = row["activity_value"]
            assert allele.activity == (float(activity) if activity not in ("", "n/a") else None), allele.name
            assert allele.derived == ("inferred" in row["source"]), allele.name
    assert gene.alleles.keys() - listed == BY_POSITION.get(symbol, set())


@pytest.mark.parametrize("symbol", GENES)
def test_every_phenotype_of_the_stored_table_can_be_reached(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    if gene.method == "presence":
        assert gene.phenotypes == ()
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
        ("TPMT", "HGNC:12014", "7172", ("79713-4",)),
        ("NUDT15", "HGNC:23063", "55270", ()),
        ("SLCO1B1", "HGNC:10959", "10599", ()),
        ("HLA-B", "HGNC:4932", "3106", ()),
        ("VKORC1", "HGNC:23663", "79001", ()),
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


Change = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("symbol", "change", "sentence"),
    [
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
        ("HLA-B", lambda t: t["presence"].update({"1-8": "*58:02"}), "presence.1-8 tests '*58:02', which is none of the gene's alleles"),
    ],
)
def test_one_broken_place_is_named(symbol: str, change: Change, sentence: str) -> None:
    table = deepcopy(parsed(symbol))
    change(table)
    with pytest.raises(KnowledgeError) as raised:
        read_gene(table, f"genes/{symbol}.toml")
    assert str(raised.value).startswith(f"genes/{symbol}.toml: {sentence}")
