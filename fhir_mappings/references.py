"""What a FHIR reference points at, in one spelling; and which medication references must still be fetched."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import contained, entries, kind, mapping, mappings, text

_TAIL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[^/?#]+)(?:/_history/[^/?#]+)?")
_ABSOLUTE = re.compile(rf"(?P<base>(?i:https?)://.+)/{_TAIL.pattern}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference. `key` is 'Type/id', '#id' or 'urn:…'; `foreign`: absolute, and not on the given server."""

    key: str
    type: str = ""
    id: str = ""
    foreign: bool = False


def parse(value: Any, server: str = "") -> Reference | None:
    """Read a Reference object or its string; None when there is no readable literal reference.

    Ids are compared as they stand: another case or a blank is another id. A version is dropped: it names the same
    resource. An absolute reference is `foreign` unless its base is `server`.
    """
    stated = value if isinstance(value, str) else mapping(value).get("reference")
    if not isinstance(stated, str) or not stated:
        return None
    if stated.startswith(("#", "urn:")):
        return Reference(stated)
    if local := _TAIL.fullmatch(stated):
        return Reference(f"{local['type']}/{local['id']}", local["type"], local["id"])
    if absolute := _ABSOLUTE.fullmatch(stated):
        same = bool(server) and _base(absolute["base"]) == _base(server)
        key = f"{absolute['type']}/{absolute['id']}"
        return Reference(key if same else stated, absolute["type"], absolute["id"], not same)
    return None


def _base(url: str) -> tuple[str, str, int | None, str] | str:
    """Scheme and host in lower case, the default port dropped, no trailing slash; paths keep their case."""
    try:
        parts = urlsplit(url.rstrip("/"))
        port = parts.port
    except ValueError:
        return url
    default = {"https": 443, "http": 80}.get(parts.scheme.lower())
    return parts.scheme.lower(), (parts.hostname or ""), None if port == default else port, parts.path


def needed(draft_orders: Any, known: Container[str], server: str = "") -> tuple[str, ...]:
    """'Medication/id' of every drafted medicine that is neither in the draft Bundle, nor contained, nor `known`."""
    drafted = {key for url, r in entries(draft_orders) for key in (url, f"{kind(r)}/{text(r.get('id'))}")}
    wanted: dict[str, None] = {}
    for _, resource in entries(draft_orders):
        for stated in medication_references(resource):
            target = parse(stated, server)
            if target is None or target.foreign or target.type != "Medication":
                continue
            if target.key not in drafted and target.key not in known:
                wanted[target.key] = None
    return tuple(wanted)


def medication_references(resource: Any) -> tuple[Any, ...]:
    """The Reference elements by which a medication request or statement names its medicine (R4, and R5's CodeableReference)."""
    if kind(resource) not in ("MedicationRequest", "MedicationStatement"):
        return ()
    stated = (resource.get("medicationReference"), mapping(resource.get("medication")).get("reference"))
    return tuple(s for s in stated if s)


def reason_references(resource: Any) -> tuple[Any, ...]:
    """The Reference elements by which a medication request names its reason (R4, and R5's CodeableReference)."""
    modern = (mapping(m.get("reference")) for m in mappings(resource.get("reason")))
    return tuple(s for s in (*mappings(resource.get("reasonReference")), *modern) if s)


def resolve(reference: Any, holder: Resource, known: Mapping[str, Resource], server: str) -> Resource | None:
    """What `holder` points at: contained in it, or one of `known` (by 'Type/id' and fullUrl)."""
    target = parse(reference, server)
    if target is None:
        return None
    return contained(holder).get(target.key[1:]) if target.key.startswith("#") else known.get(target.key)
