"""Everything that this floor can read: what no service asks for is here as well. For tools, not for the path of a request."""

from __future__ import annotations

from fhir_mappings.family_history import FAMILY
from fhir_mappings.inputs import Input
from fhir_mappings.measurements import measurements_input
from fhir_mappings.order_inputs import order_inputs
from fhir_mappings.procedures import PROCEDURES
from fhir_mappings.sequences import OLD_SEQUENCES, SEQUENCES
from fhir_mappings.tumours import markers_input
from fhir_mappings.variants import variants_input
from models.knowledge.types import Knowledge


def every_input(knowledge: Knowledge) -> tuple[Input, ...]:
    asked = {wanted.field: wanted for wanted in order_inputs(knowledge)}
    more = (
        measurements_input(knowledge, ("rules", "later", "models", "plans")),
        variants_input(),  # of every gene, not only of those that rules know
        SEQUENCES,
        OLD_SEQUENCES,
        FAMILY,
        PROCEDURES,
        markers_input(knowledge),
    )
    return tuple((asked | {wanted.field: wanted for wanted in more}).values())
