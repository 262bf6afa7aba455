"""A site's own codes of medicines: what they mean, who answers for it, and until when. They add to what is known, and change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from models.errors import KnowledgeError
from models.knowledge.drug_files import UNKNOWN
from models.knowledge.meaning import shipped
from models.knowledge.types import Drugs, Product

COLUMNS = ("system", "code", "ingredients", "route", "owner", "reason", "review_by")


@dataclass(frozen=True, slots=True)
class SiteCode:
    """One line of the site's file."""

    system: str  #: canonical URL
    code: str
    product: Product
    owner: str  #: who answers for the line
    reason: str
    review_by: date


def read_site_codes(lines: Iterable[str], where: str, drugs: Drugs, canonical: Callable[[str], str] = str) -> tuple[SiteCode, ...]:
    """Tab-separated, with a header of COLUMNS; blank lines and lines that begin with '#' are passed over.

    `ingredients`: RxNorm ingredient ids or names as in drugs/ingredients.tsv, separated by '|'. Raises KnowledgeError with file and line.
    """
    names = {drug.name: key for key, drug in drugs.ingredients.items()}
    found: dict[tuple[str, str], SiteCode] = {}
    header = False
    for number, line in enumerate(lines, 1):
        place = f"{where}: line {number}"
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        if not any(cells) or line.startswith("#"):
            continue
        if not header:
            header = True
            if tuple(cells) != COLUMNS:
                raise KnowledgeError(f"{place} must be {', '.join(COLUMNS)}, separated by tabs")
            continue
        row = site_code(cells, place, drugs, names, canonical)
        if (row.system, row.code) in found:
            raise KnowledgeError(f"{place} says again what code '{row.code}' means; keep one line")
        found[row.system, row.code] = row
    if not header:
        raise KnowledgeError(f"{where}: is empty; the first line must be {', '.join(COLUMNS)}")
    return tuple(found.values())


def site_code(cells: Sequence[str], place: str, drugs: Drugs, names: Mapping[str, str], canonical: Callable[[str], str]) -> SiteCode:
    """One line's cells. Raises KnowledgeError that begins with `place`."""
    if len(cells) != len(COLUMNS):
        raise KnowledgeError(f"{place} has {len(cells)} cells, not {len(COLUMNS)}; an empty cell keeps its tab")
    system, code, listed, route, owner, reason, due = cells
    empty = [name for name, cell in zip(COLUMNS, cells, strict=True) if not cell and name != "route"]
    if empty:
        raise KnowledgeError(f"{place}: '{empty[0]}' is empty; only the route may be")
    product = Product(tuple(_ingredient(part.strip(), place, drugs, names) for part in listed.split("|")), _route(route, place, drugs))
    system = canonical(system)
    known = shipped(system, code, drugs)
    if known is not None and not _agree(known, product):
        said = ", ".join(drugs.ingredients[i].name for i in known.ingredients if i in drugs.ingredients)
        raise KnowledgeError(f"{place}: code '{code}' is known here and means {said}; a site's line may not change that, so remove it")
    return SiteCode(system, code, product, owner, reason, _date(due, place))


def _agree(known: Product, product: Product) -> bool:
    """The same ingredients; of a product that is known in part, those at least."""
    had = set(known.ingredients) - {UNKNOWN}
    return had <= set(product.ingredients) if UNKNOWN in known.ingredients else had == set(product.ingredients)


def _ingredient(part: str, place: str, drugs: Drugs, names: Mapping[str, str]) -> str:
    if part in drugs.ingredients:
        return part
    if part.lower() in names:
        return names[part.lower()]
    raise KnowledgeError(f"{place}: '{part}' is neither an RxNorm ingredient id nor an ingredient's name known here; correct it")


def _route(route: str, place: str, drugs: Drugs) -> str:
    known = set(drugs.routes.values())
    if route.upper() in known or not route:
        return route.upper()
    raise KnowledgeError(f"{place}: '{route}' is no route; leave it empty or write one of {', '.join(sorted(known))}")


def _date(due: str, place: str) -> date:
    try:
        return date.fromisoformat(due)
    except ValueError:
        raise KnowledgeError(f"{place}: review_by must be a date such as 2027-06-30") from None


def with_site_codes(drugs: Drugs, rows: Sequence[SiteCode]) -> Drugs:
    """They stand beside those that are there already."""
    return replace(drugs, own=MappingProxyType({**drugs.own, **{(row.system, row.code): row.product for row in rows}}))
