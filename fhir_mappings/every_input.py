"""Everything that this floor can read: what no service asks for is here as well. For tools, not for the path of a request."""

from __future__ import annotations

from fhir_mappings.inputs import Input
from fhir_mappings.order_inputs import order_inputs
from fhir_mappings.sequences import OLD_SEQUENCES, SEQUENCES
from fhir_mappings.variants import variants_input
from models.knowledge.types import Knowledge


def every_input(knowledge: Knowledge) -> tuple[Input, ...]:
    asked = {wanted.field: wanted for wanted in order_inputs(knowledge)}
    more = (variants_input(), SEQUENCES, OLD_SEQUENCES)  # variants of every gene, not only of those that rules know
    return tuple((asked | {wanted.field: wanted for wanted in more}).values())
