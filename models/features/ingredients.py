"""Which ingredients an order contains, from its codes. Display text never decides, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.codes import NCIT, SNOMED, V3_ROUTE, Concept
from models.features.named import contradicted
from models.finding import Drug
from models.knowledge.drug_files import UNKNOWN
from models.knowledge.meaning import product
from models.knowledge.types import Drugs, Product
from models.patient import Gap, Medication, Order, Reason

ROUTES = frozenset({SNOMED, NCIT, V3_ROUTE})  #: code systems in which routes are written


@dataclass(frozen=True, slots=True)
class Ingredients:
    """An order's ingredients, each with the route under which it is ordered ("" when not known)."""

    drugs: tuple[tuple[Drug, str], ...] = ()
    gaps: tuple[Gap, ...] = ()


def ingredients(order: Order | Medication, drugs: Drugs) -> Ingredients:
    """From the product's codes, else from the ingredients that its Medication lists; a Gap where that fails."""
    found = coded(order.medication, drugs)
    listed = _listed(order.ingredients, drugs)
    if not found and not listed:
        return _nothing(order, "not_understood", "its medicine is not identified by any code known here")
    widest = _agreed(found or listed)
    if widest is None:
        return _nothing(order, "conflict", "its codes mean different medicines")
    if found and any(_known(p).isdisjoint(_known(widest)) for p in listed):
        return _nothing(order, "conflict", "its code and the ingredients that it lists mean different medicines")
    if contradicted(order.medication, widest, drugs) or (not found and _parts_contradicted(order.ingredients, drugs)):
        return _nothing(order, "conflict", "its code means another medicine than its name says")
    found = found or listed
    routes = {_route(order.route, drugs), *(p.route for p in found)} - {""}
    route = routes.pop() if len(routes) == 1 else ""  # where they differ it is not known, and the rules for systemic use apply
    known = tuple((drugs.ingredients[i], route) for i in widest.ingredients if i != UNKNOWN)
    partial = UNKNOWN in widest.ingredients and all(UNKNOWN in p.ingredients or len(_known(p)) < len(known) for p in found)
    gaps = (Gap("draft order", "not_understood", "one ingredient of its product is not identified", order.origin),) if partial else ()
    return Ingredients(known, gaps)


def _nothing(order: Order | Medication, reason: Reason, because: str) -> Ingredients:
    return Ingredients((), (Gap("draft order", reason, because, order.origin),))


def coded(concept: Concept, drugs: Drugs) -> list[Product]:
    """What each of its codings means that is known."""
    return [p for coding in concept.codings if (p := product(coding, drugs)) is not None]


def _parts_contradicted(concepts: Sequence[Concept], drugs: Drugs) -> bool:
    return any(contradicted(concept, p, drugs) for concept in concepts for p in coded(concept, drugs))


def _agreed(found: Sequence[Product]) -> Product | None:
    """The product with most ingredients, if the others name only ingredients of it (a product beside its ingredient)."""
    widest = max(found, key=lambda p: len(_known(p)), default=None)
    return widest if widest and all(_known(p) <= _known(widest) for p in found) else None


def _known(product: Product) -> set[str]:
    return set(product.ingredients) - {UNKNOWN}


def _listed(concepts: Sequence[Concept], drugs: Drugs) -> list[Product]:
    """The ingredients that a Medication lists, as one product; nothing when any of them is not understood."""
    parts = [coded(concept, drugs) for concept in concepts]
    known = [p for found in parts if (p := _agreed(found)) is not None]
    if not known:
        return []
    names = dict.fromkeys(i for p in known for i in p.ingredients)
    return [Product((*names, UNKNOWN) if len(known) < len(parts) else tuple(names))]


def _route(route: Concept, drugs: Drugs) -> str:
    """By its codes, which must agree; only where none of them is known, by its words."""
    known = {drugs.routes[code] for c in route.codings if c.system in ROUTES and (code := c.code.lower()) in drugs.routes}
    if known:
        return known.pop() if len(known) == 1 else ""
    words = [c.display for c in route.codings] + [route.text]
    return next((found for word in words if (found := drugs.routes.get(word.strip().lower()))), "")
