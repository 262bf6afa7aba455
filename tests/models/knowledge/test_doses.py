"""The dose that software reads is the dose that the card says in words: one cannot be changed without the other."""

from __future__ import annotations

import re

import pytest

from cds_service.messages import messages
from cds_service.words import dose, joined
from models.knowledge.types import Guideline, Row
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
ROWS = [(g, row) for several in KNOWLEDGE.guidelines.values() for g in several for row in g.rows if row.dose is not None]


def words(guideline: Guideline, row: Row) -> str:
    """The row's message without the part that is made of the dose itself."""
    names = [KNOWLEDGE.drugs.ingredients[rxnorm].name for rxnorm in row.alternatives]
    parts = {"drug": guideline.drug.name, "alternatives": joined(names, " or "), "dose": "{dose}", **row.parts}
    parts["genes"] = joined(list(guideline.keys), " and ")
    message = messages().row(row.message)
    return " ".join(text.format_map(parts) for text in (message.do, message.why, message.more))


@pytest.mark.parametrize(("guideline", "row"), ROWS, ids=lambda v: getattr(v, "id", getattr(v, "message", "")))
def test_the_dose_is_in_the_words(guideline: Guideline, row: Row) -> None:
    """75 % may be told as "25 % less", 200 % as "raise by 100 %" or "2 times"."""
    assert row.dose is not None
    said, figures = words(guideline, row), [f for f in (row.dose.low, row.dose.high) if f is not None]
    if "{dose}" in said:
        assert dose(row.dose, messages()), "the dose is told by itself"
        return
    told = {float(n) for n in re.findall(r"[0-9]+(?:\.[0-9]+)?", said)}
    told |= {100 * n for n in told} if " times " in said else set()
    half = {50.0} if re.search(r"\bhal(f|ve)\b", said) else set()
    quarter = {25.0} if "quarter" in said else set()
    tenth = {10.0} if "tenth" in said else set()
    for figure in figures:
        meant = {figure} | ({abs(100 - figure)} if row.dose.unit == "%" else set())
        assert meant & (told | half | quarter | tenth), f"{guideline.id}, {row.message}: {figure:g} {row.dose.unit} is not in '{said}'"
