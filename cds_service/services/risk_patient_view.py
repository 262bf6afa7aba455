"""The CDS service at patient-view that predicts: risks that are worth acting on, by published and recorded models."""

from __future__ import annotations

from cds_service.service import Service
from fhir_mappings.model_inputs import model_inputs
from models.decisions.risks import assess_risks

SERVICE = Service(
    id="risk-patient-view",
    hook="patient-view",
    title="Precision medicine: risks of an opened chart",
    description=(
        "Tells which risk of heart disease, stroke, diabetes, kidney failure or hereditary cancer is above the value from which a "
        "guideline acts, what drives it and what would change it. Silent below. Reads the patient, problems, medicines, "
        "measurements, relatives and inherited variants."
    ),
    reads=model_inputs,
    assess=assess_risks,
    reads_drafts=False,
    again_after=90,
    kind="risk",
    models=lambda knowledge: {asked.model for risk in knowledge.risks.values() for asked in (*risk.asked, *risk.also)},
    only_with="risk_service",
)
