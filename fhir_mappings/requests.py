"""The input `requests`: tests and operations that are asked for, as coded, and the drafts of this call."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_mappings.inputs import Input, Read, Resource
from fhir_mappings.resource import concept, is_true, kind, latest, mappings, origin, text
from models.codes import Concept
from models.patient import Request

OPEN = frozenset({"active", "on-hold"})


def read_requests(resources: Sequence[Resource]) -> Read:
    """One Request for each service that was asked for and is still to come."""
    placed = latest([r for r in resources if kind(r) == "ServiceRequest"])
    found = [_request(r) for r in placed if text(r.get("status")) in OPEN and not is_true(r.get("doNotPerform"))]
    return Read(tuple(request for request in found if request.code))


def draft_request(resource: Resource, selected: bool) -> Request:
    """A ServiceRequest of context.draftOrders."""
    return _request(resource, draft=True, selected=selected)


def _request(resource: Resource, *, draft: bool = False, selected: bool = True) -> Request:
    """Its category says what kind of service it is ("surgical procedure"), so it stands beside the code."""
    stated = [resource.get("code"), *mappings(resource.get("category"))]
    said = [concept(mapping_of(value)) for value in stated if value]
    codings = tuple(dict.fromkeys(c for one in said for c in one.codings))
    return Request(
        Concept(codings, next((s.text for s in said if s.text), "")),
        draft,
        selected,
        text(resource.get("authoredOn"))[:10],
        origin(resource),
    )


def mapping_of(value: object) -> object:
    """R5 wraps the concept of a code in a CodeableReference."""
    return value["concept"] if isinstance(value, dict) and isinstance(value.get("concept"), dict) else value


REQUESTS = Input(
    "requests",
    "ServiceRequest?patient={{context.patientId}}&status=active,on-hold&_count=200",
    "ServiceRequest",
    read_requests,
    on_demand=True,
)
