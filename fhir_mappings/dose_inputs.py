"""What the service that predicts doses reads: the inputs at an order, and the measurements by which a dose is estimated anew."""

from __future__ import annotations

from fhir_mappings.inputs import Input
from fhir_mappings.measurements import RULES, measurements_by_name
from fhir_mappings.order_inputs import order_inputs
from models.knowledge.types import Knowledge


def dose_inputs(knowledge: Knowledge) -> tuple[Input, ...]:
    """The same keys as at every order, so that an EHR fetches them once; only the measurements are more."""
    named = {flow.predicting.refining.inr for flow in knowledge.flows.values()}
    asked = measurements_by_name(knowledge, named | {name.id for name in knowledge.clinical.values() if name.use in RULES})
    return tuple(asked if one.field == asked.field else one for one in order_inputs(knowledge))
