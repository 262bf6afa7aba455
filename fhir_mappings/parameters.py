"""The answer of a genomics operation ($find-subject-haplotypes, …-tx-implications) as the Bundle of what it holds. It judges nothing.

Only resources are taken: "presence" and the gene asked for stand beside them as plain parts and are no results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fhir_mappings.inputs import Resource
from fhir_mappings.resource import kind, mapping, mappings

PARTIAL = "it is the answer of an operation, which tells only what it was asked for"
_DEEPEST = 8


def as_bundle(parameters: Resource) -> dict[str, Any]:
    """A collection of every resource in it, in the sender's order; Bundles inside are opened."""
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in _resources(parameters, 0)]}


def _resources(holder: Mapping[str, Any], depth: int) -> Iterator[Resource]:
    if depth > _DEEPEST:
        return
    for part in (*mappings(holder.get("parameter")), *mappings(holder.get("part")), *mappings(holder.get("entry"))):
        resource = mapping(part.get("resource"))
        if kind(resource) in ("Bundle", "Parameters"):
            yield from _resources(resource, depth + 1)
        elif kind(resource):
            yield resource
        yield from _resources({"part": part.get("part")}, depth + 1)
