"""The CDS service at patient-view for people with diabetes: which kind it is, and the plan."""

from __future__ import annotations

from cds_service.service import Service
from fhir_mappings.plan_inputs import plan_inputs
from models.decisions.diabetes_plan import assess_diabetes

SERVICE = Service(
    id="diabetes-patient-view",
    hook="patient-view",
    title="Diabetes: the plan in an opened chart",
    description=(
        "For a person with diabetes: whether its kind should be reconsidered, which medicines come first and which to review, "
        "targets, tests that are due, and food by kitchen and means. Only when there is something new to tell. "
        "Reads the patient, the chart, relatives and genetic results."
    ),
    reads=plan_inputs,
    assess=assess_diabetes,
    reads_drafts=False,
    again_after=90,
    kind="care-plan",
    only_with="diabetes_service",
)
