"""The CDS service that predicts a dose at order-sign, with its interval. Offered only where the site has set it."""

from __future__ import annotations

from collections.abc import Collection

from cds_service.service import DOSES, Service
from fhir_mappings.dose_inputs import dose_inputs
from models.decisions.doses import assess_doses
from models.knowledge.types import Knowledge


def models_of_doses(knowledge: Knowledge) -> Collection[str]:
    found = {one for flow in knowledge.flows.values() for one in flow.models("genotype", "clinical", "refined")}
    loading = {flow.predicting.loading for flow in knowledge.flows.values() if knowledge.dose_loading and flow.predicting.loading}
    return found | loading


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
    models=models_of_doses,
)
