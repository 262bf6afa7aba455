"""What a profile holds, one line a fact, in the order in which rules need it. For people and for tools."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.reading.chart import chart_lines, medicine_lines
from cds_service.reading.genes import gene_lines, variant_lines
from cds_service.reading.line import Line
from models.knowledge.types import Knowledge
from models.patient import PatientProfile


def lines_of(profile: PatientProfile, knowledge: Knowledge) -> Iterator[Line]:
    """Everything that was understood, in the order in which rules need it."""
    yield from _patient(profile)
    yield from gene_lines(profile, knowledge)
    yield from variant_lines(profile)
    yield from medicine_lines(profile, knowledge)
    yield from chart_lines(profile, knowledge)


def _patient(profile: PatientProfile) -> Iterator[Line]:
    stated = {"birth date": profile.birth_date, "sex": profile.sex, "ancestry": ", ".join(profile.ancestry)}
    yield from (Line("patient", f"{name}: {value}") for name, value in stated.items() if value)
    if profile.deceased:
        yield Line("patient", "deceased", "no cards")
