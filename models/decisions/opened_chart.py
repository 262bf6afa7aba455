"""What an opened chart is answered: the medicines that are taken, and the treatment plan of each tumour."""

from __future__ import annotations

from models.decisions.assess import assess_orders
from models.decisions.passed_over import passed_over
from models.decisions.review import review_medications
from models.decisions.tumour_board import tumour_plans
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import PatientProfile


def assess_opened_chart(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """Raises what `assess_orders` raises."""
    reviewed = review_medications(profile, knowledge)
    if passed_over(profile, knowledge):
        return reviewed
    plans = tumour_plans(profile, knowledge, assess_orders)
    return Assessment(
        findings=(*reviewed.findings, *plans.findings),
        gaps=tuple(dict.fromkeys((*reviewed.gaps, *plans.gaps))),
        checked=tuple(dict.fromkeys((*reviewed.checked, *plans.checked))),
    )
