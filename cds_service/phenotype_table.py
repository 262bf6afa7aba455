"""The command `phenotype`: diplotypes of a tab-separated table, row by row, with phenotype and activity score added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from cds_service.errors import InputError
from models.features.phenotypes import phenotype_of_text
from models.knowledge.types import Gene

ADDED = ("phenotype", "activity_score", "problem")


def add_phenotypes(lines: Iterable[str], genes: Mapping[str, Gene]) -> Iterator[str]:
    """Lines in, lines out, one for each; the first is the header.

    Columns that already bear one of the added names are kept as `input_…`. Raises InputError when the header
    lacks `gene` or `diplotype`.
    """
    rows = iter(lines)
    header = _cells(next(rows, "").removeprefix("\ufeff"))
    gene_at, diplotype_at = _places(header)
    told = lru_cache(maxsize=100_000)(lambda gene, diplotype: _told(gene, diplotype, genes))  # tables repeat their diplotypes
    yield _line([f"input_{name}" if name in ADDED else name for name in header] + list(ADDED))
    for row in rows:
        cells = _cells(row)
        if len(cells) != len(header):
            cells = (cells + [""] * len(header))[: max(len(header), len(cells))]
            yield _line([*cells[: len(header)], "", "", f"the row has {len(_cells(row))} cells, the header {len(header)}"])
            continue
        yield _line([*cells, *told(cells[gene_at].strip(), cells[diplotype_at].strip())])


def _places(header: list[str]) -> tuple[int, int]:
    for column in ("gene", "diplotype"):
        if header.count(column) != 1:
            raise InputError(
                f"line 1: the header has {header.count(column)} columns named '{column}', it needs one. The table is tab-separated "
                f"UTF-8 text; its first line names the columns, in lower case, for example: gene, diplotype.{_hint(header)}"
            )
    return header.index("gene"), header.index("diplotype")


def _hint(header: list[str]) -> str:
    if "\0" in "".join(header):
        return " This file is not UTF-8 text (perhaps UTF-16: save it as UTF-8)."
    if len(header) == 1 and ("," in header[0] or ";" in header[0]):
        return " This line has no tab but commas or semicolons: save the table as tab-separated."
    return ""


def _told(symbol: str, diplotype: str, genes: Mapping[str, Gene]) -> tuple[str, str, str]:
    gene = genes.get(symbol)
    if gene is None:
        return "", "", f"gene '{symbol}' is not known here" if symbol else "no gene given"
    reading, problem = phenotype_of_text(gene, diplotype)
    return (reading.phenotype, reading.activity_score, "") if reading is not None else ("", "", problem)


def _cells(line: str) -> list[str]:
    return line.rstrip("\r\n").split("\t")


def _line(cells: list[str]) -> str:
    return "\t".join(cells) + "\n"
