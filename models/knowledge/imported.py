"""A site's own RxNorm, as `precision-hooks knowledge import-rxnorm` writes it, laid over the shipped tables. It reads no release file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from models.codes import SNOMED, UNII
from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.drug_files import UNKNOWN, with_beginnings
from models.knowledge.late import Layered
from models.knowledge.types import Drugs, Product

HEADER = ("table", "code", "ingredients", "route")  #: of the table "ingredients", the third cell is the name
TABLES = ("ingredients", "products", "ndc", "snomed", "unii", "names")
_NAMED = "name:"


@dataclass(slots=True)
class Imported:
    """The file, read. Ingredients are still RxNorm's own."""

    ingredients: dict[str, str] = field(default_factory=dict)  #: id → name
    tables: dict[str, dict[str, Product]] = field(default_factory=lambda: {name: {} for name in TABLES[1:]})


def read_imported(lines: Iterable[str], where: str) -> Imported:
    """Raises KnowledgeError with file and line. Lines that begin with '#' are remarks."""
    found = Imported()
    shared: dict[tuple[str, str], Product] = {}
    begun = False
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        cells = line.rstrip("\r\n").split("\t")
        if not begun:
            begun = True
            if tuple(cells) != HEADER:
                raise KnowledgeError(f"{where}: line {number} must be {', '.join(HEADER)}, separated by tabs; import your RxNorm again")
            continue
        if len(cells) != len(HEADER) or cells[0] not in TABLES or not cells[1] or not cells[2]:
            raise KnowledgeError(f"{where}: line {number} is not one that import-rxnorm writes; import your RxNorm again")
        table, code, listed, route = cells
        if table == "ingredients":
            found.ingredients[code] = listed
        else:
            key = (listed, route)
            found.tables[table][code] = shared.setdefault(key, Product(tuple(listed.split("|")), route))
    if not found.ingredients or not found.tables["products"]:
        raise KnowledgeError(f"{where}: holds no ingredients or no products; import your RxNorm again")
    return found


def laid_over(drugs: Drugs, imported: Imported, where: str) -> Drugs:
    """The tables in which RxNorm's own relations come before the shipped ones, which were mapped by name for two thirds.

    Ids that are ingredients here stay so, and RxNorm's ingredients become those that products and guidelines go by here. An ingredient
    that is not shipped is added. Raises KnowledgeError where a product names an ingredient that the file does not list.
    """
    ingredients = dict(drugs.ingredients)
    meant = {code: tuple(_here(code, name, drugs, ingredients)) for code, name in imported.ingredients.items()}
    shared: dict[Product, Product] = {}
    tables = {name: _translated(table, meant, shared, f"{where}: {name}") for name, table in imported.tables.items()}
    products = {
        code: p for code, p in tables["products"].items() if code not in drugs.ingredients and not _poorer(p, drugs.products.get(code))
    }
    coded = {system: Layered(tables[name], drugs.coded.get(system, {})) for name, system in (("snomed", SNOMED), ("unii", UNII))}
    return replace(
        drugs,
        ingredients=MappingProxyType(ingredients),
        products=Layered(products, drugs.products),
        ndc=Layered(tables["ndc"], drugs.ndc),
        coded={**drugs.coded, **coded},
        names=_names(tables["names"], drugs.names),
    )


def _names(imported: Mapping[str, Product], shipped: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """What either says that a name may mean: RxNorm and the shipped tables file a few medicines under different ids."""
    both = {name: frozenset(product.ingredients) | shipped.get(name, frozenset()) for name, product in imported.items()}
    return Layered({name: meant for name, meant in with_beginnings(both).items() if meant or name not in shipped}, shipped)


def _here(code: str, name: str, drugs: Drugs, ingredients: dict[str, Drug]) -> Iterator[str]:
    """The key, or keys, under which this ingredient is known here; it is added where it is not."""
    if code in drugs.ingredients:
        yield code
    elif code in drugs.products:  # an older id, or a salt that RxNorm counts as an ingredient
        yield from drugs.products[code].ingredients
    elif (own := _NAMED + name.lower()) in drugs.ingredients:  # shipped without an id
        yield own
    else:
        ingredients[code] = Drug(name.lower(), code)
        yield code


def _translated(
    table: Mapping[str, Product], meant: Mapping[str, tuple[str, ...]], shared: dict[Product, Product], where: str
) -> dict[str, Product]:
    done: dict[int, Product] = {}
    found = {}
    for code, product in table.items():
        if id(product) not in done:
            missing = [part for part in product.ingredients if part != UNKNOWN and part not in meant]
            if missing:
                raise KnowledgeError(
                    f"{where}: code {code} has ingredient {missing[0]}, which the file does not list; import your RxNorm again"
                )
            parts = dict.fromkeys(key for part in product.ingredients for key in (meant[part] if part != UNKNOWN else (UNKNOWN,)))
            made = Product(tuple(parts), product.route)
            done[id(product)] = shared.setdefault(made, made)
        found[code] = done[id(product)]
    return found


def _poorer(product: Product, shipped: Product | None) -> bool:
    """Does the shipped line know a part that this one does not?"""
    return shipped is not None and UNKNOWN in product.ingredients and UNKNOWN not in shipped.ingredients


def differing(over: Drugs, drugs: Drugs) -> list[str]:
    """RxNorm ids that mean other ingredients with the import than without: for its owner to look at."""
    return [
        code
        for code, shipped in drugs.products.items()
        if set(over.products[code].ingredients) - {UNKNOWN} != set(shipped.ingredients) - {UNKNOWN} and UNKNOWN not in shipped.ingredients
    ]
