"""The CDS service that predicts a dose at order-sign, with its interval. Offered only where the site has set it."""

from __future__ import annotations

from cds_service.service import DOSES, Service
from fhir_mappings.dose_inputs import dose_inputs
from models.decisions.doses import assess_doses

SERVICE = Service(
    id=DOSES,
    hook="order-sign",
    title="Precision medicine: predicted dose",
    description=(
        "Tells, before an order for warfarin is signed, the maintenance dose that published equations predict from genotype, age, body, "
        "ancestry and other medicines, with an interval and what it rests on; in the first days anew from an early INR. For adults with a "
        "target INR of 2 to 3. Reads draft medication orders, the patient, genetic results and the chart."
    ),
    reads=dose_inputs,
    assess=assess_doses,
    only_with="dose_service",
)
