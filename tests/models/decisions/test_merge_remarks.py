"""Findings on one drug keep each other's remarks."""

from __future__ import annotations

from models.decisions.merge import one_finding
from models.finding import Drug, Evidence, Finding, Remark


def finding(urgency: str, *remarks: Remark) -> Finding:
    evidence = (Evidence("body", "1", "https://example.org"),)
    return Finding("drug-gene", urgency, Drug("a", "1"), (), (), evidence, remarks=remarks)  # type: ignore[arg-type]


def test_remarks_of_all_stand_once_the_loudest_first() -> None:
    one, other = Remark("one"), Remark("other", (("what", "x"),))
    merged = one_finding([finding("info", one), finding("warning", other, one)])
    assert merged.remarks == (other, one)
