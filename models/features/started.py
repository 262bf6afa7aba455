"""Was a medicine started before this order? It does not judge whether it was tolerated."""

from __future__ import annotations

from models.features.ingredients import ingredients
from models.knowledge.types import Guideline, Knowledge
from models.patient import PatientProfile


def started(guideline: Guideline, profile: PatientProfile, knowledge: Knowledge) -> bool:
    """Does the chart hold the guideline's drug as taken, now or once, by a route that the guideline is about?

    The ordered resource itself, seen again in the chart, is no earlier order.
    """
    if not guideline.must_test:
        return False
    ordered = {order.origin for order in profile.orders} - {""}
    return any(
        drug.rxnorm == guideline.drug.rxnorm and route not in guideline.not_for_routes
        for medicine in profile.medications
        if medicine.origin not in ordered
        for drug, route in ingredients(medicine, knowledge.drugs).drugs
    )
