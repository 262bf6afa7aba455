"""Rows on tumour therapies (biomarkers/fda_*.tsv, biomarkers/civic.tsv), read strictly: every cell is understood or the file is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn, get_args

from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.biomarker_terms import read_predicate
from models.knowledge.biomarker_types import Atom, Direction, Origin, Predicate, TherapyRow
from models.knowledge.shape import Table
from models.knowledge.source_block import Source, read_source

LABEL_COLUMNS = (
    "id", "medicines", "tumours", "except", "biomarkers", "direction", "setting", "age_from", "age_below", "needs", "approved",
    "label_date", "url", "biomarker_words", "tumour_words", "digest", "withdrawn", "note",
)  # fmt: skip
CIVIC_COLUMNS = ("id", "medicines", "tumours", "biomarkers", "direction", "level", "origin", "reviewed", "pubmed", "note")
ARTICLE_URL = "https://pubmed.ncbi.nlm.nih.gov/"


def read_labels(head: Mapping[str, Any], text: str, name: str, drugs: Mapping[str, Drug]) -> tuple[TherapyRow, ...]:
    """`drugs`: ingredients by name. Raises KnowledgeError naming file, line and column."""
    source = _source(head, name)
    return tuple(_label(cells, source, drugs) for cells in _lines(text, name, LABEL_COLUMNS))


def read_items(head: Mapping[str, Any], text: str, name: str, drugs: Mapping[str, Drug]) -> tuple[TherapyRow, ...]:
    """Items of an evidence base, graded A or B. Raises KnowledgeError naming file, line and column."""
    source = _source(head, name)
    return tuple(_item(cells, source, drugs) for cells in _lines(text, name, CIVIC_COLUMNS))


def _source(head: Mapping[str, Any], name: str) -> Source:
    with Table(head, name.replace(".tsv", ".toml")) as file:
        return read_source(file)


class Cells:
    """One line, its cells by column; every complaint names file, line and column."""

    def __init__(self, values: Mapping[str, str], where: str) -> None:
        self.values, self.where = values, where

    def text(self, column: str) -> str:
        return self.values[column]

    def filled(self, column: str) -> str:
        return self.values[column] or self.refuse(column, "is empty; write it")

    def listed(self, column: str, between: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.values[column].split(between) if part.strip())

    def one_of(self, column: str, allowed: tuple[str, ...]) -> Any:
        value = self.values[column]
        return value if value in allowed else self.refuse(column, f"is '{value}'; it must be one of {', '.join(filter(None, allowed))}")

    def whole(self, column: str) -> int | None:
        value = self.values[column]
        if value and not (value.isdigit() and int(value) < 120):
            self.refuse(column, f"is '{value}'; it must be an age in whole years, or empty")
        return int(value) if value else None

    def day(self, column: str) -> date | None:
        try:
            return date.fromisoformat(self.values[column]) if self.values[column] else None
        except ValueError:
            self.refuse(column, f"is '{self.values[column]}'; it must be a date such as 2024-02-16, or empty")

    def drugs(self, column: str, drugs: Mapping[str, Drug]) -> tuple[Drug, ...]:
        names = self.listed(column, " + ")
        if lost := [name for name in names if name not in drugs]:
            self.refuse(column, f"names '{lost[0]}', which is no ingredient of drugs/ingredients.tsv; correct it or add the ingredient")
        return tuple(drugs[name] for name in names) or self.refuse(column, "is empty; write it")

    def predicate(self, column: str) -> Predicate:
        try:
            return read_predicate(self.values[column])
        except ValueError as error:
            self.refuse(column, str(error))

    def refuse(self, column: str, why: str) -> NoReturn:
        raise KnowledgeError(f"{self.where}: {column} {why}")


def _lines(text: str, name: str, columns: tuple[str, ...]) -> Iterator[Cells]:
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != columns:
        raise KnowledgeError(f"{name}: the first line must name the columns {', '.join(columns)}, separated by tabs")
    for number, line in enumerate(lines[1:], 2):
        values = line.split("\t")
        if len(values) != len(columns):
            raise KnowledgeError(f"{name}: line {number} has {len(values)} cells for {len(columns)} columns; correct it")
        yield Cells(dict(zip(columns, (v.strip() for v in values), strict=True)), f"{name}: line {number}")


def _label(cells: Cells, source: Source, drugs: Mapping[str, Drug]) -> TherapyRow:
    cells.day("approved")
    return TherapyRow(
        id=cells.filled("id"),
        medicines=cells.drugs("medicines", drugs),
        tumours=cells.listed("tumours", " | ") or cells.refuse("tumours", "is empty; write it"),
        excepted=cells.listed("except", " | "),
        biomarkers=cells.predicate("biomarkers"),
        direction=cells.one_of("direction", get_args(Direction)),
        level="label",
        source=source,
        url=cells.filled("url"),
        as_of=str(cells.day("label_date") or cells.refuse("label_date", "is empty; write it")),
        setting=cells.listed("setting", ";"),
        age_from=cells.whole("age_from"),
        age_below=cells.whole("age_below"),
        needs=cells.one_of("needs", ("yes", "")) == "yes",
        approved=cells.text("approved"),
        withdrawn=str(cells.day("withdrawn") or ""),
        biomarker_words=cells.listed("biomarker_words", " ; "),
        tumour_words=cells.listed("tumour_words", " ; "),
        digest=cells.filled("digest"),
        note=cells.text("note"),
    )


def _item(cells: Cells, source: Source, drugs: Mapping[str, Drug]) -> TherapyRow:
    number, article = cells.filled("id"), cells.filled("pubmed")
    return TherapyRow(
        id=f"EID{number}",
        medicines=cells.drugs("medicines", drugs),
        tumours=cells.listed("tumours", " | ") or cells.refuse("tumours", "is empty; write it"),
        excepted=(),
        biomarkers=_inherited(cells.predicate("biomarkers")) if cells.text("origin") == "germline" else cells.predicate("biomarkers"),
        direction=cells.one_of("direction", get_args(Direction)),
        level=cells.one_of("level", ("A", "B")),
        source=source,
        url=f"{ARTICLE_URL}{article}/",
        as_of=str(cells.day("reviewed") or cells.refuse("reviewed", "is empty; write it")),
        origin=cells.one_of("origin", get_args(Origin)),
        note=cells.text("note"),
    )


def _inherited(predicate: Predicate) -> Predicate:
    """An item on inherited variants says nothing of those that a tumour alone has."""
    return tuple(tuple(replace(term, atom=_germline(term.atom)) for term in group) for group in predicate)


def _germline(atom: Atom) -> Atom:
    return atom if atom.kind == "marker" or atom.origin else replace(atom, origin="germline", text=f"{atom.text} germline")
