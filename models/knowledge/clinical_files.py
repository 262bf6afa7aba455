"""One file of clinical names: what rules call by one word, and the codes by which charts say it. No judgement of a patient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.codes import LOINC, SNOMED
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.types import Clinical


def read_clinical(values: Mapping[str, Any], where: str) -> Iterator[Clinical]:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        read_source(file)
        for row in file.tables("concept"):
            codes = {(system, code) for system, key in ((SNOMED, "snomed"), (LOINC, "loinc")) for code in row.texts(key, ())}
            icd = row.texts("icd", ())
            if not codes and not icd:
                row.refuse("has no code; nothing in a chart could mean it, so give at least one")
            for beginning in icd:
                if not beginning.isalnum() or not beginning[0].isupper():
                    row.refuse(f"'{beginning}' is no beginning of an ICD-10 code without its point (such as 'I63')", "icd")
            yield Clinical(row.text("id"), row.text("label"), frozenset(codes), icd)
