"""The CDS service at order-sign: what the patient's genes mean for the orders about to be signed."""

from __future__ import annotations

from collections.abc import Collection

from cds_service.service import Service
from fhir_mappings.order_inputs import order_inputs
from models.decisions.assess import assess_orders
from models.knowledge.types import Knowledge


def models_of_orders(knowledge: Knowledge) -> Collection[str]:
    """Of a dose whose number another service owns, none."""
    own = [flow for drug, flow in knowledge.flows.items() if drug not in knowledge.dosed_by]
    return {one for flow in own for one in flow.models("genotype", "clinical")}


SERVICE = Service(
    id="precision-order-sign",
    hook="order-sign",
    title="Precision medicine: signing a medicine",
    description=(
        "Tells, before medication orders are signed, when the patient's genes make a medicine unsafe or ineffective or call "
        "for another dose. Reads draft medication orders, the patient and genetic results."
    ),
    reads=order_inputs,
    assess=assess_orders,
    models=models_of_orders,
)
