"""A web address in reported text stays readable and is no link."""

from __future__ import annotations

import pytest

from cds_service.words import escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [("www.example.org", "www\u200b.example.org"), ("https://a.example", "https:\u200b//a.example"), ("<b>", "‹b>"), ("*2", "\\*2")],
)
def test_security_S30_nothing_reported_becomes_a_link(text: str, shown: str) -> None:
    assert escaped(text) == shown
