"""The patient firewall: what is not surely about this patient is dropped before anything is read.

It judges identity only, never content. Messages name no id and no value of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fhir_mappings.contained import observations_in
from fhir_mappings.inputs import Resource
from fhir_mappings.references import parse
from fhir_mappings.resource import contained, kind, mapping, mappings, origin, text
from models.errors import PatientMismatch
from models.patient import Gap

Verdict = Literal["own", "other_patient", "unattributed"]

#: resources that describe things or staff and belong to no patient
IMPERSONAL = frozenset(
    {"Medication", "Substance", "Practitioner", "PractitionerRole", "Organization", "Location", "OperationOutcome", "Device"}
)


#: members that may tell of another being than `subject` does
_TELLING = frozenset({"patient", "focus", "specimen"})

_OWN: tuple[Verdict, str] = ("own", "")


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient of the request: id, FHIR base URL ('' if none was given), and (system, value) identifiers."""

    patient: str
    server: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Admitted:
    """What survives, in the sender's order, what was dropped as gaps, and how many of those were another patient's."""

    resources: tuple[Resource, ...] = ()
    gaps: tuple[Gap, ...] = ()
    foreign: int = 0


def subject_of(patient: str, server: str, resources: Sequence[Resource]) -> Subject:
    """The request's patient, with identifiers from the Patient resource if there is one.

    Raises PatientMismatch when a Patient resource has another id, or none.
    """
    patients = [r for r in resources if kind(r) == "Patient"]
    if any(r.get("id") != patient for r in patients):
        raise PatientMismatch(
            "A Patient resource in the data is not the patient of context.patientId, so nothing of it may be used. "
            "Check the prefetch template of the patient and the FHIR server's answer."
        )
    return Subject(patient, server, frozenset().union(*(_identifiers(r) for r in patients)))


def admit(resources: Sequence[Resource], subject: Subject, around: Sequence[Resource] = ()) -> Admitted:
    """Keep what is this patient's. `around`: further resources among which a Specimen may be found."""
    specimens = {origin(r): r for r in (*around, *resources) if kind(r) == "Specimen"}
    plain = _plain_reference(subject)
    kept: list[Resource] = []
    gaps: list[Gap] = []
    for resource in resources:
        verdict, because = _OWN if _plainly_own(resource, plain) else _judge(resource, subject, specimens)
        if verdict == "own":
            kept.append(_only_own(resource, subject, specimens, gaps) if kind(resource) == "DiagnosticReport" else resource)
        else:
            gaps.append(Gap(kind(resource) or "resource", verdict, because, _safe_origin(resource, verdict)))
    return Admitted(tuple(kept), tuple(gaps), sum(g.reason == "other_patient" for g in gaps))


def _only_own(report: Resource, subject: Subject, specimens: Mapping[str, Resource], gaps: list[Gap]) -> Resource:
    """The patient's report without those contained results that tell of somebody else; one without a subject has the report's."""
    inside = mappings(report.get("contained"))
    dropped: list[Resource] = []
    for one, judged in zip((o for o in inside if kind(o) == "Observation"), observations_in(report), strict=True):
        verdict, because = _judge(judged, subject, specimens)
        if verdict != "own":
            dropped.append(one)
            gaps.append(Gap("Observation", verdict, f"a result that a report contains: {because}", origin(report)))
    return {**report, "contained": [o for o in inside if not any(o is d for d in dropped)]} if dropped else report


def patients_beside(drafted: Sequence[Resource], patients: Sequence[Resource], subject: Subject) -> tuple[Resource, ...]:
    """Further descriptions of this patient: in the draft bundle, in another input, or contained in a draft order as its subject.

    `subject_of` has seen to it that no Patient resource is another's; a contained one counts by an identifier of the patient.
    """
    beside = [*patients, *(r for r in drafted if kind(r) == "Patient")]
    for draft in drafted:
        named = text(mapping(draft.get("subject")).get("reference"))
        person = contained(draft).get(named[1:]) if named.startswith("#") else None
        if _inside(person, subject)[0] == "own" and person is not None:
            beside.append(person)
    return tuple(beside)


def admit_drafts(resources: Sequence[Resource], subject: Subject) -> Admitted:
    """Keep this patient's draft orders. Raises PatientMismatch when orders were given and none is this patient's."""
    admitted = admit(resources, subject)
    if any(_personal(r) for r in resources) and not any(_personal(r) for r in admitted.resources):
        raise PatientMismatch(
            "No order in context.draftOrders is surely for the patient of context.patientId, so no advice can be given. "
            "Check the subject of the draft orders."
        )
    return admitted


def _personal(resource: Resource) -> bool:
    return kind(resource) not in IMPERSONAL


