"""What the services that predict read: the chart by which the inputs of models are told, relatives, and variants that change an answer."""

from __future__ import annotations

from fhir_mappings.conditions import CONDITIONS
from fhir_mappings.family_history import FAMILY
from fhir_mappings.inputs import Input
from fhir_mappings.measurements import measurements_by_name
from fhir_mappings.medications import MEDICATIONS
from fhir_mappings.patient import PATIENT
from fhir_mappings.statements import STATEMENTS
from fhir_mappings.variants import variants_input
from models.knowledge.types import Knowledge


def model_inputs(knowledge: Knowledge) -> tuple[Input, ...]:
    """Measurements by the clinical names that inputs of models are read from."""
    names = {name for source in knowledge.inputs.values() if source.origin in ("measurement", "answer") for name in source.names}
    return (PATIENT, CONDITIONS, MEDICATIONS, STATEMENTS, measurements_by_name(knowledge, names), FAMILY, variants_input(knowledge))
