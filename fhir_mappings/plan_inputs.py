"""What a service reads that plans the care of one disease: the chart, genetic results, relatives, procedures, and stated preferences."""

from __future__ import annotations

from dataclasses import replace

from fhir_mappings.allergies import ALLERGIES
from fhir_mappings.conditions import CONDITIONS
from fhir_mappings.family_history import FAMILY
from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Input
from fhir_mappings.measurements import loinc_codes, measurements_input, observations_query
from fhir_mappings.medications import MEDICATIONS
from fhir_mappings.patient import PATIENT
from fhir_mappings.procedures import PROCEDURES
from fhir_mappings.reports import reports_input
from fhir_mappings.requests import REQUESTS
from fhir_mappings.statements import STATEMENTS
from fhir_mappings.variants import variants_input
from models.codes import OWN
from models.knowledge.clinical_types import Use
from models.knowledge.types import Knowledge

#: what order services ask for as well, what predictive models do, and what plans alone do
USES: tuple[Use, ...] = ("rules", "later", "models", "plans")


def plan_inputs(knowledge: Knowledge) -> tuple[Input, ...]:
    """Nothing is required: what was not read leaves its part of the plan out, and the plan says so."""
    return (
        PATIENT,
        CONDITIONS,
        MEDICATIONS,
        STATEMENTS,
        _measurements(knowledge),
        replace(genotypes_input(knowledge), required=False),
        reports_input(knowledge),
        variants_input(knowledge),
        FAMILY,
        ALLERGIES,
        PROCEDURES,
        REQUESTS,
    )


def _measurements(knowledge: Knowledge) -> Input:
    """With the questions that have codes of our own beside those of LOINC."""
    asked = measurements_input(knowledge, USES)
    own = sorted({code for name in knowledge.clinical.values() if name.use in USES for system, code in name.codes if system == OWN})
    query = observations_query(loinc_codes(knowledge, USES)).replace("&_count=", "".join(f",{OWN}|{code}" for code in own) + "&_count=")
    return replace(asked, query=query, codes=asked.codes | {(OWN, code) for code in own})
