"""Turns a site's own RxNorm release into the one file that the service reads. The file is the site's, under its UMLS licence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from models.errors import KnowledgeError
from models.knowledge.imported import HEADER, Imported, differing, laid_over
from models.knowledge.rxnorm_files import SNOMED_SAB, UNII_SAB, atoms, ndcs, relations
from models.knowledge.rxnorm_graph import Graph, graph_of
from models.knowledge.types import Drugs, Product

T = TypeVar("T")
REMARK = (
    "# Made by precision-hooks from the site's own RxNorm release, under the site's UMLS licence: not to be published or passed on.\n"
    "# Name it in PRECISION_HOOKS_RXNORM_FILE. Do not edit it; import again with each release.\n"
)


@dataclass(frozen=True, slots=True)
class Counts:
    """What an import came to."""

    ingredients: int
    products: int
    ndcs: int
    snomed: int
    incomplete: int  #: products of which a part is not known
    differing: tuple[str, ...]  #: RxNorm ids that mean other ingredients than the shipped tables say

    def lines(self, out: Path) -> Iterator[str]:
        """For the one who imports."""
        yield f"{self.ingredients} ingredients, {self.products} products ({self.incomplete} with a part that is not known)."
        yield f"{self.ndcs} NDCs, {self.snomed} SNOMED CT codes."
        if self.differing:
            shown = ", ".join(self.differing[:10])
            yield f"{len(self.differing)} codes mean other ingredients than in the shipped tables; yours will hold: {shown} …"
        yield f"Wrote {out}. Set PRECISION_HOOKS_RXNORM_FILE to it, and keep it to yourselves (UMLS licence)."


def import_rxnorm(folder: Path, out: Path, drugs: Drugs) -> Counts:
    """Read RXNCONSO.RRF and RXNREL.RRF (and RXNSAT.RRF for NDCs, where it is there) of `folder`, or of its `rrf`, and write `out`.

    Files are read line by line; of a full release about 300 MB are held. Nothing is written when anything is wrong.
    Raises KnowledgeError with file and line, and OSError.
    """
    folder = folder if (folder / "RXNCONSO.RRF").exists() else folder / "rrf"
    graph = graph_of(_read(folder, "RXNCONSO.RRF", atoms), _read(folder, "RXNREL.RRF", relations))
    products = graph.products()
    if not products:
        raise KnowledgeError(f"{folder.name}: no code leads to an ingredient, so nothing was written; is RXNREL.RRF of the same release?")
    made = Imported(
        graph.names, {"products": products, "ndc": _ndcs(folder, products), **_coded(graph, products), "names": graph.named(products)}
    )
    over = laid_over(drugs, made, out.name)
    _write(out, made)
    incomplete = sum("?" in p.ingredients for p in products.values())
    tables = made.tables
    return Counts(
        len(made.ingredients), len(products), len(tables["ndc"]), len(tables["snomed"]), incomplete, tuple(differing(over, drugs))
    )


def _coded(graph: Graph, products: Mapping[str, Product]) -> dict[str, dict[str, Product]]:
    return {"snomed": graph.coded(SNOMED_SAB, products), "unii": graph.coded(UNII_SAB, products)}


def _ndcs(folder: Path, products: Mapping[str, Product]) -> dict[str, Product]:
    """NDCs of products that are known; one that stands on two different products is left out."""
    if not (folder / "RXNSAT.RRF").exists():
        return {}
    found: dict[str, Product | None] = {}
    for ndc, rxcui in _read(folder, "RXNSAT.RRF", ndcs):
        if (product := products.get(rxcui)) is not None:
            found[ndc] = product if found.get(ndc, product) == product else None
    return {ndc: product for ndc, product in found.items() if product is not None}


def _read(folder: Path, name: str, rows: Callable[[Iterable[str], str], Iterator[T]]) -> Iterator[T]:
    with (folder / name).open(encoding="utf-8", newline="\n") as lines:
        yield from rows(lines, name)


def _write(out: Path, made: Imported) -> None:
    """Beside it first: a service that starts meanwhile never reads half a file."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=out.parent, prefix=out.name, suffix=".part", delete=False) as file:
        file.write(REMARK)
        file.writelines("\t".join(cells) + "\n" for cells in _lines(made))
    Path(file.name).replace(out)


def _lines(made: Imported) -> Iterator[tuple[str, ...]]:
    yield HEADER
    for code, name in sorted(made.ingredients.items()):
        yield "ingredients", code, " ".join(name.split()), ""
    for table, products in made.tables.items():
        for code, product in sorted(products.items()):
            yield table, code, "|".join(product.ingredients), product.route
