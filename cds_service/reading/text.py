"""A reading as lines of plain text for a terminal or a pipe: understood, not understood, not read, not valid."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from cds_service.reading.line import Line
from cds_service.reading.report import Reading
from cds_service.words import clean

_TITLES = {
    "patient": "Patient",
    "result": "Genetic results",
    "gene": "Genes, as rules will see them",
    "variant": "Variants",
    "problem": "Open questions about genetic results",
    "draft order": "Draft orders",
    "medicine": "Medicines",
    "problem list": "Problems",
    "family": "Relatives",
    "tumour": "Tumours",
    "measurement": "Measurements",
    "value": "Values, as rules will take them",
    "marker": "Tumour markers",
    "allergy": "Allergies",
    "request": "Requests",
}


def text_of(reading: Reading) -> Iterator[str]:
    """Every line, without its end."""
    kinds = ", ".join(f"{count} {name}" for name, count in sorted(reading.kinds.items()))
    yield f"{sum(reading.kinds.values())} resources: {kinds}"
    yield f"Whose: Patient/{clean(reading.patient)}"
    yield from _section("Prefetch", [(name, held) for name, held in reading.keys.items()])
    ordered = sorted(reading.lines, key=lambda line: list(_TITLES).index(line.section) if line.section in _TITLES else len(_TITLES))
    for section, lines in groupby(ordered, key=lambda line: line.section):
        yield from _section(_TITLES.get(section, section.capitalize()), [_row(line) for line in lines])
    gaps = [(gap.subject, gap.because, gap.reason, gap.origin) for gap in reading.gaps]
    yield from _section("Not understood, or not used", gaps, "Everything that is read was understood." if reading.whole else "")
    if lost := sum(line.lost for line in reading.lines):
        yield from ("", f"{lost} of the lines above are marked '?': no rule can use what they tell.")
    yield from _section("Not read: no rule asks for it", [(f"{count} × {name}",) for name, count in sorted(reading.unread.items())])
    invalid = [(where, problem) for where, problems in reading.invalid.items() for problem in problems]
    yield from _section("Not valid in FHIR R4B (it is read all the same)", invalid)


def _row(line: Line) -> tuple[str, ...]:
    return ("? " * line.lost + line.said, line.means, line.where, line.when)


def _section(title: str, rows: Sequence[tuple[str, ...]], nothing: str = "") -> Iterator[str]:
    if rows or nothing:
        yield ""
        yield title if rows else nothing
    for row in rows:
        yield "  " + "  ·  ".join(clean(cell) for cell in row if cell)
