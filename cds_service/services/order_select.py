"""The CDS service at order-select: what to choose instead, while the order is being chosen."""

from __future__ import annotations

from cds_service.service import Service
from fhir_mappings.order_inputs import order_inputs
from models.decisions.assess import assess_orders

SERVICE = Service(
    id="precision-order-select",
    hook="order-select",
    title="Precision medicine: choosing a medicine",
    description=(
        "Tells, while a medicine is being chosen, when the patient's genes call for another medicine or for a test first. "
        "Doses are told at order-sign. Reads draft medication orders, the patient and genetic results."
    ),
    reads=order_inputs,
    assess=assess_orders,
    speaks=("alternative", "test"),
    redraws=True,
)
