"""Inherited disease over a patient's chart: at orders, in the opened chart, and what a tumour's report suggests of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from models.decisions.isolated import isolated
from models.finding import Assessment
from models.hereditary.orders import Ordered, hereditary_findings
from models.hereditary.somatic import confirm_in_germline
from models.hereditary.summary import hereditary_summary
from models.knowledge.types import Knowledge
from models.patient import Gap, PatientProfile

RESTRICTED = Gap(
    "variants", "unavailable", "a result is labelled as restricted: it is told where an order needs it, not in the opened chart"
)


def against_inherited(
    ordered: Sequence[Ordered], profile: PatientProfile, knowledge: Knowledge
) -> tuple[list[Assessment], list[Exception]]:
    """An answer for each ordered medicine that rules speak of, and the faults of rules that broke."""
    asked = [order for order in ordered if order[0].key in knowledge.hereditary.by_medicine] if profile.variants else []
    told = [isolated(order[0].name, partial(hereditary_findings, (order,), profile, knowledge)) for order in asked]
    return [answer for answer, _ in told], [fault for _, faults in told for fault in faults]


def inherited_in_chart(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """Summaries, where the site wants them, and what should be confirmed in the germline. Restricted results are left out, and told so."""
    if not profile.variants:
        return Assessment()
    open_ = replace(profile, variants=tuple(v for v in profile.variants if not v.restricted))
    answers = [confirm_in_germline(open_, knowledge)]
    if knowledge.hereditary.summarise:
        answers.append(hereditary_summary(open_, knowledge))
    held = (RESTRICTED,) if len(open_.variants) < len(profile.variants) else ()
    return Assessment(
        findings=tuple(f for answer in answers for f in answer.findings),
        gaps=tuple(dict.fromkeys((*held, *(g for answer in answers for g in answer.gaps)))),
        checked=tuple(dict.fromkeys(c for answer in answers for c in answer.checked)),
    )
