"""What an opened chart is answered: the medicines that are taken, what is inherited, the treatment plan of each tumour."""

from __future__ import annotations

from models.decisions.assess import assess_orders
from models.decisions.inherited import inherited_in_chart
from models.decisions.isolated import isolated
from models.decisions.passed_over import passed_over
from models.decisions.review import review_medications
from models.decisions.tumour_board import tumour_plans
from models.finding import Assessment
from models.knowledge.types import Knowledge
from models.patient import PatientProfile


def assess_opened_chart(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """A part that breaks is a Gap beside the others. Raises what `assess_orders` raises."""
    reviewed = review_medications(profile, knowledge)
    if passed_over(profile, knowledge):
        return reviewed
    inherited, _ = isolated("inherited disease", lambda: inherited_in_chart(profile, knowledge))
    plans, _ = isolated("treatment plan", lambda: tumour_plans(profile, knowledge, assess_orders))
    answers = (reviewed, inherited, plans)
    return Assessment(
        findings=tuple(f for answer in answers for f in answer.findings),
        gaps=tuple(dict.fromkeys(g for answer in answers for g in answer.gaps)),
        checked=tuple(dict.fromkeys(c for answer in answers for c in answer.checked)),
    )
