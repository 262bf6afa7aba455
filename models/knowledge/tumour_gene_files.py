"""Genes of rules on tumours and inherited disease (biomarkers/genes.tsv), read strictly: symbols, ids and other names alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from models.codes import HGNC, NCBI_GENE
from models.errors import KnowledgeError

COLUMNS = ("symbol", "hgnc", "ncbi", "names")
_HGNC = re.compile(r"HGNC:[0-9]+|")
_NCBI = re.compile(r"[0-9]*")

#: (system, or "" for symbols and names in capitals, code) → symbol
GeneIndex = Mapping[tuple[str, str], str]


def read_tumour_genes(text: str, name: str) -> GeneIndex:
    """Raises KnowledgeError naming the line: an id or a name that means two genes would mix up their variants."""
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise KnowledgeError(f"{name}: the first line must be {', '.join(COLUMNS)}, separated by tabs")
    found: dict[tuple[str, str], str] = {}
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or not cells[0] or not (_HGNC.fullmatch(cells[1]) and _NCBI.fullmatch(cells[2])):
            raise KnowledgeError(f"{name}: line {number} must have a symbol, an HGNC id, an NCBI id and names; an unknown id is left empty")
        for key in _keys(*cells):
            if found.setdefault(key, cells[0]) != cells[0]:
                raise KnowledgeError(f"{name}: line {number}: '{key[1]}' means {found[key]} already; keep it for one gene, or for none")
    return MappingProxyType(found)


def _keys(symbol: str, hgnc: str, ncbi: str, names: str) -> list[tuple[str, str]]:
    keys = [("", symbol.upper()), *(("", other.strip().upper()) for other in names.split("|") if other.strip())]
    if hgnc:
        keys += [(HGNC, hgnc), (HGNC, hgnc.removeprefix("HGNC:"))]
    return [*keys, (NCBI_GENE, ncbi)] if ncbi else keys
