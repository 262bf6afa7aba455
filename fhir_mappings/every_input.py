"""Everything that this floor can read: what no service asks for is here as well. For tools, not for the path of a request."""

from __future__ import annotations

from fhir_mappings.inputs import Input
from fhir_mappings.order_inputs import order_inputs
from models.knowledge.types import Knowledge


def every_input(knowledge: Knowledge) -> tuple[Input, ...]:
    return order_inputs(knowledge)
