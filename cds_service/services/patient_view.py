"""The CDS service at patient-view: the medicines that the patient takes, against the results on file, in one card."""

from __future__ import annotations

from cds_service.service import Service
from fhir_mappings.order_inputs import order_inputs
from models.decisions.opened_chart import assess_opened_chart

SERVICE = Service(
    id="precision-patient-view",
    hook="patient-view",
    title="Precision medicine: opening a chart",
    description=(
        "Tells, in one card and only when there is something new to do, which active medicines the patient's genes call to "
        "change or to watch, and in a card for each tumour which therapies its biomarkers speak for and against. "
        "Reads the patient, genetic results and the chart."
    ),
    reads=order_inputs,
    assess=assess_opened_chart,
    reads_drafts=False,
    again_after=90,
    one_card=True,
)
