"""One file of clinical names: what rules call by one word, and the codes by which charts say it. No judgement of a patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from models.codes import LOINC, NCIT, ONCOTREE, OWN, SNOMED
from models.knowledge.clinical_types import Clinical, Measured, OtherScale, TumourType, Use
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.units import same_dimension

SYSTEMS = ((SNOMED, "snomed"), (LOINC, "loinc"), (NCIT, "ncit"), (OWN, "own"))


def read_clinical(values: Mapping[str, Any], where: str) -> Iterator[Clinical]:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        read_source(file)
        use: Use = file.choice("use", get_args(Use)) if file.has("use") else "rules"
        for row in file.tables("concept"):
            codes = {(system, code) for system, key in SYSTEMS for code in row.texts(key, ())}
            icd, tumour = row.texts("icd", ()), _tumour(row)
            codes |= {(ONCOTREE, tumour.oncotree)} if tumour else set()
            if not codes and not icd:
                row.refuse("has no code; nothing in a chart could mean it, so give at least one")
            for beginning in icd:
                if not beginning.isalnum() or not beginning[0].isupper():
                    row.refuse(f"'{beginning}' is no beginning of an ICD-10 code without its point (such as 'I63')", "icd")
            own: Use = row.choice("use", get_args(Use)) if row.has("use") else use
            yield Clinical(row.text("id"), row.text("label"), frozenset(codes), icd, own, _measured(row), tumour)


def _measured(row: Table) -> Measured | None:
    """How its numbers are read; a unit without limits would let a slip of the pen through, so they go together."""
    if not row.has("unit"):
        return None
    unit, low, high = row.text("unit"), row.number("low"), row.number("high")
    if low is None or high is None or low >= high:
        row.refuse("must be below high", "low")
    if not same_dimension(unit, unit) and unit != "1":
        row.refuse(f"'{unit}' can be no unit; write it in UCUM", "unit")
    days, child = row.whole("max_age_days", None), row.whole("max_age_days_child", None)
    mass, charge = row.number("molar_mass", None), row.whole("charge", None)
    return Measured(unit, low, high, days, days if child is None else child, mass, charge, _also(row))


def _also(row: Table) -> OtherScale | None:
    if not row.has("also"):
        return None
    with row.table("also") as table:
        times = table.number("times")
        if not times:
            table.refuse("must not be 0", "times")
        return OtherScale(table.text("unit"), times or 1.0, table.number("plus", 0.0) or 0.0)


def _tumour(row: Table) -> TumourType | None:
    if not row.has("oncotree"):
        return None
    found = TumourType(
        row.text("oncotree"), row.text("parent", ""), row.texts("topography", ()), row.texts("morphology", ()), row.texts("histology", ())
    )
    for code in found.morphology:
        if len(code) != 6 or code[4] != "/" or not (code[:4] + code[5]).isdigit():
            row.refuse(f"'{code}' is no ICD-O-3 morphology with its behaviour (such as '8140/3')", "morphology")
    return found
