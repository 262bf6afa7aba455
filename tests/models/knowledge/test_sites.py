"""The table of sites: read strictly, and as the reference tells it."""

from __future__ import annotations

import json

import pytest

from models.errors import KnowledgeError
from models.knowledge.load import load_definitions
from models.knowledge.site_files import COLUMNS, read_sites
from models.knowledge.site_types import Site, place_key
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

SOURCE = dict.fromkeys(("body", "version", "date", "url", "retrieved", "data"), "x")
HEADER = "\t".join(COLUMNS)
LINE = "DPYD\trs1\t1\t5\tC\tT\tc.1905+1G>A (*2A)\t"


def test_every_line_is_read(knowledge: Knowledge) -> None:
    assert len(knowledge.sites.by_rsid) > 900
    assert {site.gene for sites in knowledge.sites.by_place.values() for site in sites} == set(knowledge.sites.by_gene)
    assert knowledge.sites.source is not None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("DPYD\trs1\t1\t5\tC\tT\t", "line 2 lacks a cell"),
        (LINE.replace("DPYD", "NONE"), "line 2 lacks a cell, or its gene"),
        (LINE.replace("\t5\t", "\tfive\t"), "line 2 lacks a cell, or its gene, position"),
        (LINE.replace("\tT\t", "\tU\t"), "line 2 lacks a cell, or its gene, position or bases"),
        (LINE.replace("*2A", "*2B"), "names 'c.1905\\+1G>A \\(\\*2B\\)', which is none of the alleles of DPYD"),
    ],
)
def test_a_broken_line_is_named(line: str, told: str, knowledge: Knowledge) -> None:
    assert len(read_sites({"source": SOURCE, "genes": []}, f"{HEADER}\n{LINE}", knowledge.genes).by_gene["DPYD"]) == 1
    with pytest.raises(KnowledgeError, match=told):
        len(read_sites({"source": SOURCE, "genes": []}, f"{HEADER}\n{line}", knowledge.genes).by_gene)


def test_a_gene_without_a_file_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(KnowledgeError, match="'NONE' has no file"):
        read_sites({"source": SOURCE, "genes": [{"symbol": "NONE", "transcripts": []}]}, HEADER, knowledge.genes)


def test_positions_and_alleles_are_those_of_the_reference(knowledge: Knowledge) -> None:
    told = json.loads(reference_file("data/pgx/allele_definitions.json").read_text("utf-8"))
    for symbol, sites in knowledge.sites.by_gene.items():
        if symbol == "MT-RNR1":
            continue
        gene = told[symbol]
        positions = {(p["pos"], p["ref"], alt, p["rsid"] or "") for p in gene["positions"] for alt in p["alts"]}
        assert {(site.position, site.ref, site.alt, site.rsid) for site in sites} == positions
        assert {f"chr{site.chromosome}" for site in sites} == {gene["chrom"]}
        holds = {(v["pos"], v["allele"], name) for name, allele in gene["alleles"].items() for v in allele["variants"]}
        for site in sites:
            needed = {name for _, alt, name in _at(site, holds) if alt == site.alt}
            assert {name for name in site.needed if name in gene["alleles"]} <= needed
            assert site.possible <= {name for _, alt, name in _at(site, holds) if len(alt) == 1 and alt not in "ACGT"}
            if site.needed:
                assert needed & knowledge.genes[symbol].alleles.keys() <= site.needed


def _at(site: Site, holds: set[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    return [held for held in holds if held[0] == site.position]


def test_positions_in_gene_files_agree_with_the_table(knowledge: Knowledge) -> None:
    for gene in knowledge.genes.values():
        for position in gene.positions:
            (site,) = knowledge.sites.by_rsid[position.name]
            assert (site.gene, site.ref, site.alt) == (gene.symbol, position.reference[0], position.variant[0])
            assert position.allele in site.needed


#: positions on GRCh37 that public variant lists give (dbSNP, read 2026-11-26), two or more of a gene where it has more than one
GRCH37 = {
    "rs4244285": 96541616,
    "rs4986893": 96540410,
    "rs12248560": 96521657,
    "rs1799853": 96702047,
    "rs1057910": 96741053,
    "rs4149056": 21331549,
    "rs2306283": 21329738,
    "rs9923231": 31107689,
    "rs2231142": 89052323,
    "rs12979860": 39738787,
    "rs1142345": 18130918,
    "rs1800460": 18139228,
    "rs1800462": 18143955,
    "rs116855232": 48619855,
    "rs3918290": 97915614,
    "rs67376798": 97547947,
    "rs55886062": 97981343,
    "rs75017182": 98045449,
    "rs56038477": 98039419,
    "rs3745274": 41512841,
    "rs28399499": 41518221,
    "rs1800559": 201029943,
    "rs772226819": 201061121,
    "rs118192172": 38948185,
    "rs75527207": 117227860,
    "rs4148323": 234669144,
    "rs887829": 234668570,
}


@pytest.mark.parametrize(("rsid", "position"), GRCH37.items())
def test_positions_on_the_older_build(rsid: str, position: int, knowledge: Knowledge) -> None:
    site = knowledge.sites.by_rsid[rsid][0]
    assert site in knowledge.sites.by_place[place_key("GRCh37", site.chromosome, position - 1)]


def test_a_distance_to_the_older_build_rests_on_known_positions(knowledge: Knowledge) -> None:
    known = {knowledge.sites.by_rsid[rsid][0].gene for rsid in GRCH37}
    assert {gene for gene, counted in knowledge.sites.genes.items() if counted.to_grch37 is not None} == known


def test_sites_are_those_of_the_definitions_that_the_import_uses(knowledge: Knowledge) -> None:
    """Two tables, since the service never reads the definitions: what both hold must be the same."""
    for symbol, gene in load_definitions().genes.items():
        known = set(knowledge.genes[symbol].alleles)
        for site in knowledge.sites.by_gene[symbol]:
            there = gene.sites[site.position]
            assert (there.reference, there.rsid, gene.chromosome) == (site.ref, site.rsid, f"chr{site.chromosome}"), (symbol, site)
            assert site.alt in there.alternatives
            held = {
                a.name: a.changes[site.position] for a in gene.alleles if site.alt in a.changes.get(site.position, ()) and a.name in known
            }
            if knowledge.genes[symbol].reference in held:
                assert not site.needed, "what the reference allele holds tells no allele"
                continue
            needed = {
                name for name in site.needed if not name.startswith("rs") or name in held
            }  # "rs4149056 C" is named in the gene's file alone
            assert needed == {name for name, bases in held.items() if len(bases) == 1}, (symbol, site)
            assert set(site.possible) == {name for name, bases in held.items() if len(bases) > 1}, (symbol, site)
