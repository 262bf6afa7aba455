"""The input `medications`: what the patient takes, or took lately, as coded. Which of it matters is the core's to say."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.dosage import dosages_of
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.orders import medicine_of, route_of
from fhir_mappings.resource import is_true, kind, latest, mapping, origin, text
from models.patient import Gap, Medication

ACTIVE = frozenset({"active", "on-hold"})
PAST = frozenset({"completed", "stopped"})


def read_medications(resources: Sequence[Resource]) -> Read:
    """One Medication for each MedicationRequest that was in force; drafts, plans and errors are none."""
    found: list[Medication] = []
    gaps: list[Gap] = []
    known = {origin(r): r for r in resources}
    for resource in latest([r for r in resources if kind(r) == "MedicationRequest"]):
        status = text(resource.get("status"))
        if is_true(resource.get("doNotPerform")) or status not in ACTIVE | PAST:
            continue
        medication, ingredients, _, unresolved = medicine_of(resource, known, "")
        if unresolved or not (medication or ingredients):
            gaps.append(Gap("medications", "not_understood", "a medicine of the chart is not identified", origin(resource)))
            continue
        began = text(resource.get("authoredOn"))[:10]
        dosages = dosages_of(resource) if status == "active" else ()  # what is on hold is not being taken
        active, ended = status in ACTIVE, _ended(resource)
        found.append(Medication(medication, ingredients, route_of(resource), active, ended, origin(resource), began, dosages))
    return Read(tuple(found), tuple(gaps))


def _ended(resource: Resource) -> str:
    """When the supply ends: the only end that a MedicationRequest states."""
    period = mapping(mapping(resource.get("dispenseRequest")).get("validityPeriod"))
    return text(period.get("end"))[:10]


MEDICATIONS = Input(
    "medications",
    "MedicationRequest?patient={{context.patientId}}&status=active,on-hold,completed,stopped&_count=200",
    "MedicationRequest",
    read_medications,
)
