"""From everything gathered to one PatientProfile: firewall first, then the readers, then one value. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from fhir_mappings.firewall import Subject, admit, admit_drafts, patients_beside, subject_of
from fhir_mappings.inputs import Found, Input, Read, Record, Resource
from fhir_mappings.orders import read_orders
from fhir_mappings.patient import Demographics
from fhir_mappings.read_inputs import Chart, Notes, read_input
from fhir_mappings.references import parse, reason_references
from fhir_mappings.resource import entries, is_test, kind, origin
from fhir_mappings.settled_reports import settle
from models.chart import FamilyHistory, Marker
from models.patient import Allergy, Condition, Gap, GeneResult, Measurement, Medication, Order, PatientProfile, Request
from models.variant import Variant

V = TypeVar("V")
#: inputs of whose silence something may be concluded only when they were read whole
FIELDS = (
    "patient",
    "genotypes",
    "reports",
    "medications",
    "conditions",
    "measurements",
    "allergies",
    "requests",
    "family",
    "markers",
    "variants",
    "procedures",
)
VARIANTS = ("variants", "sequences", "old_sequences")  #: inputs that bring variants


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
    of_kind = _by_kind(everything)
    subject = subject_of(patient, server, [*of_kind.get("Patient", ()), *drafted])
    chart = Chart(
        subject,
        specimens=of_kind.get("Specimen", ()),
        around={**{origin(r): r for r in of_kind.get("Medication", ())}, **record.referenced},
        beside=patients_beside(drafted, of_kind.get("Patient", ()), subject),
        strict=strict,
    )
    notes = Notes(list(record.gaps))
    read = {i.field: read_input(i, record.found.get(i.field), chart, notes) for i in inputs}
    _settle_reports(read, notes, of_kind, subject)
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
        hispanic=person.hispanic,
        deceased=person.deceased,
        genotypes=(*_of(read, "genotypes", GeneResult), *_of(read, "reports", GeneResult)),
        variants=tuple(v for name in VARIANTS for v in _of(read, name, Variant)),
        orders=tuple(o for o in drafted_now if isinstance(o, Order)),
        medications=(*_of(read, "medications", Medication), *_of(read, "statements", Medication)),
        conditions=(*_of(read, "conditions", Condition), *_of(read, "procedures", Condition)),
        measurements=_of(read, "measurements", Measurement),
        allergies=_of(read, "allergies", Allergy),
        family=(*_of(read, "family", FamilyHistory), *_of(read, "conditions", FamilyHistory)),
        markers=_of(read, "markers", Marker),
        requests=(*(r for r in drafted_now if isinstance(r, Request)), *_of(read, "requests", Request)),
        unread=frozenset(f for f in FIELDS if person.merged or f not in notes.whole or not _complete(record.found, f)),
        gaps=tuple(dict.fromkeys(notes.gaps)),
        foreign=notes.foreign,
        test=any(map(is_test, everything)) or any(map(is_test, drafted)),
        genotypes_complete=not person.merged and (_complete(record.found, "genotypes") or not any(i.field == "genotypes" for i in inputs)),
    )


def _by_kind(resources: Sequence[Resource]) -> dict[str, list[Resource]]:
    """Each looked at once: many resources, few of the kinds that are asked for."""
    found: dict[str, list[Resource]] = {}
    for resource in resources:
        found.setdefault(kind(resource), []).append(resource)
    return found


def _settle_reports(read: dict[str, Read], notes: Notes, of_kind: Mapping[str, Sequence[Resource]], subject: Subject) -> None:
    """What reports list, repeat or rest on is known only beside all the rest."""
    mine = notes.admitted.get("reports", ())
    if "reports" not in read or not (mine or of_kind.get("DocumentReference")):
        return
    told = read["reports"]
    others = admit([*of_kind.get("Observation", ()), *of_kind.get("DocumentReference", ())], subject).resources
    read["reports"] = settle(told, mine, others, _of(read, "genotypes", GeneResult), subject.server)
    notes.gaps += [gap for gap in read["reports"].gaps if gap not in told.gaps]


def _of(read: Mapping[str, Read], field: str, kind_of_value: type[V]) -> tuple[V, ...]:
    return tuple(value for value in read.get(field, Read()).values if isinstance(value, kind_of_value))


def _read_drafts(
    drafts: Any,
    drafted: Sequence[Resource],
    selected: Sequence[str] | None,
    referenced: Mapping[str, Resource],
    subject: Subject,
    notes: Notes,
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
