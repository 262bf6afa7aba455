"""Findings on one drug keep each other's remarks; what can be clicked needs all of them."""

from __future__ import annotations

from dataclasses import replace

from models.decisions.merge import one_finding
from models.finding import Drug, Evidence, Finding, Remark


def finding(urgency: str, *remarks: Remark) -> Finding:
    evidence = (Evidence("body", "1", "https://example.org"),)
    return Finding("drug-gene", urgency, Drug("a", "1"), (), (), evidence, remarks=remarks)  # type: ignore[arg-type]


def test_remarks_of_all_stand_once_the_loudest_first() -> None:
    one, other = Remark("one"), Remark("other", (("what", "x"),))
    merged = one_finding([finding("info", one), finding("warning", other, one)])
    assert merged.remarks == (other, one)


def test_a_draft_can_be_replaced_only_where_all_agree_that_it_goes() -> None:
    goes = replace(finding("warning"), removable=True, replaceable=True)
    stays = finding("info")
    assert one_finding([goes, replace(goes, urgency="info")]).replaceable
    assert not one_finding([goes, stays]).replaceable
    assert not one_finding([goes, replace(goes, replaceable=False)]).replaceable
    assert not one_finding([stays, finding("warning")]).replaceable, "nobody said that it goes"
