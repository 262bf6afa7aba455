"""What the services at the order read, besides the draft orders themselves."""

from __future__ import annotations

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Input
from fhir_mappings.medications import MEDICATIONS
from fhir_mappings.patient import PATIENT
from models.knowledge.types import Knowledge


def order_inputs(knowledge: Knowledge) -> tuple[Input, ...]:
    """The patient (age and death), genetic results, and medicines; without a look at the results nothing can be said."""
    return (PATIENT, genotypes_input(knowledge), MEDICATIONS)
