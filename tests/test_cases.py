"""Every case of tests/cases: what the core says of one situation, in the words of the card."""

from __future__ import annotations

import pytest

from cds_service.messages import messages
from cds_service.present import detail, summary
from models.decisions.assess import assess_orders
from models.knowledge.types import Knowledge
from tests.support.cases import Case, all_cases, profile


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case, knowledge: Knowledge) -> None:
    found = assess_orders(profile(case, knowledge), knowledge)
    expect, words = case.expect, messages()
    assert len(found.findings) == expect.get("cards", 1), [summary(f, words) for f in found.findings]
    gaps = {(gap.subject, gap.reason) for gap in found.gaps}
    for subject, reason in expect.get("not_checked", {}).items():
        assert (subject, reason) in gaps, gaps
    checked = {c.subject: c.outcome for c in found.checked}
    for subject, outcome in expect.get("checked", {}).items():
        assert checked.get(subject) == outcome, checked
    if not found.findings:
        return
    finding = found.findings[0]
    said, text = summary(finding, words), detail(finding, words)
    assert finding.urgency == expect["indicator"], said
    assert finding.recommendations[0].action == expect["action"], said
    assert finding.kind == expect.get("kind", "drug-gene")
    assert finding.removable == expect.get("removable", expect["action"] == "alternative")
    for part in expect.get("summary", ()):
        assert part in said
    for part in expect.get("detail", ()):
        assert part in text.replace("\\", "")
    if "recommendations" in expect:
        assert [f"{r.population}: {r.action} {r.classification}" for r in finding.recommendations] == expect["recommendations"]
