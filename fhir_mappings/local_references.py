"""References by `urn:uuid` within one Bundle, put as 'Type/id'. For files; in a live call such a reference stays unresolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import kind, text

_URN = ("urn:uuid:", "urn:oid:")


def resolved(entries: Sequence[tuple[str, Resource]]) -> tuple[Resource, ...]:
    """The resources of (fullUrl, resource) pairs; one without an id takes the end of its urn. The input is not changed."""
    named = [(url, _with_id(url, resource)) for url, resource in entries]
    names = {url: f"{kind(r)}/{text(r.get('id'))}" for url, r in named if url.startswith(_URN)}
    return tuple([_located(r, names) for _, r in named]) if names else tuple([r for _, r in named])


def _with_id(url: str, resource: Resource) -> Resource:
    own = url.rpartition(":")[2] if url.startswith(_URN) else ""
    return {**resource, "id": own} if own and not text(resource.get("id")) else resource


def _located(value: Any, names: Mapping[str, str]) -> Any:
    """The same value with every urn of `names` that stands in a `reference` replaced."""
    if isinstance(value, dict):
        return {k: names.get(v, v) if k == "reference" and isinstance(v, str) else _located(v, names) for k, v in value.items()}
    return [_located(item, names) for item in value] if isinstance(value, list) else value
