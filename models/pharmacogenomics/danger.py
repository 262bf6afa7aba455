"""Rows whose neglect can kill in a state that the chart documents (breastfeeding). Not how loud they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models.pharmacogenomics.question import Question
from models.pharmacogenomics.rows import Applied


def endangering(applied: Sequence[Applied], question: Question) -> tuple[Applied, ...]:
    """The same rows, fatal where the patient has what `fatal_for` names as an active problem."""
    return tuple(replace(a, row=replace(a.row, harm="fatal")) if _endangered(a, question) else a for a in applied)


def _endangered(applied: Applied, question: Question) -> bool:
    names = [question.knowledge.clinical[name] for name in applied.row.fatal_for]
    return question.chart.has(names, "active")
