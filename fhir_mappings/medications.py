"""The input `medications`: what the patient takes, or took lately, as it was ordered. Which of it matters is the core's to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_mappings.dosage import dosages_of
from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.orders import element_of, medicine_of, route_of
from fhir_mappings.resource import is_true, kind, latest, mapping, origin, text
from models.patient import Gap, Medication

ACTIVE = frozenset({"active", "on-hold"})
PAST = frozenset({"completed", "stopped"})


def read_medications(resources: Sequence[Resource], around: Mapping[str, Resource] | None = None, server: str = "") -> Read:
    """One Medication for each MedicationRequest that was in force; drafts, plans and errors are none.

    `around`: Medications that came along, by 'Type/id' and fullUrl, since many a chart names its medicines by reference.
    """
    found: list[Medication] = []
    gaps: list[Gap] = []
    known = {**(around or {}), **{origin(r): r for r in resources}}
    for resource in latest([r for r in resources if kind(r) == "MedicationRequest"]):
        status = text(resource.get("status"))
        if is_true(resource.get("doNotPerform")) or status not in ACTIVE | PAST:
            continue
        began = text(resource.get("authoredOn"))[:10]
        medicine = chart_medicine(
            resource, known, server, active=status in ACTIVE, held=status != "active", ended=_ended(resource), began=began
        )
        found += [medicine] if medicine else []
        gaps += [] if medicine else [not_identified(resource)]
    return Read(tuple(found), tuple(gaps))


def chart_medicine(
    resource: Resource, known: Mapping[str, Resource], server: str, *, active: bool, held: bool, ended: str, began: str
) -> Medication | None:
    """What a request or a statement names; None where its reference leads nowhere, or where it names nothing. `held`: not being taken."""
    medication, ingredients, _, unresolved = medicine_of(resource, known, server)
    if unresolved or not (medication or ingredients):
        return None
    dosages = () if held else dosages_of(resource)
    where = element_of(resource)
    return Medication(medication, ingredients, route_of(resource), active, ended, origin(resource), began, dosages, where)


def not_identified(resource: Resource) -> Gap:
    return Gap("medications", "not_understood", "a medicine of the chart is not identified", origin(resource))


def _ended(resource: Resource) -> str:
    """When the supply ends: the only end that a MedicationRequest states."""
    period = mapping(mapping(resource.get("dispenseRequest")).get("validityPeriod"))
    return text(period.get("end"))[:10]


MEDICATIONS = Input(
    "medications",
    "MedicationRequest?patient={{context.patientId}}&status=active,on-hold,completed,stopped&_include=MedicationRequest:medication&_count=200",
    "MedicationRequest",
    read_medications,
    beside=frozenset({"Medication"}),
    read_with=read_medications,
)
