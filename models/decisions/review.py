"""The medicines that a patient already takes, put to the same rules as an order. Never critical: nothing is being signed."""

from __future__ import annotations

from dataclasses import replace

from models.decisions.assess import assess_orders
from models.features.ingredients import ingredients
from models.finding import Assessment, Checked, Finding
from models.knowledge.types import Knowledge
from models.patient import Medication, Order, PatientProfile

#: kinds that speak of a start; one who takes the medicine has started
OF_A_START = ("pre-test", "not-checked")


def review_medications(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
    """What the patient's genes mean for the active medicines, each once. Nothing can be removed or replaced from here.

    Raises what `assess_orders` raises.
    """
    active = [m for m in profile.medications if m.active]
    requests = tuple(replace(r, draft=True) for r in profile.requests)  # an operation that was asked for lies ahead
    found = assess_orders(replace(profile, orders=_once(active, knowledge), requests=requests), knowledge)
    told = tuple(_calmed(f) for f in found.findings if f.kind not in OF_A_START)
    held = tuple(
        Checked(f"{f.drug.name}–{g.gene}", "silent", "the medicine was started already")
        for f in found.findings
        if f.kind in OF_A_START
        for g in f.genes
    )
    return replace(found, findings=told, checked=(*found.checked, *held))


def _once(active: list[Medication], knowledge: Knowledge) -> tuple[Order, ...]:
    """One order for each product; a second prescription of the same ingredients and route says nothing more."""
    kept: dict[object, Order] = {}
    for medicine in active:
        order = Order(
            "", medicine.medication, medicine.ingredients, True, medicine.route, "active", medicine.origin, dosages=medicine.dosages
        )
        drugs = ingredients(medicine, knowledge.drugs).drugs
        first = kept.setdefault(drugs or medicine.origin, order)
        if first.dosages != order.dosages:  # which of the doses is taken is not known, so none is tolerated
            kept[drugs or medicine.origin] = replace(first, dosages=())
    return tuple(kept.values())


def _calmed(finding: Finding) -> Finding:
    urgency = "warning" if finding.urgency == "critical" else finding.urgency
    return replace(finding, urgency=urgency, removable=False, replaceable=False, orders=())
