"""Look-up keys: what a row's text means, and what it answers."""

from __future__ import annotations

import math

import pytest

from models.knowledge.keys import matches, score
from models.knowledge.types import Score


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("0.0", Score(0.0, 0.0)),
        ("≥3.25", Score(3.25, math.inf)),
        ("0.25..1.0", Score(0.25, 1.0)),
        ("2.5..", Score(2.5, math.inf)),
        ("n/a", None),
        ("No Result", None),
        ("Poor Metabolizer", None),
        ("*57:01 positive", None),
        ("..1.0", None),
        ("1.0..0.5", None),
        ("≥1.0..2.0", None),
        ("-1.0", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_score(text: str, meant: Score | None) -> None:
    assert score(text) == meant


@pytest.mark.parametrize(
    ("keys", "lookup", "answered"),
    [
        (("*1/*3", "*2/*3"), "*1/*3", True),
        (("*1/*3", "*2/*3"), "*3/*2", True),
        (("*1/*3",), "*3/*3", False),
        (("*1/*3",), "*1/*31", False),
        (("*1/*3",), "n/a", False),
        (("0.25..1.0",), "0.25", True),
        (("0.25..1.0",), "1.0", True),
        (("0.25..1.0",), "0.0", False),
        (("2.5..",), "≥3.0", True),
        (("2.5..",), "12.0", True),
        (("3.0..4.0",), "≥3.0", False),
        (("2.5..",), "≥2.0", False),
        (("0.0..8.0",), "n/a", False),
        (("0.0", "n/a"), "n/a", True),
        (("Poor Metabolizer", "Likely Poor Metabolizer"), "Likely Poor Metabolizer", True),
        (("Likely Poor Metabolizer",), "Poor Metabolizer", False),
        (("No Result",), "No Result", True),
        (("*57:01 positive",), "*57:01 negative", False),
        ((), "0.0", False),
    ],
)
def test_matches(keys: tuple[str, ...], lookup: str, answered: bool) -> None:
    assert matches(keys, lookup) is answered
