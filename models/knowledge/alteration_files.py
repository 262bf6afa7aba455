"""Named alterations of a gene and other names of exact changes (biomarkers/alterations.toml, alleles.tsv), read strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

CHANGES = ("missense", "nonsense", "fs", "del", "dup", "ins", "delins")
ALL = (1, 100_000)  #: codons
ALLELE_COLUMNS = ("gene", "protein", "names")

#: (gene, another exact name) → protein change
Alleles = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Alteration:
    """Which changes of a gene go by one name."""

    gene: str
    name: str
    changes: tuple[str, ...]  #: kinds of protein change
    codons: tuple[int, int] = ALL  #: first and last, both included
    net: str = ""  #: "loss" or "gain" of residues, where the kind alone does not say it
    residues: tuple[
        str, ...
    ] = ()  #: only changes of these residues ("D1010"), where a codon's number means several in different numberings
    excepted: tuple[str, ...] = ()  #: protein changes that lie there and are not meant
    splice: tuple[str, ...] = ()  #: coding positions beside which a change in the intron counts ("3028+")
    edges: tuple[str, ...] = ()  #: coding positions at the exon's end, each on its transcript ("NM_000245:3028"), where any change counts
    words: tuple[str, ...] = ()  #: how reports write it in words, in lower case
    harmful: bool = False  #: only where the laboratory classes the variant as pathogenic


def read_alterations(parsed: Mapping[str, Any], name: str) -> Mapping[tuple[str, str], Alteration]:
    """By gene and name. Raises KnowledgeError with file and place."""
    with Table(parsed, name) as file:
        read_source(file)
        found = [_alteration(table) for table in file.tables("alteration")]
    if len({(a.gene, a.name) for a in found}) < len(found):
        raise KnowledgeError(f"{name}: an alteration of one gene and name stands twice; keep one")
    return MappingProxyType({(a.gene, a.name): a for a in found})


def _alteration(table: Table) -> Alteration:
    changes = table.texts("changes")
    if odd := [change for change in changes if change not in CHANGES]:
        table.refuse(f"has '{odd[0]}'; it must be of {', '.join(CHANGES)}", "changes")
    return Alteration(
        gene=table.text("gene"),
        name=table.text("name"),
        changes=changes,
        codons=table.span("codons", ALL),
        net=table.choice("net", ("loss", "gain")) if table.has("net") else "",
        residues=table.texts("residues", ()),
        excepted=table.texts("except", ()),
        splice=table.texts("splice", ()),
        edges=table.texts("edges", ()),
        words=table.texts("words"),
        harmful=table.flag("harmful", False),
    )


def read_alleles(text: str, name: str) -> Alleles:
    """Raises KnowledgeError naming the line; a name that means two changes is refused."""
    found: dict[tuple[str, str], str] = {}
    for number, (gene, protein, names) in enumerate(_cells(text, name), 2):
        for other in (form for written in names.split(" ") for form in _forms(written)):
            if found.setdefault((gene, other), protein) != protein:
                raise KnowledgeError(f"{name}: line {number}: '{other}' means {found[gene, other]} already; correct one of them")
    return MappingProxyType(found)


def _forms(name: str) -> tuple[str, ...]:
    """A coding name is known on every version of its transcript, and without it."""
    if ":c." not in name:
        return (name,)
    accession, _, change = name.partition(":")
    return f"{accession.partition('.')[0]}:{change}", change


def _cells(text: str, name: str) -> Iterator[tuple[str, str, str]]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != ALLELE_COLUMNS:
        raise KnowledgeError(f"{name}: the first line must be {', '.join(ALLELE_COLUMNS)}, separated by tabs")
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(ALLELE_COLUMNS) or not all(cells):
            raise KnowledgeError(f"{name}: line {number} lacks a cell; write gene, protein change and names")
        yield cells[0], cells[1], cells[2]
