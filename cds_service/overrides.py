"""The reasons for which a clinician may pass over a card, and what each of them does afterwards. It shows and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping

from models.finding import Kind

OVERRIDES = "urn:precision-hooks:override-reason"
#: at most five on a card (decisions.md). Whatever the reason, the same facts are not told again (see `withhold`); beyond that:
OF_MEDICINES: Mapping[str, str] = {
    "tolerates": "many for one drug: a row may earn tolerance_days, if pharmacology supports it",
    "dose-adjusted": "another dose is another order, so a critical card comes again for it",
    "alternative-unsuitable": "many for one drug: look at the alternatives that its rows name",
    "benefit-outweighs-risk": "none: a judgement on this patient",
    "result-not-reliable": "many for one gene: look at how that laboratory reports it",
}
#: of risks and plans, where nothing is being signed
OF_PLANS: Mapping[str, str] = {
    "done-already": "many for one question: look at what it counts as done",
    "patient-declines": "none: the patient's decision",
    "other-matters-first": "many for one question: look at its threshold",
    "chart-wrong": "many for one input: look at how the site records it",
}
CONSEQUENCES: Mapping[str, str] = {**OF_MEDICINES, **OF_PLANS}
REASONS = tuple(CONSEQUENCES)
OTHER = "other"  #: a reason that is none of ours: the client's own
NONE = ""  #: no reason was given; a comment alone is none, since nothing here may read it


def reasons_for(kind: Kind) -> tuple[str, ...]:
    """Those that a card of this kind offers."""
    return tuple(OF_PLANS if kind in ("risk", "care-plan") else OF_MEDICINES)


def reason_of(code: str, display: str) -> str:
    """One of REASONS, OTHER or NONE: never the sender's own text, so that it can be counted and shown."""
    if code in REASONS:
        return code
    return OTHER if code or display else NONE
