"""Questions to facts: yes, no, not known; ranges where a number is only known to lie beyond a value."""

from __future__ import annotations

import math

import pytest

from models.careplans.facts import Fact, Facts, flag, number, verdict
from models.knowledge.careplan_files import read_when
from models.knowledge.careplan_types import When
from models.knowledge.shape import Table

FACTS: Facts = {
    "yes": flag("yes", True),
    "no": flag("no", False),
    "absent": Fact("absent", "absent"),
    "unread": Fact("unread", "unread"),
    "seven": number("seven", 7, 7),
    "below-five": number("below-five", -math.inf, math.nextafter(5, 0)),
    "above-sixty": number("above-sixty", math.nextafter(60, 61), math.inf),
    "teens": number("teens", 17, 18),
}


def when(*said: str) -> When:
    return read_when(Table({"when": list(said)}, "sample.toml"))


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ([], True),
        (["yes"], True),
        (["no"], False),
        (["not no"], True),
        (["not yes"], False),
        (["absent"], None),
        (["not absent"], None),
        (["untested absent"], True),
        (["untested yes"], False),
        (["untested unread"], None),
        (["seven < 7"], False),
        (["seven < 7.1"], True),
        (["seven >= 7"], True),
        (["below-five < 5"], True),
        (["below-five >= 5"], False),
        (["below-five < 3"], None),
        (["above-sixty < 60"], False),
        (["above-sixty >= 60"], True),
        (["above-sixty >= 90"], None),
        (["teens < 18"], None),
        (["teens < 19"], True),
        (["yes", "no"], False),
        (["absent", "no"], False),  # one that surely does not hold settles it
        (["absent", "yes"], None),
        (["absent | yes"], True),
        (["absent | no"], None),
        (["no | seven >= 9"], False),
        (["nobody-knows-it"], None),
    ],
)
def test_verdicts(said: list[str], holds: bool | None) -> None:
    assert verdict(when(*said), FACTS).holds is holds


def test_what_is_missing_is_named_only_where_it_decides() -> None:
    assert verdict(when("yes", "absent | unread"), FACTS).missing == ("absent", "unread")
    assert verdict(when("no", "absent"), FACTS).missing == ()
    assert verdict(when("absent | yes"), FACTS).missing == ()
