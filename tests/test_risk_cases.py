"""Every case of tests/cases_risk: what one risk says of one situation, in the words of the card."""

from __future__ import annotations

import pytest

from cds_service.messages import messages
from cds_service.present import detail, summary
from models.finding import Finding
from models.knowledge.types import Knowledge
from tests.support.case_files import Case
from tests.support.risk_cases import all_cases, answer


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case, knowledge: Knowledge) -> None:
    found, expect, words = answer(case, knowledge), case.expect, messages()
    said = [summary(f, words) for f in found.findings]
    assert len(found.findings) == int(expect.get("card", True)), (said, found.gaps, found.checked)
    gaps = {(gap.subject, gap.because) for gap in found.gaps}
    for subject, part in expect.get("gaps", {}).items():
        assert any(about.endswith(f"–{subject}") and part in because for about, because in gaps), gaps
    if "checked" in expect:
        assert [c.outcome for c in found.checked] == [expect["checked"]], found.checked
    for finding in found.findings:
        _holds(finding, case)


def _holds(finding: Finding, case: Case) -> None:
    expect, words = case.expect, messages()
    said, text = summary(finding, words), detail(finding, words).replace("\\", "")
    assert finding.kind == "risk"
    assert finding.urgency == expect.get("indicator", "info")
    assert finding.recommendations[0].message == f"risk-{expect['message']}"
    assert not finding.removable and not finding.replaceable
    if "value" in expect:
        assert finding.estimate is not None and f"{100 * finding.estimate.value:.1f}" == expect["value"], finding.estimate
    for part in expect.get("summary", ()):
        assert part in said
    for part in expect.get("detail", ()):
        assert part in text, text
    for part in expect.get("not_detail", ()):
        assert part not in text, text
    if "orders" in expect:
        assert [test.name for test in finding.tests] == expect["orders"]
    if "condition" in expect:
        assert finding.condition == expect["condition"] and finding.estimate is None


def test_there_are_sixty_cases_and_fifteen_of_them_refuse() -> None:
    cases = all_cases()
    refused = [case for case in cases if case.expect.get("gaps") and not case.expect.get("card", True)]
    assert len(cases) >= 60
    assert len(refused) >= 15
    assert len({(case.file, case.name) for case in cases}) == len(cases)
