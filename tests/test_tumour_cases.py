"""Every case of tests/cases_tumours: what the core says of one tumour, at an order or in the plan."""

from __future__ import annotations

import pytest

from cds_service.messages import messages
from cds_service.present import detail, summary
from models.decisions.assess import assess_orders
from models.decisions.opened_chart import assess_opened_chart
from models.finding import Finding
from models.knowledge.types import Knowledge
from tests.support.case_files import Case
from tests.support.tumour_cases import all_cases, listed, profile


@pytest.mark.parametrize("case", all_cases(), ids=str)
def test_case(case: Case, knowledge: Knowledge) -> None:
    patient, expect = profile(case, knowledge), case.expect
    at_order = bool(patient.orders)
    found = assess_orders(patient, knowledge) if at_order else assess_opened_chart(patient, knowledge)
    own = [f for f in found.findings if f.tumour is not None]
    assert len(own) == expect.get("cards", 1), [summary(f, messages()) for f in own]
    outcomes = {c.subject: c.outcome for c in found.checked}
    for subject, outcome in expect.get("checked", {}).items():
        assert outcomes.get(subject) == outcome, outcomes
    gaps = {(gap.subject, gap.reason) for gap in found.gaps}
    for subject, reason in expect.get("not_checked", {}).items():
        assert (subject, reason) in gaps, gaps
    if own:
        _said(own[0], case)


def _said(finding: Finding, case: Case) -> None:
    expect, words = case.expect, messages()
    said, text = summary(finding, words), detail(finding, words).replace("\\", "")
    assert finding.urgency == expect.get("indicator", "info"), said
    assert expect.get("action", finding.recommendations[0].action) == finding.recommendations[0].action, said
    assert expect.get("message", finding.recommendations[0].message) == finding.recommendations[0].message, said
    assert all(part in said for part in expect.get("summary", ())), said
    assert all(part in text for part in expect.get("detail", ())), text
    assert not any(part in text for part in expect.get("not_detail", ())), text
    assert set(expect.get("alternatives", ())) <= {d.name for r in finding.recommendations for d in r.alternatives}, said
    if finding.plan is not None:
        plan = finding.plan
        for side, therapies in (("fits", plan.fits), ("against", plan.against), ("elsewhere", plan.elsewhere)):
            assert set(expect.get(side, ())) <= set(listed(therapies)), (side, listed(therapies))
            assert not set(expect.get(f"not_{side}", ())) & set(listed(therapies)), (side, listed(therapies))
        assert set(expect.get("untested", ())) <= set(plan.untested), plan.untested
