"""Reads the allele definitions strictly: two tables and their source block. It is told the texts and opens no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from models.errors import KnowledgeError
from models.knowledge.definition_types import Definition, Definitions, GeneDefinitions, Site
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

TABLES = {
    "positions": ("gene", "position", "rsid", "reference", "alternatives"),
    "alleles": ("gene", "allele", "changes"),
}
_WHERE = "definitions/source.toml"


def read_definitions(head: Mapping[str, Any], texts: Mapping[str, str]) -> Definitions:
    """`head` is source.toml, `texts` the tables by name. Raises KnowledgeError naming file and line."""
    sites = _sites(texts["positions"])
    alleles = _alleles(texts["alleles"], sites)
    genes: dict[str, GeneDefinitions] = {}
    with Table(head, _WHERE) as file:
        source, not_callable = read_source(file), file.mapping("not_callable")
        for row in file.tables("genes"):
            symbol = row.text("symbol")
            if symbol in genes or symbol in not_callable or not sites.get(symbol) or not alleles.get(symbol):
                row.refuse("must be a gene of both tables, once, and not one of not_callable", "symbol")
            genes[symbol] = GeneDefinitions(
                symbol=symbol,
                chromosome=row.text("chromosome"),
                refseq=row.text("refseq"),
                sites=sites[symbol],
                alleles=tuple(alleles[symbol].values()),
                combine=row.choice("combine", ("lowest",)) if row.has("combine") else "",
                not_looked_for=row.texts("not_looked_for", ()),
            )
    if strangers := sorted((sites.keys() | alleles.keys()) - genes.keys()):
        raise KnowledgeError(f"{_WHERE}: gene '{strangers[0]}' of the tables is missing; add a block for it")
    return Definitions(genes, not_callable, source)


def _sites(text: str) -> dict[str, dict[int, Site]]:
    found: dict[str, dict[int, Site]] = {}
    for number, (gene, position, rsid, reference, alternatives) in _rows(text, "positions"):
        several = tuple(alternatives.split(","))
        if not position.isdigit() or not all(base and set(base) <= set("ACGT") for base in (reference, *several)):
            _refuse("positions", number, "needs a whole position and bases in A, C, G and T")
        site = Site(int(position), rsid, reference, several)
        if site.position in found.setdefault(gene, {}) or reference in several:
            _refuse("positions", number, "repeats a position, or names the reference as an alternative")
        found[gene][site.position] = site
    return found


def _alleles(text: str, sites: Mapping[str, Mapping[int, Site]]) -> dict[str, dict[str, Definition]]:
    found: dict[str, dict[str, Definition]] = {}
    for number, (gene, name, written) in _rows(text, "alleles"):
        changes: dict[int, frozenset[str]] = {}
        for change in written.split():
            position, _, bases = change.partition("=")
            site = sites.get(gene, {}).get(int(position) if position.isdigit() else 0)
            may = frozenset(bases.split("|"))
            if site is None or not may <= {site.reference, *site.alternatives} or may == {site.reference}:
                _refuse("alleles", number, f"'{change}' is no change at a site of the gene")
            changes[site.position] = may
        own = found.setdefault(gene, {})
        if not name or name in own or changes in [other.changes for other in own.values()]:
            _refuse("alleles", number, "repeats an allele or the changes of another one")
        own[name] = Definition(name, changes)
    return found


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != TABLES[name]:
        raise KnowledgeError(f"definitions/{name}.tsv: the first line must be {', '.join(TABLES[name])}, separated by tabs")
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(TABLES[name]):
            _refuse(name, number, f"has {len(cells)} cells instead of {len(TABLES[name])}")
        yield number, cells


def _refuse(name: str, number: int, why: str) -> NoReturn:
    raise KnowledgeError(f"definitions/{name}.tsv: line {number} {why}; correct it")
