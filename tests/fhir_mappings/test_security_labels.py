"""Security labels of resources: what may not be read without consent, and what is told only where a decision needs it."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.security_labels import WITHHELD, disclosable, restricted


def labelled(*codes: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "meta": {"security": [{"code": code} for code in codes]}}


@pytest.mark.parametrize(("code", "so"), [("R", True), ("V", True), ("GDIS", True), ("N", False), ("NOAUTH", False), ("r", False)])
def test_which_labels_restrict(code: str, so: bool) -> None:
    assert restricted(labelled(code)) is so
    assert restricted(labelled("N", code)) is so


@pytest.mark.parametrize("code", ["NOAUTH", "NODSCLCD"])
def test_what_may_not_be_disclosed_is_left_out_and_told_once(code: str) -> None:
    plain = labelled("N")
    kept, gaps = disclosable([labelled(code), plain, labelled("R", code)], "variants")
    assert kept == (plain,)
    assert [(gap.subject, gap.reason, gap.because, gap.origin) for gap in gaps] == [("variants", "unavailable", WITHHELD, "")]
    assert disclosable([plain, labelled("R")], "variants") == ((plain, labelled("R")), ())


@pytest.mark.parametrize(
    "meta", [None, "R", [], {}, {"security": "R"}, {"security": {"code": "R"}}, {"security": [None, "R", {"code": 1}]}]
)
def test_broken_labels_raise_nothing(meta: Any) -> None:
    resource = {"resourceType": "Observation", "meta": meta}
    assert not restricted(resource)
    assert disclosable([resource], "variants") == ((resource,), ())
