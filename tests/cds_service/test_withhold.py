"""What order-select leaves for order-sign: deferred, never dropped."""

from __future__ import annotations

from cds_service.services.order_select import SERVICE as SELECT
from cds_service.services.order_sign import SERVICE as SIGN
from cds_service.withhold import withhold
from models.finding import Action, Assessment, Drug, Evidence, Finding, GeneEvidence, Recommendation


def finding(action: Action) -> Finding:
    said = Recommendation("Body", "Strong", (action,), "general", {"GENE1": "x"}, "m", {})
    return Finding(
        "drug-gene", "warning", Drug("drug", "1"), (GeneEvidence("GENE1"),), (said,), (Evidence("Body drug", "1", "https://example.org"),)
    )


def test_order_select_speaks_of_alternatives_and_tests_only() -> None:
    found = Assessment(tuple(finding(a) for a in ("alternative", "test", "dose_change", "monitor")))
    shown = withhold(found, SELECT)
    assert [f.recommendations[0].action for f in shown.findings] == ["alternative", "test"]
    assert {(c.subject, c.outcome) for c in shown.checked} == {("drug–GENE1", "deferred")}


def test_order_sign_speaks_of_everything() -> None:
    found = Assessment(tuple(finding(a) for a in ("alternative", "dose_change")))
    assert withhold(found, SIGN) == found
