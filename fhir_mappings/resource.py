"""Tolerant access to FHIR JSON: any shape may come, nothing here raises. What it cannot read is simply not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.tables import system_aliases
from models.codes import Code, Concept

_LISTS = (list, tuple)


def text(value: Any) -> str:
    """A string as it stands, without surrounding blanks; '' for anything else."""
    return value.strip() if isinstance(value, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; the first object of a list (R4 lists where DSTU2 had one); {} for anything else."""
    if isinstance(value, dict):
        return value
    return next((item for item in value if isinstance(item, dict)), {}) if isinstance(value, _LISTS) else {}


def mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Every object of a list; a single object counts as a list of one (seen in Epic's `category`)."""
    if value is None:
        return ()
    if isinstance(value, dict):
        return (value,)
    return tuple([item for item in value if isinstance(item, dict)]) if isinstance(value, _LISTS) else ()


def is_true(value: Any) -> bool:
    """True, and the string 'true' that some senders write."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def kind(resource: Any) -> str:
    stated = (resource if isinstance(resource, dict) else mapping(resource)).get("resourceType")
    return stated.strip() if isinstance(stated, str) else ""


def origin(resource: Resource) -> str:
    """'Observation/12', or 'Observation' when it has no id."""
    named, own = kind(resource), text(resource.get("id"))
    return f"{named}/{own}" if named and own else named or own or "resource"


def canonical(system: Any) -> str:
    """The canonical URL of a code system; an unknown one as it stands."""
    known = system_aliases()
    if isinstance(system, str) and system in known:  # nearly every one
        return known[system]
    stated = text(system)
    return known.get(stated) or known.get(stated.rstrip("/"), stated)


def concept(value: Any) -> Concept:
    """A CodeableConcept; codings with canonical systems. A bare string counts as its text, a bare Coding as its coding."""
    if isinstance(value, str):
        return Concept(text=value.strip())
    holder = mapping(value)
    codings = _codings(holder)
    words = text(holder.get("text"))
    if len(codings) == 1:  # nearly every one: half the price
        only = _code(codings[0])
        return Concept((only,) if only.code or only.display else (), words)
    kept = dict.fromkeys(c for c in map(_code, codings) if c.code or c.display)
    return Concept(tuple(kept), words)


def _code(coding: Mapping[str, Any]) -> Code:
    system, code, display = coding.get("system"), coding.get("code"), coding.get("display")
    return Code(
        canonical(system) if system else "",
        code.strip() if isinstance(code, str) else _token(code),
        display.strip() if isinstance(display, str) else "",
    )


def _codings(holder: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    listed = mappings(holder["coding"]) if "coding" in holder else ()
    return listed or ((holder,) if "code" in holder else ())


def _token(value: Any) -> str:
    """A code; numbers are met where the sender's serialiser lost the quotes."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def concept_codes(value: Any) -> list[tuple[str, str]]:
    """(canonical system, code) pairs of a CodeableConcept."""
    return [(canonical(c.get("system")), code) for c in _codings(mapping(value)) if (code := _token(c.get("code")))]


def matches(resource: Resource, codes: frozenset[tuple[str, str]]) -> bool:
    """Has the resource's `code` one of these pairs, whatever alias of the system it was written with?"""
    return not codes.isdisjoint(concept_codes(resource.get("code")))


def extensions(element: Any, ending: str) -> tuple[Mapping[str, Any], ...]:
    """Extensions whose URL ends with `ending`."""
    stated = mapping(element).get("extension")
    return tuple([e for e in mappings(stated) if text(e.get("url")).endswith(ending)]) if stated else ()


def choice(element: Mapping[str, Any], stem: str) -> tuple[tuple[str, Any], ...]:
    """Every member of a choice element: ('valueString', 'x') for stem 'value'. FHIR allows one; senders may not."""
    end = len(stem)
    return tuple([(k, v) for k, v in element.items() if k.startswith(stem) and k[end : end + 1].isupper() and v is not None])


def contained(resource: Resource) -> Mapping[str, Resource]:
    """Contained resources by their local id, without '#'."""
    return {text(c.get("id")).removeprefix("#"): c for c in mappings(resource.get("contained")) if text(c.get("id"))}


def entries(bundle: Any) -> Iterator[tuple[str, Resource]]:
    """(fullUrl or '', resource) of a Bundle, or of a plain list of resources."""
    if isinstance(bundle, dict):
        for entry in mappings(bundle.get("entry")):
            if kind(entry.get("resource")):
                yield text(entry.get("fullUrl")), mapping(entry.get("resource"))
    elif isinstance(bundle, Sequence) and not isinstance(bundle, str | bytes):
        yield from (("", r) for r in bundle if isinstance(r, dict) and kind(r))


def latest(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """Drop older versions of the same resource and repeats of it; versions that cannot be ordered all stay."""
    if len({text(r.get("id")) for r in resources}) == len(resources):
        return tuple(resources)  # no id comes twice: a tenth of the price
    kept: dict[str, list[Resource]] = {}
    texts: dict[str, set[str]] = {}
    for index, resource in enumerate(resources):
        own = origin(resource)
        name = own if "/" in own else f"{own}#{index}"
        same = kept.setdefault(name, [])  # all of one rank
        if not same or _version(resource) > _version(same[0]):
            same[:] = [resource]
            texts.pop(name, None)
        elif _version(resource) == _version(same[0]):
            seen = texts.setdefault(name, {_spelled(same[0])})
            if (spelled := _spelled(resource)) not in seen:
                seen.add(spelled)
                same.append(resource)
    return tuple(r for versions in kept.values() for r in versions)


def _spelled(resource: Resource) -> str:
    """The same for resources that differ in the order of members alone; comparing each with each would take its square."""
    return json.dumps(resource, sort_keys=True, default=repr)


def _version(resource: Resource) -> tuple[str, int]:
    meta = mapping(resource.get("meta"))
    number = text(meta.get("versionId"))
    return _moment(text(meta.get("lastUpdated"))), int(number) if number.isascii() and number.isdigit() and len(number) < 19 else -1


def _moment(stated: str) -> str:
    """A time with its zone, in UTC and in one spelling: as text, 10:00:00.5Z would come before 10:00:00Z. Others as they stand."""
    try:
        moment = datetime.fromisoformat(stated)
        return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment.tzinfo else stated
    except (ValueError, OverflowError):
        return stated


def is_test(resource: Mapping[str, Any]) -> bool:
    """Is it marked as test data (HTEST), as health systems mark patients who do not exist?"""
    meta = resource.get("meta")
    tags = meta.get("tag") if isinstance(meta, dict) else None
    return isinstance(tags, list) and any(isinstance(tag, dict) and tag.get("code") == "HTEST" for tag in tags)
