"""Resources that a security label keeps from ordinary use: left out, and told as not looked at. Consent itself is not judged here.

For sites that ask for it. What is left out is never "nothing found": its input counts as incomplete.
"""

from __future__ import annotations

from dataclasses import replace

from fhir_mappings.inputs import Found, Record, Resource
from fhir_mappings.resource import kind, mapping, mappings, text
from models.patient import Gap

#: codes of HL7 v3 that ask for more than ordinary care: confidentiality, and sensitivity of genetic information
CONFIDENTIALITY = frozenset({"R", "V"})  #: restricted, very restricted
SENSITIVITY = frozenset({"GDIS"})  #: genetic disease information
_SYSTEMS = {
    "http://terminology.hl7.org/CodeSystem/v3-Confidentiality": CONFIDENTIALITY,
    "http://hl7.org/fhir/v3/Confidentiality": CONFIDENTIALITY,  # before R4
    "http://terminology.hl7.org/CodeSystem/v3-ActCode": SENSITIVITY,
    "http://hl7.org/fhir/v3/ActCode": SENSITIVITY,
}
WITHHELD = "a security label restricts it, and this site does not use such data here"
INCOMPLETE = "a part of it bears a security label that restricts it"


def without_restricted(record: Record) -> Record:
    """The record without resources that are labelled as restricted, each told by a Gap that names its kind and nothing of it."""
    found, gaps = {}, list(record.gaps)
    for field, seen in record.found.items():
        kept = tuple(r for r in seen.resources if not is_restricted(r))
        found[field] = seen if len(kept) == len(seen.resources) else _less(seen, kept)
        gaps += [Gap(kind(r) or "resource", "unavailable", WITHHELD) for r in seen.resources if is_restricted(r)]
    referenced = {name: r for name, r in record.referenced.items() if not is_restricted(r)}
    gaps += [Gap(kind(r) or "resource", "unavailable", WITHHELD) for r in record.referenced.values() if is_restricted(r)]
    return Record(found, referenced, tuple(dict.fromkeys(gaps)))


def _less(seen: Found, kept: tuple[Resource, ...]) -> Found:
    return replace(seen, resources=kept, complete=False, because=seen.because or INCOMPLETE)


def is_restricted(resource: Resource) -> bool:
    """By a label of its own, or of a resource that it contains."""
    return any(_labelled(r) for r in (resource, *mappings(resource.get("contained"))))


def _labelled(resource: Resource) -> bool:
    for label in mappings(mapping(resource.get("meta")).get("security")):
        system, code = text(label.get("system")).rstrip("/"), text(label.get("code"))
        if code in _SYSTEMS.get(system, frozenset()):
            return True
    return False
