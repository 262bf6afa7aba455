"""Reported text on a card: shown as written, never acted on by a Markdown or HTML renderer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.messages import messages
from cds_service.words import LONGEST_QUOTE, clean, dose, escaped, joined
from models.finding import Dose
from tests.support.response_rules import RAW_HTML

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "https://evil.example",
    "`code` **bold** _it_ ~~x~~ | a | b |",
    "&lt;script&gt;",
    "# heading",
    "line\nbreak\r\n- item",
    "{{7*7}} {drug}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_security_S30_hostile_text_becomes_plain_text(text: str) -> None:
    shown = escaped(text)
    assert not RAW_HTML.search(shown)
    assert "\n" not in shown
    assert shown.count("[") == shown.count("\\[")
    assert "://" not in shown


def test_fault_H02_control_and_direction_characters_are_dropped() -> None:
    assert clean("*2\u202e/\u200b*2\x00\x1b[31m") == "*2/*2[31m"


@given(st.text(max_size=400))
def test_security_S31_any_text_is_one_line_without_live_markup(text: str) -> None:
    shown = escaped(text)
    assert "\n" not in shown
    assert len(clean(text)) <= LONGEST_QUOTE
    bare = shown.replace("\\\\", "")
    assert "<" not in bare
    for sign in "`*_[]|&":
        assert bare.count(sign) == bare.count("\\" + sign)


def test_words_are_joined_as_people_do() -> None:
    assert [joined(list(w), " or ") for w in ("", "a", "ab", "abc")] == ["", "a", "a or b", "a, b or c"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Dose(50, 50, "%", "standard starting dose"), "50 % of the standard starting dose"),
        (Dose(20, 50, "%", "standard starting dose"), "20–50 % of the standard starting dose"),
        (Dose(None, 20, "mg/day", "starting dose"), "at most 20 mg/day (starting dose)"),
        (None, ""),
    ],
)
def test_doses_in_words(value: Dose | None, said: str) -> None:
    assert dose(value, messages()) == said
