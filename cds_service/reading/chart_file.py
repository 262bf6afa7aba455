"""A file of FHIR resources as it comes: a Bundle, one resource, a list, lines of them (bulk export), or a whole CDS Hooks request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cds_service.errors import InputError
from cds_service.wire import NotJson, read_json
from fhir_mappings.inputs import Resource
from fhir_mappings.local_references import resolved
from fhir_mappings.references import parse
from fhir_mappings.resource import entries, kind, mapping, text

_HOLDERS = ("subject", "patient")


@dataclass(frozen=True, slots=True)
class ChartFile:
    """What the file holds. `patient` is the bare id; `drafts` are the orders of a request's context, () for other files."""

    resources: tuple[Resource, ...]
    patient: str
    server: str = ""
    drafts: tuple[Resource, ...] = ()
    keys: Mapping[str, str] = field(default_factory=dict)  #: prefetch key → what it holds, in words; empty for other files


def chart_file(body: bytes, patient: str = "") -> ChartFile:
    """Raises InputError where the file cannot be read, or does not say whose it is and `patient` is not given."""
    document = _document(body)
    context = mapping(document.get("context")) if isinstance(document, dict) and "hook" in document else {}
    drafts = tuple(r for _, r in entries(context.get("draftOrders")))
    resources = resolved([*_resources(mapping(document).get("prefetch") if context else document)])
    if not resources and not drafts:
        raise InputError("It holds no FHIR resource. Give a Bundle, a resource, one resource a line, or a CDS Hooks request.")
    own = patient or text(context.get("patientId")) or _only_patient(resources)
    if not context:
        return ChartFile(resources, own)
    prefetch = mapping(document.get("prefetch"))
    keys = {str(name): _held(value) for name, value in prefetch.items()}
    return ChartFile(resources, own, text(document.get("fhirServer")), drafts, keys)


def _held(value: Any) -> str:
    """What a prefetch key holds: nothing, a failure, or how many resources."""
    if value is None:
        return "null: asked for, and nothing is there"
    if kind(value) == "OperationOutcome":
        return "an OperationOutcome: it could not be had"
    count = sum(kind(r) != "OperationOutcome" for _, r in _resources(value))
    return f"{count} resource{'s' * (count != 1)}"


def _document(body: bytes) -> Any:
    try:
        return read_json(body)
    except NotJson as error:
        lines = [line for line in body.splitlines() if line.strip()]
        if len(lines) < 2:
            raise InputError(f"It is no JSON: {error}.") from None
        return [_line(number, line) for number, line in enumerate(lines, 1)]


def _line(number: int, line: bytes) -> Any:
    try:
        return read_json(line)
    except NotJson as error:
        raise InputError(f"It is no JSON, and its line {number} is none either: {error}.") from None


def _resources(value: Any) -> Iterator[tuple[str, Resource]]:
    """(fullUrl or '', resource) of whatever holds resources, Bundles within Bundles too."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        url, held = waiting.pop()
        if isinstance(held, list):
            waiting += [("", one) for one in reversed(held)]
        elif kind(held) == "Bundle":
            waiting += reversed([*entries(held)])
        elif kind(held):
            yield url, mapping(held)
        elif isinstance(held, dict):
            waiting += [("", one) for one in reversed(held.values())]


def _only_patient(resources: Sequence[Resource]) -> str:
    """The id of the only Patient, else of the only one that resources name. Whose another file is must be said."""
    ids = {text(r.get("id")) for r in resources if kind(r) == "Patient"}
    if not ids:
        targets = [parse(r.get(name)) for r in resources for name in _HOLDERS]
        ids = {target.id for target in targets if target is not None and target.type == "Patient"}
    if len(ids) == 1 and "" not in ids:
        return ids.pop()
    told = f"{len(ids)} patients" if ids else "no patient"
    raise InputError(f"It names {told}, so whose results these are is not known. Say it with --patient ID.")
