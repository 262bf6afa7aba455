"""From everything gathered to one PatientProfile: firewall first, then the readers, then one value. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from fhir_mappings.firewall import Admitted, Subject, admit, admit_drafts, patients_beside, subject_of
from fhir_mappings.inputs import Found, Input, Read, Record, Resource
from fhir_mappings.orders import read_orders
from fhir_mappings.patient import Demographics
from fhir_mappings.references import parse, reason_references
from fhir_mappings.resource import entries, kind, origin
from models.chart import FamilyHistory, Marker
from models.errors import PatientMismatch
from models.patient import Allergy, Condition, Gap, GeneResult, Measurement, Medication, Order, PatientProfile, Request
from models.variant import Variant

V = TypeVar("V")
#: inputs of whose silence something may be concluded only when they were read whole
FIELDS = ("patient", "genotypes", "medications", "conditions", "measurements", "allergies", "requests", "family", "markers")
_LEFT_OUT = ("not_understood", "unattributed")


def read_profile(
    record: Record,
    inputs: Sequence[Input],
    *,
    patient: str,
    server: str,
    drafts: Any,
    selected: Sequence[str] | None,
    as_of: date,
    strict: bool = False,
) -> PatientProfile:
    """Read what was gathered for `patient` (the bare id) on `server` (FHIR base URL, '' if none).

    `drafts` is the draft Bundle (or a list of resources); `selected` None means that every draft is. `strict`: one
    resource of another patient distrusts all of its input. Raises PatientMismatch and UnsupportedFhirVersion; every
    other trouble is a Gap.
    """
    drafted = [r for _, r in entries(drafts)]
    everything = [r for found in record.found.values() for r in found.resources] + list(record.referenced.values())
    subject = subject_of(patient, server, everything + drafted)
    specimens = [r for r in everything if kind(r) == "Specimen"]
    notes = _Notes(list(record.gaps))
    beside = patients_beside(drafted, record.found, subject)
    read = {i.field: _read_input(i, record.found.get(i.field), subject, specimens, notes, strict, beside) for i in inputs}
    known = {**record.referenced, **_reasons(drafted, everything, subject)}
    problems_known = "conditions" in notes.admitted and _complete(record.found, "conditions")
    drafted_now = _read_drafts(drafts, drafted, selected, known, subject, notes, problems_known).values
    people = [p for p in read.get("patient", Read()).values if isinstance(p, Demographics)]
    person = people[0] if people else Demographics()
    return PatientProfile(
        as_of=as_of,
        birth_date=person.birth_date,
        sex=person.sex,
        ancestry=person.ancestry,
        deceased=person.deceased,
        genotypes=_of(read, "genotypes", GeneResult),
        variants=_of(read, "variants", Variant),
        orders=tuple(o for o in drafted_now if isinstance(o, Order)),
        medications=_of(read, "medications", Medication),
        conditions=(*_of(read, "conditions", Condition), *_of(read, "procedures", Condition)),
        measurements=_of(read, "measurements", Measurement),
        allergies=_of(read, "allergies", Allergy),
        family=(*_of(read, "family", FamilyHistory), *_of(read, "conditions", FamilyHistory)),
        markers=_of(read, "markers", Marker),
        requests=(*(r for r in drafted_now if isinstance(r, Request)), *_of(read, "requests", Request)),
        unread=frozenset(f for f in FIELDS if f not in notes.whole or not _complete(record.found, f)),
        gaps=tuple(dict.fromkeys(notes.gaps)),
        foreign=notes.foreign,
        genotypes_complete=_complete(record.found, "genotypes") or not any(i.field == "genotypes" for i in inputs),
    )


def _of(read: Mapping[str, Read], field: str, kind_of_value: type[V]) -> tuple[V, ...]:
    return tuple(value for value in read.get(field, Read()).values if isinstance(value, kind_of_value))


@dataclass(slots=True)
class _Notes:
    """What reading could not do, what the firewall let in of each input, and how many resources of other patients it dropped.

    `whole`: inputs of which nothing was left out as not understood or as nobody's. An allergy without a code may be to
    anything, so "no allergy" may not be concluded beside one.
    """

    gaps: list[Gap]
    foreign: int = 0
    admitted: dict[str, tuple[Resource, ...]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def add(self, admitted: Admitted, read: Read) -> None:
        self.gaps += [*admitted.gaps, *read.gaps]
        self.foreign += admitted.foreign


def _read_input(
    wanted: Input,
    found: Found | None,
    subject: Subject,
    specimens: Sequence[Resource],
    notes: _Notes,
    strict: bool,
    beside: Sequence[Resource],
) -> Read:
    """Read one input past the firewall; what could not be had becomes a Gap."""
    if (found is None or found.failed or not found.complete) and not wanted.on_demand:
        state = "only partly read" if found and not found.failed else "not read"
        notes.gaps.append(Gap(wanted.field, "unavailable", (found.because if found else "") or f"the input was {state}"))
    admitted = admit(found.resources if found else (), subject, specimens)
    if strict and admitted.foreign:
        return _distrusted(wanted, admitted, notes)
    # another description of the patient can only contradict the one that was read, never stand in for it
    people = wanted.resource_type == "Patient" and admitted.resources
    also = [r for r in beside if all(r is not own for own in admitted.resources)] if people else ()
    read = wanted.read((*admitted.resources, *also))
    notes.add(admitted, read)
    notes.admitted[wanted.field] = admitted.resources
    if not any(gap.reason in _LEFT_OUT for gap in (*admitted.gaps, *read.gaps)):
        notes.whole.add(wanted.field)
    return read


def _distrusted(wanted: Input, admitted: Admitted, notes: _Notes) -> Read:
    """Where another patient's data came along, nothing beside it is believed either."""
    if wanted.required:
        raise PatientMismatch(
            f"The input '{wanted.field}' holds a resource of another patient, and this service is set to trust nothing beside one. "
            "Check the prefetch template and the FHIR server's answer."
        )
    notes.add(admitted, Read(gaps=(Gap(wanted.field, "unavailable", "another patient's data came along, so none of it is used"),)))
    return Read()


