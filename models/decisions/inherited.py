"""Inherited disease over a patient's chart: at orders, in the opened chart, and what a tumour's report suggests of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
) -> tuple[tuple[Assessment, ...], tuple[Exception, ...]]:
    """The answer for the ordered medicines, or the fault of a rule that broke, which is a Gap as well."""
    if not profile.variants:
        return (), ()
    try:
        return (hereditary_findings(ordered, profile, knowledge),), ()
    except Exception as fault:  # noqa: BLE001 - one broken rule never silences the rest (DESIGN.md, "Errors")
        gap = Gap("inherited disease", "fault", f"the rule failed ({type(fault).__name__})")
        return (Assessment(gaps=(gap,)),), (fault,)


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
