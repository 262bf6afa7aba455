"""What the services at the order read, besides the draft orders themselves."""

from __future__ import annotations

from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Input
from fhir_mappings.patient import PATIENT
from models.knowledge.types import Knowledge


def order_inputs(knowledge: Knowledge) -> tuple[Input, ...]:
    """The patient (age and death) and genetic results; without a look at the latter nothing can be said."""
    return (PATIENT, genotypes_input(knowledge))