def _read_drafts(
    drafts: Any,
    drafted: Sequence[Resource],
    selected: Sequence[str] | None,
    referenced: Mapping[str, Resource],
    subject: Subject,
    notes: _Notes,
    problems_known: bool,
) -> Read:
    admitted = admit_drafts(drafted, subject)
    own = {id(r) for r in admitted.resources}
    mine = {"entry": [{"fullUrl": url, "resource": r} for url, r in entries(drafts) if id(r) in own]}
    read = read_orders(mine, selected, referenced, subject.server, problems_known=problems_known)
    notes.add(admitted, read)
    if len(drafted) < _given(drafts):
        notes.gaps.append(Gap("draft order", "not_understood", "an entry of context.draftOrders holds no FHIR resource that can be read"))
    return read


def _reasons(drafted: Sequence[Resource], everything: Sequence[Resource], subject: Subject) -> dict[str, Resource]:
    """What draft orders name as their reason and any prefetch key holds, past the firewall."""
    stated = (parse(reference, subject.server) for draft in drafted for reference in reason_references(draft))
    wanted = {target.key for target in stated if target is not None}
    named = [r for r in everything if origin(r) in wanted] if wanted else []
    return {origin(r): r for r in admit(named, subject).resources}


def _given(drafts: Any) -> int:
    """How many entries the draft Bundle has, readable or not."""
    listed = drafts.get("entry") if isinstance(drafts, Mapping) else drafts
    return len(listed) if isinstance(listed, list | tuple) else 1 if listed else 0


def _complete(found: Mapping[str, Found], name: str) -> bool:
    """May "nothing on file" be concluded? Only when the whole of the input was seen."""
    seen = found.get(name)
    return seen is not None and seen.complete and not seen.failed
