"""Draft orders in: what is being ordered, as coded. Proposals out are in proposals.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fhir_mappings.dosage import dosages_of, instructions_of
from fhir_mappings.inputs import Read, Resource
from fhir_mappings.reasons import REASON_LOST, reason_lost, reasons_of
from fhir_mappings.references import medication_references, parse, resolve
from fhir_mappings.releases import old_order
from fhir_mappings.requests import draft_request
from fhir_mappings.resource import concept, contained, entries, is_true, kind, latest, mapping, mappings, origin, text
from models.codes import Concept
from models.errors import UnsupportedFhirVersion
from models.patient import Gap, Order, Request

#: a draft that nobody means to give any more
ENDED = frozenset({"cancelled", "stopped", "entered-in-error", "completed", "ended", "draft-deleted"})

_NAMED = re.compile(r"MedicationRequest/[A-Za-z0-9\-.]{1,64}")


def read_orders(
    bundle: Any, selections: Sequence[str] | None, referenced: Mapping[str, Resource], server: str = "", *, problems_known: bool = False
) -> Read:
    """Draft medication orders and service requests of a Bundle (or list of resources).

    `selections`: "Type/id" of what is being chosen (order-select), None when all of it is (order-sign).
    `referenced`: resources by "Type/id" to resolve medicationReference and reasonReference with. `problems_known`: the
    problem list was read whole, so a reason that is not there is told; else it is one more of what was not read.
    Raises UnsupportedFhirVersion for orders of DSTU2 and STU3 shape: reading them as R4 would be a guess.
    """
    listed = tuple(entries(bundle))
    drafts = latest([r for _, r in listed])
    for resource in drafts:
        _refuse_old(resource)
    urls = {url: r for url, r in listed if url}
    known = {**referenced, **{origin(r): r for r in drafts}, **urls}
    names = {resource_url: origin(r) for resource_url, r in urls.items()} | {origin(r): origin(r) for r in drafts}
    chosen, gaps = _chosen(selections, names, server)
    asked = [draft_request(r, chosen is None or origin(r) in chosen) for r in drafts if kind(r) == "ServiceRequest" and not _ended(r)]
    orders: dict[Order | Request, None] = dict.fromkeys(r for r in asked if r.code)
    for resource in (r for r in drafts if kind(r) == "MedicationRequest" and not _ended(r)):
        order, more = _read_one(resource, chosen, known, server)
        if order and problems_known and reason_lost(resource, known, server):
            more.append(Gap("draft order", "unavailable", REASON_LOST, origin(resource)))
        orders |= {order: None} if order else {}
        gaps += more
    return Read(tuple(orders), tuple(gaps))


def _refuse_old(resource: Resource) -> None:
    if release := old_order(resource):
        raise UnsupportedFhirVersion(
            f"context.draftOrders holds an order of FHIR {release}. This service reads orders of FHIR R4 (and R5) and would have to guess "
            "at others. Send MedicationRequest and ServiceRequest resources of FHIR R4."
        )


def _ended(resource: Resource) -> bool:
    return is_true(resource.get("doNotPerform")) or text(resource.get("status")) in ENDED


def _chosen(selections: Sequence[str] | None, names: Mapping[str, str], server: str) -> tuple[frozenset[str] | None, list[Gap]]:
    """Origins of the selected drafts (None: all); selections that point nowhere are flagged and make every draft passive."""
    if selections is None:
        return None, []
    targets = [parse(s, server) for s in selections]
    found = frozenset(names[t.key] for t in targets if t is not None and t.key in names)
    if found and len(found) == len({t.key if t else "" for t in targets}):
        return found, []
    because = (
        "some of context.selections are not in context.draftOrders" if found else "no entry of context.selections is in context.draftOrders"
    )
    return found, [Gap("context.selections", "not_understood", because)]


def _read_one(
    resource: Resource, chosen: frozenset[str] | None, known: Mapping[str, Resource], server: str
) -> tuple[Order | None, list[Gap]]:
    medication, ingredients, named, unresolved = medicine_of(resource, known, server)
    if not named:
        return None, []  # being written: no medicine yet
    gaps = []
    if unresolved:
        gaps.append(
            Gap(
                "draft order",
                "unavailable",
                "its medicine is a reference that could not be resolved, so it is not identified",
                origin(resource),
            )
        )
    elif not medication and not ingredients:
        gaps.append(Gap("draft order", "not_understood", "its medicine has no code and no name, so it is not identified", origin(resource)))
    if mappings(resource.get("modifierExtension")):
        gaps.append(
            Gap("draft order", "not_understood", "MedicationRequest.modifierExtension may change what is ordered", origin(resource))
        )
    own = origin(resource)
    selected = chosen is None or own in chosen
    # R5 drafts are read, but no action is offered on them, nor on one whose id is none: the action could not name it
    proposable = _NAMED.fullmatch(own) is not None and "medication" not in resource
    order = Order(
        id=own if proposable else "",
        medication=medication,
        ingredients=ingredients,
        selected=selected,
        route=route_of(resource),
        status=text(resource.get("status")),
        origin=own,
        reasons=reasons_of(resource, known, server),
        dosages=dosages_of(resource),
        element=element_of(resource),
    )
    return order, gaps


def medicine_of(resource: Resource, known: Mapping[str, Resource], server: str) -> tuple[Concept, tuple[Concept, ...], bool, bool]:
    """(medicine, ingredients, is one named at all, does a reference lead nowhere)."""
    modern = mapping(resource.get("medication"))
    medication = _joined([concept(v) for v in (resource.get("medicationCodeableConcept"), modern.get("concept")) if v])
    ingredients: tuple[Concept, ...] = ()
    stated = medication_references(resource)
    unresolved = False
    for reference in stated:
        product = resolve(reference, resource, known, server)
        if product is None or kind(product) != "Medication":
            unresolved = not medication
            continue
        medication = _joined([medication, concept(product.get("code"))])
        ingredients += _ingredients(product, {**_local(resource), **_local(product)}, known, server)
    return medication, ingredients, bool(medication or stated), unresolved


def element_of(resource: Resource) -> str:
    """Where a request or a statement names its medicine; with more than one place, the first that is read."""
    places = ("medicationCodeableConcept", "medication", "medicationReference")
    return next((f"{kind(resource)}.{name}" for name in places if resource.get(name)), "")


def _joined(concepts: Sequence[Concept]) -> Concept:
    """All codings together: where they disagree on the medicine, the core sees it."""
    codings = dict.fromkeys(c for one in concepts for c in one.codings)
    return Concept(tuple(codings), next((c.text for c in concepts if c.text), ""))


def _local(resource: Resource) -> dict[str, Resource]:
    return {f"#{name}": r for name, r in contained(resource).items()}


def _ingredients(
    product: Resource, contained_here: Mapping[str, Resource], known: Mapping[str, Resource], server: str
) -> tuple[Concept, ...]:
    """Active ingredients that the product lists, through products inside products; circles end.

    No recursion: how long a chain of products is, is the sender's choice.
    """
    found: dict[Concept, None] = {}
    seen = {id(product)}  # the resource itself: contained ones of two products may bear the same id
    waiting = [(product, contained_here)]
    while waiting:
        holder, local = waiting.pop()
        for ingredient in (i for i in mappings(holder.get("ingredient")) if i.get("isActive") is not False):
            item = mapping(ingredient.get("item"))
            found |= {concept(v): None for v in (ingredient.get("itemCodeableConcept"), item.get("concept")) if v}
            for stated in (ingredient.get("itemReference"), item.get("reference")):
                target = parse(stated, server)
                inner = (local.get(target.key) or known.get(target.key)) if target else None
                if inner is None or id(inner) in seen:
                    continue
                seen.add(id(inner))
                found[concept(inner.get("code"))] = None
                own = _local(inner)
                waiting.append((inner, {**local, **own} if own else local))
    return tuple(c for c in found if c)


def route_of(resource: Resource) -> Concept:
    """The route of the dosage instructions, if they agree on one."""
    routes = {r for d in instructions_of(resource) if (r := concept(d.get("route")))}
    return next(iter(routes)) if len(routes) == 1 else Concept()
