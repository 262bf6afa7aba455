"""Predicted doses over the ordered medicines: what dose-order-sign says. The rule-based answer on the same medicine is `assess`'s."""

from __future__ import annotations

from functools import partial

from models.decisions.dosing import answered
from models.decisions.isolated import isolated
from models.decisions.passed_over import passed_over
from models.dosing.predict import predict_dose
from models.features.ingredients import ingredients
from models.features.unidentified import doubtful_medicines
from models.finding import Assessment, Checked
from models.knowledge.types import Knowledge
from models.patient import PatientProfile


def assess_doses(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """One answer for each ordered medicine that has a dosing flow. Raises the first fault when every one of them failed."""
    if because := passed_over(profile, knowledge):
        return Assessment(gaps=profile.gaps, checked=(Checked("patient", "silent", because),))
    ordered = [drug.key for order in profile.orders if order.selected for drug, _ in ingredients(order, knowledge.drugs).drugs]
    flows = [knowledge.flows[key] for key in dict.fromkeys(ordered) if key in knowledge.flows]
    told = [isolated(flow.drug.name, partial(answered, flow, profile, knowledge, predict_dose)) for flow in flows]
    faults = [fault for _, several in told for fault in several]
    if faults and not any(found.findings or found.checked for found, _ in told):
        raise faults[0]
    doubts = doubtful_medicines(profile, knowledge.drugs) if flows else ()
    return Assessment(
        findings=tuple(f for found, _ in told for f in found.findings),
        gaps=tuple(dict.fromkeys((*profile.gaps, *(g for found, _ in told for g in found.gaps), *doubts))),
        checked=tuple(dict.fromkeys(c for found, _ in told for c in found.checked)),
    )
