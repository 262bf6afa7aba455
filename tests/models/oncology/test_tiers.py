"""Tiers follow from level and tumour; nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.knowledge.biomarker_types import TherapyRow
from models.knowledge.types import Knowledge
from models.oncology.tiers import Fit, rank, tiers


def row(knowledge: Knowledge, **changed: object) -> TherapyRow:
    base = next(r for r in knowledge.biomarkers.rows if r.level == "label" and r.direction == "sensitivity")
    return replace(base, tumours=("NSCLC",), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("level", "fit", "amp", "escat"),
    [
        ("label", "same", "I-A", "I"),
        ("A", "maybe", "I-A", "I"),
        ("B", "same", "I-B", "II"),
        ("label", "other", "II-C", "III-A"),
        ("B", "other", "II-C", "III-A"),
    ],
)
def test_sensitivity(knowledge: Knowledge, level: str, fit: Fit, amp: str, escat: str) -> None:
    assert [(t.scale, t.tier) for t in tiers(row(knowledge, level=level), fit)] == [("AMP/ASCO/CAP", amp), ("ESCAT", escat)]


def test_a_tumour_agnostic_label_is_a_basket(knowledge: Knowledge) -> None:
    agnostic = replace(row(knowledge), tumours=("solid",))
    assert tiers(agnostic, "same")[1].tier == "I-C"


def test_resistance_has_no_place_in_escat(knowledge: Knowledge) -> None:
    assert [t.scale for t in tiers(row(knowledge, direction="resistance"), "same")] == ["AMP/ASCO/CAP"]


def test_the_stronger_comes_first(knowledge: Knowledge) -> None:
    assert rank(tiers(row(knowledge), "same")) < rank(tiers(row(knowledge, level="B"), "same")) < rank(tiers(row(knowledge), "other"))
