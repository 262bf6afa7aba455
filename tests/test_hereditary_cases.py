"""Every case of tests/cases_hereditary: what inherited disease means in one situation, in the words of the card."""

from __future__ import annotations

import pytest

from cds_service.messages import messages
from cds_service.present import detail, summary
from models.knowledge.types import Knowledge
from tests.support.case_files import Case
from tests.support.hereditary_cases import all_cases, answer


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case, knowledge: Knowledge) -> None:
    found, expect, words = answer(case, knowledge), case.expect, messages()
    assert len(found.findings) == expect.get("cards", 1), [summary(f, words) for f in found.findings]
    gaps = {(gap.subject, gap.because) for gap in found.gaps}
    for subject, part in expect.get("gaps", {}).items():
        assert any(subject == about and part in because for about, because in gaps), gaps
    checked = {c.subject: c.outcome for c in found.checked}
    for subject, outcome in expect.get("checked", {}).items():
        assert checked.get(subject) == outcome, checked
    if "conditions" in expect:
        assert [f.condition for f in found.findings] == expect["conditions"]
    if not found.findings:
        return
    finding = found.findings[0]
    said, text = summary(finding, words), detail(finding, words).replace("\\", "")
    assert finding.kind == "hereditary"
    assert finding.urgency == expect["indicator"], said
    assert finding.recommendations[0].message == f"hereditary-{expect['message']}"
    assert finding.removable == expect.get("removable", False)
    if "action" in expect:
        assert finding.recommendations[0].action == expect["action"]
    for part in expect.get("summary", ()):
        assert part in said
    for part in expect.get("detail", ()):
        assert part in text, text


def test_there_are_forty_cases_and_more_that_must_stay_quiet_than_a_few() -> None:
    cases = all_cases()
    assert len(cases) >= 40
    assert sum(case.expect.get("cards", 1) == 0 for case in cases) >= 15
    assert len({case.name for case in cases}) == len(cases)
