"""The drug tables: which ingredients and route a code means. Names are for people; no name ever decides."""

from __future__ import annotations

import re
from collections.abc import Mapping

from models.codes import NCIT, UNII
from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.late import Late
from models.knowledge.source_block import Source
from models.knowledge.types import Drugs, Product

TABLES = {
    "ingredients": ("rxnorm", "name"),
    "products": ("rxnorm", "ingredients", "route"),
    "ndc": ("ndc", "ingredients", "route"),
    "atc": ("atc", "ingredients", "route"),
    "unii": ("unii", "ingredients", "route"),
    "ncit": ("ncit", "ingredients", "route"),
    "names": ("name", "ingredients"),
    "routes": ("word", "route"),
}
LATE = frozenset({"ndc", "unii", "ncit", "names"})  #: tables that are read at first use
_WORDS = re.compile(r"[a-z0-9]+")
UNKNOWN = "?"  #: an ingredient of a product that the source could not name


def read_drugs(texts: Mapping[str, str], source: Source) -> Drugs:
    """`texts`: table name → its tab-separated text with a header. Raises KnowledgeError naming file and line.

    Long tables that serve few requests are parsed when a code is first looked up; until then their faults are not
    seen, which is why the tests and `precision-hooks knowledge check` read them whole.
    """
    rows = {name: _rows(texts[name], name) for name in TABLES if name not in LATE}
    ingredients = {code: Drug(name, "" if code.startswith("name:") else code) for code, name in rows["ingredients"].items()}
    shared: dict[str, Product] = {}
    products, atc = (_products(rows[name], name, ingredients, shared) for name in ("products", "atc"))
    ndc, unii, ncit = (_late(texts[name], name, ingredients, shared) for name in ("ndc", "unii", "ncit"))
    names = Late(lambda: _names(_rows(texts["names"], "names"), ingredients))
    if both := sorted(ingredients.keys() & products.keys()):
        raise KnowledgeError(
            f"drugs/products.tsv: code {both[0]} is an ingredient in drugs/ingredients.tsv too; a guideline for it would not fire on what "
            "the product line means, so keep one of the two lines"
        )
    return Drugs(ingredients, products, ndc, atc, source, _groups(atc), rows["routes"], {UNII: unii, NCIT: ncit}, names)


def _groups(atc: Mapping[str, Product]) -> dict[str, frozenset[str]]:
    """Ingredient → the first five characters of its ATC codes."""
    found: dict[str, set[str]] = {}
    for code, product in atc.items():
        for ingredient in product.ingredients:
            found.setdefault(ingredient, set()).add(code[:5])
    return {ingredient: frozenset(groups) for ingredient, groups in found.items()}


def _rows(text: str, name: str) -> dict[str, str]:
    """First cell → the rest of the line."""
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != TABLES[name]:
        raise KnowledgeError(f"drugs/{name}.tsv: the first line must be {', '.join(TABLES[name])}, separated by tabs")
    found: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        code, tab, rest = line.partition("\t")
        if not tab or not code or code in found or rest.count("\t") != len(TABLES[name]) - 2:
            raise KnowledgeError(f"drugs/{name}.tsv: line {number} repeats a code or lacks a cell; correct it")
        found[code] = rest
    return found


def _late(text: str, name: str, ingredients: Mapping[str, Drug], shared: dict[str, Product]) -> Late[Product]:
    return Late(lambda: _products(_rows(text, name), name, ingredients, shared))


def _names(rows: Mapping[str, str], ingredients: Mapping[str, Drug]) -> dict[str, frozenset[str]]:
    """Brands, salts and other names. Several ingredients: a combination, or a brand that was used for more than one product.

    The beginning of a longer name is in it too, and means nothing: so a reader knows when to read on.
    """
    shared: dict[str, frozenset[str]] = {}
    found: dict[str, frozenset[str]] = {}
    for name, listed in rows.items():
        if listed not in shared:
            shared[listed] = frozenset(product_of(listed, "", f"drugs/names.tsv: name '{name}'", ingredients).ingredients)
        found[name] = shared[listed]
    return with_beginnings(found)


def with_beginnings(names: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    found = dict(names)
    for name in names:
        words = name.split(" ")
        for length in range(1, len(words)):
            found.setdefault(" ".join(words[:length]), frozenset())
    return found


def levelled(name: str) -> str:
    """The words of a name as drugs/names.tsv has them: letters and digits in lower case, with single blanks."""
    return " ".join(words_of(name))


def words_of(name: str) -> list[str]:
    return _WORDS.findall(name.lower())


def _products(rows: Mapping[str, str], name: str, ingredients: Mapping[str, Drug], shared: dict[str, Product]) -> dict[str, Product]:
    """44,000 codes mean some 3,000 different products: each is made once and shared."""
    found: dict[str, Product] = {}
    for code, rest in rows.items():
        product = shared.get(rest)
        if product is None:
            listed, _, route = rest.partition("\t")
            product = shared[rest] = product_of(listed, route, f"drugs/{name}.tsv: code {code}", ingredients)
        found[code] = product
    return found


def product_of(listed: str, route: str, where: str, ingredients: Mapping[str, Drug]) -> Product:
    """The product of an `ingredients` cell ("161|2670", "?" for a part that is not known). Raises KnowledgeError."""
    parts = tuple(listed.split("|"))
    unknown = [part for part in parts if part != UNKNOWN and part not in ingredients]
    if unknown:
        raise KnowledgeError(f"{where}: ingredient '{unknown[0]}' has no line in drugs/ingredients.tsv; add it or correct the code")
    return Product(parts, route)
