"""Every case of tests/cases_dose: what dose-order-sign says in one situation, in the words of the card, or why it gives no number."""

from __future__ import annotations

import pytest

from cds_service.messages import messages
from cds_service.present import detail, summary
from models.knowledge.types import Knowledge
from tests.support.cases import Case
from tests.support.dose_cases import all_cases, answer


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case, knowledge: Knowledge) -> None:
    found, expect, words = answer(case, knowledge), case.expect, messages()
    assert len(found.findings) == expect.get("cards", 1), [summary(f, words) for f in found.findings] + [g.because for g in found.gaps]
    gaps = {(gap.subject, gap.reason, gap.because) for gap in found.gaps}
    for subject, said in expect.get("gaps", {}).items():
        reason, _, part = said.partition(": ")
        assert any(subject == about and reason == why and part in because for about, why, because in gaps), gaps
    checked = {c.subject: c.outcome for c in found.checked}
    assert checked.get("warfarin–dose") == expect.get("checked", "fired"), checked
    if not found.findings:
        assert "weekly" not in expect
        return
    finding = found.findings[0]
    said, text = summary(finding, words), detail(finding, words).replace("\\", "")
    assert finding.kind == "dose"
    assert finding.urgency == expect["indicator"], said
    assert not finding.removable
    assert not finding.options
    assert finding.estimate is not None
    assert finding.estimate.value == pytest.approx(expect["weekly"], abs=0.051)
    if "interval" in expect:
        ends = [end for end in (finding.estimate.low, finding.estimate.high) if end is not None]
        assert ends == pytest.approx(expect["interval"], abs=0.06)
    for part in expect.get("do", ()):
        assert part in said
    for part in expect.get("detail", ()):
        assert part in text, text
    for part in expect.get("not", ()):
        assert part not in text, text
    used = {i.name: f"{i.value} {i.unit} {i.as_of} {i.origin}" for i in finding.inputs}
    for name, part in expect.get("inputs", {}).items():
        assert part in used.get(name, ""), used


def test_there_are_enough_cases_and_enough_of_them_get_no_number() -> None:
    cases = all_cases()
    assert len(cases) >= 30
    assert sum(case.expect.get("cards", 1) == 0 for case in cases) >= 15
    assert len({case.name for case in cases}) == len(cases)
