"""The table of sites, from text to values, strictly. What a patient's variant means is decided elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.late import Late
from models.knowledge.shape import Table
from models.knowledge.site_types import Site, SiteGene, Sites, place_key, trimmed
from models.knowledge.source_block import read_source
from models.knowledge.types import Gene

COLUMNS = ("gene", "rsid", "chromosome", "position", "ref", "alt", "needed", "possible")
TABLE, HEAD = "sites/sites.tsv", "sites/genes.toml"


def read_sites(values: Mapping[str, Any], text: str, genes: Mapping[str, Gene]) -> Sites:
    """Raises KnowledgeError naming file and place; of the table's lines at the first look, which the tests take."""
    with Table(values, HEAD) as file:
        source = read_source(file)
        known: dict[str, SiteGene] = {}
        for row in file.tables("genes"):
            symbol = row.text("symbol")
            if symbol not in genes or symbol in known:
                row.refuse(f"'{symbol}' has no file in genes/, or is there twice", "symbol")
            known[symbol] = SiteGene(frozenset(row.texts("transcripts")), row.whole("to_grch37", None))

    once = cache(lambda: _sites(text, genes))

    def late(keys: Callable[[Site], Iterable[str]]) -> Late[tuple[Site, ...]]:
        return Late(lambda: _grouped(once(), keys))

    return Sites(
        by_rsid=late(lambda site: [site.rsid] if site.rsid else []),
        by_place=late(lambda site: _places(site, known.get(site.gene, SiteGene()))),
        by_gene=late(lambda site: [site.gene]),
        genes=known,
        source=source,
    )


def _places(site: Site, gene: SiteGene) -> list[str]:
    start, _, _ = trimmed(site.position - 1, site.ref, site.alt)
    found = [place_key("GRCh38", site.chromosome, start)]
    if gene.to_grch37 is not None:
        found.append(place_key("GRCh37", site.chromosome, start + gene.to_grch37))
    return found


def _grouped(sites: Iterable[Site], keys: Callable[[Site], Iterable[str]]) -> dict[str, tuple[Site, ...]]:
    found: dict[str, list[Site]] = {}
    for site in sites:
        for key in keys(site):
            found.setdefault(key, []).append(site)
    return {key: tuple(group) for key, group in found.items()}


def _sites(text: str, genes: Mapping[str, Gene]) -> list[Site]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise KnowledgeError(f"{TABLE}: the first line must be {', '.join(COLUMNS)}, separated by tabs")
    return [_site(line.split("\t"), number, genes) for number, line in enumerate(lines[1:], 2)]


def _site(cells: list[str], number: int, genes: Mapping[str, Gene]) -> Site:
    if len(cells) != len(COLUMNS) or cells[0] not in genes or not cells[3].isdigit() or not set(cells[4] + cells[5]) <= set("ACGT"):
        raise KnowledgeError(f"{TABLE}: line {number} lacks a cell, or its gene, position or bases are none; correct it")
    gene, rsid, chromosome, position, ref, alt, *alleles = cells
    needed, possible = (frozenset(filter(None, names.split("|"))) for names in alleles)
    if unknown := sorted((needed | possible) - genes[gene].alleles.keys()):
        raise KnowledgeError(f"{TABLE}: line {number} names '{unknown[0]}', which is none of the alleles of {gene}")
    return Site(gene, rsid, chromosome, int(position), ref, alt, needed, possible)
