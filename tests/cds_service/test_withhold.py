"""What is not said now, and why: the rules of decisions.md, each in both directions. Nothing is ever dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.coverage import subjects
from cds_service.overrides import REASONS
from cds_service.remembered import Memory, Outcome, Shown, family
from cds_service.services.order_select import SERVICE as SELECT
from cds_service.services.order_sign import SERVICE as SIGN
from cds_service.withhold import withhold
from models.finding import Action, Assessment, Drug, Evidence, Finding, GeneEvidence, Kind, Recommendation, Urgency

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ORDERS = {"MedicationRequest/1": "key-1", "MedicationRequest/2": "key-2"}


def finding(
    action: Action = "alternative",
    urgency: Urgency = "warning",
    kind: Kind = "drug-gene",
    orders: tuple[str, ...] = ("MedicationRequest/1",),
) -> Finding:
    said = Recommendation("Body", "Strong", (action,), "general", {"GENE1": "x"}, "m", {})
    evidence = (Evidence("Body drug", "1", "https://example.org"),)
    return Finding(kind, urgency, Drug("drug", "1"), (GeneEvidence("GENE1"),), (said,), evidence, orders)


CRITICAL, WARNING, INFO = finding(urgency="critical"), finding(), finding(urgency="info")
TEST = finding("test", "info", "pre-test")


def row(of: Finding, **members: Any) -> Shown:
    """`of` as it was shown yesterday in this encounter for the first order."""
    filled = {"indicator": of.urgency, "encounter": "here", "orders": frozenset({"key-1"}), "at": NOW - DAY} | members
    if filled.get("outcome", "shown") != "shown":
        filled = {"settled": filled["at"]} | filled
    return Shown("card", of.topic, family(of), **filled)


def overridden(of: Finding, reason: str = "tolerates", **members: Any) -> Shown:
    return row(of, outcome="overridden", reason=reason, **members)


def memory(*rows: Shown, **members: Any) -> Memory:
    return replace(Memory(NOW, "p", "here", ORDERS, shown=rows), **members)


def outcome(of: Finding, remembered: Memory, service: Any = SIGN) -> str:
    """ "shown", or why it is not."""
    found = withhold(Assessment((of,)), service, remembered)
    return "shown" if found.findings == (of,) else found.checked[0].outcome


def test_fault_E28_order_select_speaks_of_alternatives_and_tests_only() -> None:
    found = Assessment(tuple(finding(a) for a in ("alternative", "test", "dose_change", "monitor")))
    shown = withhold(found, SELECT)
    assert [f.recommendations[0].action for f in shown.findings] == ["alternative", "test"]
    assert {(c.subject, c.outcome) for c in shown.checked} == {("drug–GENE1", "deferred")}


def test_order_sign_speaks_of_everything() -> None:
    found = Assessment(tuple(finding(a) for a in ("alternative", "dose_change")))
    assert withhold(found, SIGN) == found


ANOTHER = finding("dose_change")  # other advice: another topic
TWO = replace(CRITICAL, orders=("MedicationRequest/1", "MedicationRequest/2"))


@pytest.mark.parametrize(
    ("about", "remembered", "expected"),
    [
        # once in an encounter
        (WARNING, memory(row(WARNING)), "shown before"),
        (INFO, memory(row(INFO)), "shown before"),
        (WARNING, memory(row(WARNING, encounter="there")), "shown"),
        (WARNING, memory(row(ANOTHER)), "shown"),
        (CRITICAL, memory(row(CRITICAL)), "shown"),
        (WARNING, memory(row(WARNING, indicator="info")), "shown"),  # it became louder
        (INFO, memory(row(INFO, indicator="warning")), "shown before"),
        (WARNING, memory(row(WARNING, outcome="accepted")), "shown"),  # ordered anew after it was taken back
        # without an encounter only an override holds
        (WARNING, memory(row(WARNING, encounter=""), encounter=""), "shown"),
        (WARNING, memory(overridden(WARNING, encounter=""), encounter=""), "overridden"),
        # overridden with a reason: twelve months, in any encounter
        (WARNING, memory(overridden(WARNING, encounter="there", at=NOW - 364 * DAY)), "overridden"),
        (WARNING, memory(overridden(WARNING, encounter="there", at=NOW - 366 * DAY)), "shown"),
        (INFO, memory(overridden(INFO, encounter="there", at=NOW - 300 * DAY)), "overridden"),
        (WARNING, memory(overridden(WARNING, encounter="there", reason="other")), "overridden"),
        (WARNING, memory(overridden(WARNING, encounter="there", reason="")), "shown"),  # a silent click
        (WARNING, memory(overridden(ANOTHER, encounter="there")), "shown"),  # the facts are others now
        (WARNING, memory(overridden(WARNING, encounter="there", indicator="info")), "shown"),
        # critical: for this very order only
        (CRITICAL, memory(overridden(CRITICAL)), "overridden"),
        (CRITICAL, memory(overridden(CRITICAL, reason="")), "shown"),
        (CRITICAL, memory(overridden(CRITICAL, orders=frozenset({"key-2"}))), "shown"),
        (CRITICAL, memory(overridden(CRITICAL, orders=frozenset())), "shown"),
        (CRITICAL, memory(overridden(CRITICAL, indicator="warning")), "shown"),
        (CRITICAL, memory(overridden(CRITICAL), nameless=True), "shown"),
        (replace(CRITICAL, orders=()), memory(overridden(CRITICAL)), "shown"),
        (TWO, memory(overridden(CRITICAL)), "shown"),
        (TWO, memory(overridden(CRITICAL, orders=frozenset({"key-1", "key-2"}))), "overridden"),
        (TWO, memory(overridden(CRITICAL), overridden(CRITICAL, orders=frozenset({"key-2"}))), "overridden"),
        (CRITICAL, memory(overridden(CRITICAL, encounter="", at=NOW - DAY / 2), encounter=""), "overridden"),
        (CRITICAL, memory(overridden(CRITICAL, encounter="", at=NOW - 2 * DAY), encounter=""), "shown"),
        # a test is asked for once in 90 days, whatever the encounter and whatever was said of the card
        (TEST, memory(row(TEST, encounter="there", at=NOW - 89 * DAY)), "shown before"),
        (TEST, memory(row(TEST, encounter="there", at=NOW - 91 * DAY)), "shown"),
        (TEST, memory(row(TEST, encounter="", at=NOW - 2 * DAY), encounter=""), "shown before"),
        (TEST, memory(row(replace(TEST, genes=(GeneEvidence("GENE2"),)), encounter="there")), "shown before"),
        (TEST, memory(row(replace(TEST, drug=Drug("other", "2")), encounter="there")), "shown"),
        (TEST, memory(row(TEST, encounter="there", outcome="accepted")), "shown before"),
        (finding("test", "info", "not-checked"), memory(row(TEST, encounter="there")), "shown"),
    ],
)
def test_fault_H09_H10_order_sign(about: Finding, remembered: Memory, expected: str) -> None:
    assert outcome(about, remembered) == expected


@pytest.mark.parametrize(
    ("about", "remembered", "expected"),
    [
        (WARNING, memory(row(WARNING)), "shown"),  # it is still on the screen
        (WARNING, memory(overridden(WARNING)), "overridden"),
        (TEST, memory(row(TEST)), "shown"),
        (TEST, memory(row(TEST, encounter="there")), "shown before"),
        (TEST, memory(row(TEST, encounter="", at=NOW), encounter=""), "shown"),
        (TEST, memory(row(TEST, encounter="", at=NOW - DAY), encounter=""), "shown before"),
        (finding("dose_change"), memory(overridden(finding("dose_change"))), "deferred"),
    ],
)
def test_order_select_repeats_what_it_would_take_from_the_screen(about: Finding, remembered: Memory, expected: str) -> None:
    assert outcome(about, remembered, SELECT) == expected


@pytest.mark.parametrize(
    ("about", "remembered", "expected"),
    [
        (WARNING, memory(row(WARNING, encounter="there", at=NOW - 89 * DAY)), "shown before"),
        (WARNING, memory(row(WARNING, encounter="", at=NOW - 89 * DAY), encounter=""), "shown before"),
        (WARNING, memory(row(WARNING, at=NOW - 91 * DAY)), "shown"),
        (WARNING, memory(row(ANOTHER)), "shown"),
        (WARNING, memory(row(WARNING, indicator="info")), "shown"),
    ],
)
def test_a_review_tells_the_same_facts_once_in_ninety_days(about: Finding, remembered: Memory, expected: str) -> None:
    assert outcome(about, remembered, replace(SIGN, again_after=90)) == expected


def test_it_is_said_when_and_for_which_reason_but_not_in_whose_words() -> None:
    def because(reason: str) -> str:
        return withhold(Assessment((WARNING,)), SIGN, memory(overridden(WARNING, reason))).checked[0].because

    assert because("tolerates") == "overridden with a reason on 2026-11-24 (tolerates)"
    assert because("other") == "overridden with a reason on 2026-11-24"


def test_the_latest_override_counts() -> None:
    both = memory(overridden(WARNING, at=NOW - 400 * DAY), overridden(WARNING, at=NOW - 30 * DAY))
    assert "2026-10-26" in withhold(Assessment((WARNING,)), SIGN, both).checked[0].because


def test_a_finding_without_a_gene_is_named_by_its_label() -> None:
    label = replace(WARNING, genes=())
    assert subjects(label) == ("drug–Body label",)
    assert outcome(label, memory(row(label))) == "shown before"


def test_nothing_is_withheld_without_memory() -> None:
    found = Assessment((CRITICAL, WARNING, INFO, TEST))
    assert withhold(found, SIGN) == withhold(found, SIGN, memory()) == found


FINDINGS = st.builds(
    lambda number, action, urgency, kind, orders: replace(
        finding(action, urgency, kind, tuple(sorted(orders))), drug=Drug(f"drug{number}", str(number))
    ),
    st.integers(1, 3),
    st.sampled_from(get_args(Action)),
    st.sampled_from(get_args(Urgency)),
    st.sampled_from(("drug-gene", "pre-test", "conflict", "not-checked")),
    st.sets(st.sampled_from(sorted(ORDERS))),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[tuple[Finding, ...], Memory]:
    found = draw(st.lists(FINDINGS, max_size=4))
    rows = [
        row(
            of,
            indicator=draw(st.sampled_from(get_args(Urgency))),
            encounter=draw(st.sampled_from(("here", "there", ""))),
            orders=draw(st.frozensets(st.sampled_from(("key-1", "key-2", "key-3")))),
            at=NOW - draw(st.integers(0, 400)) * DAY,
            outcome=draw(st.sampled_from(get_args(Outcome))),
            reason=draw(st.sampled_from(("", "other", *REASONS))),
        )
        for of in found
        for _ in range(draw(st.integers(0, 2)))
    ]
    return tuple(found), memory(*rows, encounter=draw(st.sampled_from(("here", ""))), nameless=draw(st.booleans()))


@given(situations())
def test_every_finding_is_shown_or_checked(situation: tuple[tuple[Finding, ...], Memory]) -> None:
    found, remembered = situation
    shown = withhold(Assessment(found), SIGN, remembered)
    hidden = [f for f in found if not any(f is kept for kept in shown.findings)]
    assert len(shown.findings) + len(hidden) == len(found)
    assert [c.subject for c in shown.checked] == [s for f in hidden for s in subjects(f)]
    assert all(c.outcome in ("overridden", "shown before") and c.because for c in shown.checked)


@given(situations())
def test_a_critical_card_is_withheld_only_after_an_override_of_this_very_order(situation: tuple[tuple[Finding, ...], Memory]) -> None:
    found, remembered = situation
    shown = withhold(Assessment(found), SIGN, remembered)
    for held in (f for f in found if f.urgency == "critical" and not any(f is kept for kept in shown.findings)):
        said = [r for r in remembered.shown if (r.topic, r.outcome, r.indicator) == (held.topic, "overridden", "critical") and r.reason]
        assert held.orders and not remembered.nameless
        assert all(any(ORDERS[order] in r.orders for r in said) for order in held.orders)
