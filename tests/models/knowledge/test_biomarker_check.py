"""What is wrong in rows on tumours is named, with the row and the remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.knowledge.biomarker_check import biomarker_faults, tumour_codes
from models.knowledge.biomarker_terms import read_predicate, spelled
from models.knowledge.biomarker_types import TherapyRow
from models.knowledge.types import Knowledge


def faults(knowledge: Knowledge, *rows: TherapyRow) -> list[str]:
    known = replace(knowledge.biomarkers, rows=rows)
    return [*biomarker_faults(known, tumour_codes(knowledge.clinical), lambda source, where: ())]


def label(knowledge: Knowledge) -> TherapyRow:
    rows = knowledge.biomarkers.rows
    return next(r for r in rows if r.level == "label" and spelled(r.biomarkers) == "BRAF p.V600E" and r.tumours == ("MEL",))


def test_the_shipped_rows_agree(knowledge: Knowledge) -> None:
    assert faults(knowledge, *knowledge.biomarkers.rows) == []


def test_as_many_label_rows_as_were_promised(knowledge: Knowledge) -> None:
    assert sum(row.level == "label" for row in knowledge.biomarkers.rows) >= 250


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tumours": ("XYZ",)}, "tumour 'XYZ' is not in clinical/tumours.toml"),
        ({"tumours": ("PRAD",)}, "do not name tumour 'PRAD'"),
        ({"biomarkers": read_predicate("BRAF p.V600K")}, "do not name 'BRAF p.V600K'"),
        ({"biomarkers": read_predicate("NOGENE p.V600E")}, "gene 'NOGENE'"),
        ({"biomarkers": read_predicate("EGFR exon 99 deletion")}, "is not in alterations.toml"),
        ({"biomarkers": read_predicate("XYZ positive")}, "is no marker"),
        ({"url": "http://example.org"}, "is no https address"),
        ({"digest": "x"}, "digest must be"),
        ({"age_from": 18, "age_below": 12}, "nobody would be meant"),
    ],
)
def test_one_fault(knowledge: Knowledge, changed: dict[str, object], said: str) -> None:
    found = faults(knowledge, replace(label(knowledge), **changed))  # type: ignore[arg-type]
    assert any(said in fault for fault in found), found


def test_two_rows_that_say_opposite_things(knowledge: Knowledge) -> None:
    row = label(knowledge)
    against = replace(row, id="other", direction="resistance")
    assert any("say opposite things" in fault for fault in faults(knowledge, row, against))
    assert not any("opposite" in f for f in faults(knowledge, row, replace(against, note=f"contradicted by {row.id}")))


def test_an_id_that_stands_twice(knowledge: Knowledge) -> None:
    assert any("stands twice" in fault for fault in faults(knowledge, label(knowledge), label(knowledge)))
