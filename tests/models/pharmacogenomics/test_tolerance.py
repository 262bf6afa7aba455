"""When a medicine that was taken long enough silences its advice: only where every row that speaks says so."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from models.knowledge.types import Population, Row
from models.pharmacogenomics.rows import Applied
from models.pharmacogenomics.tolerance import tolerated
from tests.support.shipped import shipped
from tests.support.small_knowledge import row

EVERYBODY = Population("general", "everybody")
USUAL = row({})
NEVER = row({}, "dose_change", "serious", "less")
AFTER_90 = replace(NEVER, tolerance_days=90)
AFTER_30 = replace(NEVER, tolerance_days=30, message="other")


def asked(days: int, conflict: bool = False, **state: Any) -> Any:
    guideline, states = SimpleNamespace(keys={"GENE": "score"}), {"GENE": SimpleNamespace(**({"modulators": (), "mentioned": ()} | state))}
    return SimpleNamespace(continued_days=days, conflict=conflict, guideline=guideline, states=states)


def applied(*rows: Row) -> list[Applied]:
    return [Applied(EVERYBODY, {}, r, USUAL) for r in rows]


@pytest.mark.parametrize(
    ("question", "rows", "expected"),
    [
        (asked(90), (AFTER_90,), True),
        (asked(89), (AFTER_90,), False),
        (asked(0), (AFTER_90,), False),
        (asked(5000), (NEVER,), False),
        (asked(90), (AFTER_90, NEVER), False),
        (asked(90), (AFTER_90, AFTER_30), True),
        (asked(40), (AFTER_90, AFTER_30), False),
        (asked(90), (AFTER_90, USUAL), True),  # a silent row asks for nothing
        (asked(90, modulators=("slowol",)), (AFTER_90,), False),
        (asked(90, mentioned=("slowol",)), (AFTER_90,), False),
        (asked(90, conflict=True), (AFTER_90,), False),
    ],
)
def test_fault_E41_tolerated(question: Any, rows: tuple[Row, ...], expected: bool) -> None:
    assert tolerated(question, applied(*rows)) is expected


def test_tolerance_is_never_claimed_where_it_proves_nothing() -> None:
    """decisions.md: clopidogrel, tamoxifen, codeine, abacavir; and what acts on the heart without being felt."""
    never = {"clopidogrel", "tamoxifen", "codeine", "tramadol", "hydrocodone", "abacavir", "citalopram", "escitalopram", "warfarin"}
    guidelines = [g for several in shipped().guidelines.values() for g in several]
    tolerant = {g.drug.name for g in guidelines if any(r.tolerance_days is not None for r in g.rows)}
    assert tolerant == {"sertraline"}
    assert not tolerant & never