def _safe_origin(resource: Resource, verdict: Verdict) -> str:
    """Another patient's resource is not named: its id is theirs. One without a patient may be, to be found."""
    return origin(resource) if verdict == "unattributed" else kind(resource)


def _plain_reference(subject: Subject) -> str:
    """The reference that nearly every resource has to its patient; '' where the id is none that a reference can hold."""
    reference = f"Patient/{subject.patient}"
    target = parse(reference)
    return reference if target is not None and target.type == "Patient" and target.id == subject.patient else ""


def _plainly_own(resource: Resource, reference: str) -> bool:
    """What `_judge` finds of one subject by plain reference with nothing beside it, at a fifth of the price."""
    stated = resource.get("subject")
    return isinstance(stated, dict) and bool(reference) and stated.get("reference") == reference and _TELLING.isdisjoint(resource)


def _judge(resource: Resource, subject: Subject, specimens: Mapping[str, Resource]) -> tuple[Verdict, str]:
    if kind(resource) == "Patient" or not _personal(resource):
        return "own", ""
    stated = [resource[name] for name in ("subject", "patient") if resource.get(name)]
    if not stated:
        return "unattributed", "it names no patient, so it is not used"
    people = contained(resource)
    for element in stated:
        found = _who(element, subject, people)
        if found[0] != "own":
            return found
    return _judge_source(resource, subject, specimens)


def _who(element: Any, subject: Subject, people: Mapping[str, Resource]) -> tuple[Verdict, str]:
    """Whose is it, by one subject element (every one of them, where a sender wrote a list)?"""
    listed = mappings(element)
    if not listed:
        return "unattributed", "its subject cannot be read, so it is not used"
    return next((found for item in listed if (found := _one(item, subject, people))[0] != "own"), ("own", ""))


def _one(element: Mapping[str, Any], subject: Subject, people: Mapping[str, Resource]) -> tuple[Verdict, str]:
    target = parse(element, subject.server)
    if target is None:
        return ("unattributed", "its subject cannot be read, so it is not used") if element.get("reference") else _logical(element, subject)
    if target.key.startswith("#"):
        return _inside(people.get(target.key[1:]), subject)
    if target.key.startswith("urn:"):
        return "unattributed", "its subject is a urn that nothing here resolves, so it is not used"
    if target.foreign and not subject.server:
        return "unattributed", "its subject is an absolute reference and no fhirServer was given to compare it with"
    if target.type != "Patient":
        return (
            "unattributed",
            f"its subject is a {target.type if target.type in ('Group', 'Location', 'Device') else 'resource'}, not a patient",
        )
    if target.foreign or target.id != subject.patient:
        return "other_patient", "it belongs to another patient, so it is not used"
    return "own", ""


def _logical(element: Mapping[str, Any], subject: Subject) -> tuple[Verdict, str]:
    """A subject by identifier alone counts only when system and value are exactly one of the patient's."""
    named = _identifier(mapping(element.get("identifier")))
    if named and named in subject.identifiers:
        return "own", ""
    return "unattributed", "its subject is given by an identifier that is not surely this patient's, so it is not used"


def _inside(person: Resource | None, subject: Subject) -> tuple[Verdict, str]:
    """A contained Patient has no id outside its resource: only an identifier can tell who it is."""
    if person is not None and kind(person) == "Patient" and _identifiers(person) & subject.identifiers:
        return "own", ""
    return "unattributed", "its subject is contained in it and is not surely this patient, so it is not used"


def _judge_source(resource: Resource, subject: Subject, specimens: Mapping[str, Resource]) -> tuple[Verdict, str]:
    """A record on this patient may tell of another being: a newborn, a donor, a graft."""
    people = contained(resource)
    foci = mappings(resource.get("focus"))
    if resource.get("focus") and not foci:
        return "unattributed", "its focus cannot be read, so it is not used"
    for focus in foci:
        if _one(focus, subject, people)[0] != "own":
            return "other_patient", "its focus is not this patient (newborn, donor, specimen …), so it is not used"
    for stated in mappings(resource.get("specimen")):
        target = parse(stated, subject.server)
        specimen = specimens.get(target.key) or people.get(target.key.removeprefix("#")) if target else None
        owner = specimen.get("subject") if specimen else None
        if owner and _who(owner, subject, people)[0] != "own":
            return "other_patient", "its specimen is not this patient's (donor, newborn …), so it is not used"
    return "own", ""


def _identifiers(resource: Resource) -> frozenset[tuple[str, str]]:
    return frozenset(i for element in mappings(resource.get("identifier")) if (i := _identifier(element)))


def _identifier(element: Mapping[str, Any]) -> tuple[str, str] | None:
    system, value = element.get("system"), element.get("value")
    return (system, value) if isinstance(system, str) and isinstance(value, str) and text(system) and text(value) else None
