"""Predicates hold, fail, or are left open; what decided is told."""

from __future__ import annotations

import pytest

from models.knowledge.biomarker_terms import read_predicate
from models.knowledge.biomarker_types import Atom, Told
from models.oncology.predicates import held

KNOWN = {"ER positive": Told(True), "PR positive": Told(False), "HER2 negative": Told(None), "KRAS mutation": Told(False, unsure=True)}


def answer(atom: Atom) -> Told:
    return KNOWN[atom.text]


@pytest.mark.parametrize(
    ("text", "verdict", "rests_on"),
    [
        ("ER positive | PR positive", True, ["ER positive"]),
        ("PR positive", False, ["PR positive"]),
        ("!PR positive", True, ["PR positive"]),
        ("ER positive & HER2 negative", None, ["HER2 negative"]),
        ("PR positive & HER2 negative", False, ["PR positive"]),
        ("PR positive | HER2 negative", None, ["HER2 negative"]),
        ("!HER2 negative", None, ["HER2 negative"]),
        ("KRAS mutation", False, ["KRAS mutation"]),
        ("!KRAS mutation", None, ["KRAS mutation"]),
    ],
)
def test_three_values(text: str, verdict: bool | None, rests_on: list[str]) -> None:
    """An uncertain variant of KRAS (the last two) is no mutation, and proves no wild type either."""
    found = held(read_predicate(text), answer)
    assert found.verdict is verdict
    assert [term.atom.text for term, _ in found.rests_on] == rests_on
