"""The CDS service at patient-view: the medicines that the patient takes, against the results on file, in one card."""

from __future__ import annotations

from cds_service.service import Service
from fhir_mappings.order_inputs import order_inputs
from models.decisions.review import review_medications

SERVICE = Service(
    id="precision-patient-view",
    hook="patient-view",
    title="Precision medicine: opening a chart",
    description=(
        "Tells, in one card and only when there is something new to do, which active medicines the patient's genes call to "
        "change or to watch. Reads the patient, genetic results and the chart."
    ),
    reads=order_inputs,
    assess=review_medications,
    reads_drafts=False,
    again_after=90,
    one_card=True,
)
