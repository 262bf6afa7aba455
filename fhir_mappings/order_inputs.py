"""What the services at the order read, besides the draft orders themselves."""

from __future__ import annotations

from fhir_mappings.allergies import ALLERGIES
from fhir_mappings.conditions import CONDITIONS
from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Input
from fhir_mappings.measurements import measurements_input
from fhir_mappings.medications import MEDICATIONS
from fhir_mappings.patient import PATIENT
from fhir_mappings.reports import reports_input
from fhir_mappings.requests import REQUESTS
from fhir_mappings.statements import STATEMENTS
from fhir_mappings.tumours import markers_input
from fhir_mappings.variants import variants_input
from models.knowledge.types import Knowledge


def order_inputs(knowledge: Knowledge) -> tuple[Input, ...]:
    """Without a look at the genetic results nothing can be said; the rest makes the advice fit the patient."""
    return (
        PATIENT,
        genotypes_input(knowledge),
        reports_input(knowledge),
        variants_input(knowledge),
        MEDICATIONS,
        CONDITIONS,
        measurements_input(knowledge),
        ALLERGIES,
        REQUESTS,
        STATEMENTS,
        markers_input(knowledge),
    )
