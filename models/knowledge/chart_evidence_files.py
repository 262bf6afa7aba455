"""One evidence file: how enzyme tests and recorded problems become a gene's phenotype. No judgement of a patient."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from models.knowledge.evidence_types import Border, ChartEvidence, EnzymeTest, Problem, Unless
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source

GENDERS = ("female", "male")


def read_chart_evidence(values: Mapping[str, Any], where: str) -> ChartEvidence:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        with file.table("evidence") as head:
            gene, decides_for = head.text("gene"), head.texts("decides_for", ())
            if unknown := [sex for sex in decides_for if sex not in GENDERS]:
                head.refuse(f"must be of {', '.join(GENDERS)}, not '{unknown[0]}'", "decides_for")
        tests = tuple(_test(row) for row in file.tables("test")) if file.has("test") else ()
        problems = tuple(_problem(row) for row in file.tables("problem")) if file.has("problem") else ()
        if not tests and not problems:
            file.refuse("has neither a test nor a problem; it says nothing of the gene, so remove it")
        return ChartEvidence(gene, decides_for, tests, problems, source)


def _problem(row: Table) -> Problem:
    return Problem(row.text("name"), _phenotypes(row), row.flag("decides", False))


def _phenotypes(row: Table) -> tuple[str, ...]:
    found = row.texts("phenotypes")
    if not found:
        row.refuse("is empty; name at least one", "phenotypes")
    return found


def _test(row: Table) -> EnzymeTest:
    borders = tuple(_border(inner) for inner in row.tables("border")) if row.has("border") else ()
    words = row.lists("words") if row.has("words") else {}
    if not borders and not words:
        row.refuse("has neither a border nor words; no result of it could be read")
    for word, phenotypes in words.items():
        if word != " ".join(word.lower().split()) or not phenotypes:
            row.refuse("must be in lower case, with single blanks, and mean a phenotype", f"words.{word}")
    _without_overlap(row, borders)
    return EnzymeTest(row.text("measured"), borders, words, tuple(_unless(row)))


def _border(row: Table) -> Border:
    low, high, units = row.number("from", 0.0), row.number("below", math.inf), row.texts("units")
    if low is None or high is None or low >= high or not units:
        row.refuse("must name units and run upwards", "from")
    return Border(units, low, high, _phenotypes(row))


def _without_overlap(row: Table, borders: tuple[Border, ...]) -> None:
    for i, one in enumerate(borders):
        for other in borders[:i]:
            if set(one.units) & set(other.units) and one.low < other.high and other.low < one.high:
                row.refuse("has values that two borders hold; a result must mean one thing", "border")


def _unless(row: Table) -> Iterator[Unless]:
    if not row.has("unless"):
        return
    for inner in row.tables("unless"):
        days = inner.whole("days", None)
        if days is not None and days < 1:
            inner.refuse("must be a number of days; leave it out for what lasts", "days")
        yield Unless(inner.text("name"), days, inner.text("note", ""))
