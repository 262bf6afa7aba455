"""Rows of RxNorm's release files (RRF: columns between pipes): the few columns that tell which ingredients a code has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from models.errors import KnowledgeError

RXNORM_SAB = "RXNORM"
SNOMED_SAB = "SNOMEDCT_US"
UNII_SAB = "MTHSPL"
#: how many columns a file's lines have, and those that are read
CONSO, REL, SAT = 18, 16, 13
LEFT_OUT = frozenset({"E", "Y"})  #: suppressed by an editor; obsolete ones (O) are kept, since charts hold them
#: relation → its inverse. The first one is what the row's second concept is to its first.
DOWN = {
    "has_ingredient": "ingredient_of",
    "has_ingredients": "ingredients_of",
    "has_precise_ingredient": "precise_ingredient_of",
    "consists_of": "constitutes",
    "contains": "contained_in",
    "tradename_of": "has_tradename",
    "form_of": "has_form",
    "has_part": "part_of",
    "isa": "inverse_isa",
}
FORMS = {"has_dose_form": "dose_form_of", "has_doseformgroup": "doseformgroup_of"}
_BOTH = {**DOWN, **FORMS}
_TURNED = {inverse: name for name, inverse in _BOTH.items()}


@dataclass(frozen=True, slots=True)
class Atom:
    """One name of a concept in one vocabulary."""

    rxcui: str
    vocabulary: str
    kind: str  #: TTY: IN, PIN, SCD …
    code: str  #: in that vocabulary
    name: str
    obsolete: bool


def atoms(lines: Iterable[str], where: str) -> Iterator[Atom]:
    """RXNCONSO.RRF: atoms of RxNorm itself, and of SNOMED CT and UNII where the release has them. Raises KnowledgeError by line."""
    wanted = {RXNORM_SAB, SNOMED_SAB, UNII_SAB}
    for number, cells in _rows(lines, where, CONSO):
        if cells[11] in wanted and cells[16] not in LEFT_OUT:
            yield Atom(_digits(cells[0], where, number), cells[11], cells[12], cells[13], cells[14], cells[16] == "O")


def relations(lines: Iterable[str], where: str) -> Iterator[tuple[str, str, bool]]:
    """RXNREL.RRF: (whole, part, is the part a dose form). RxNorm writes each twice, once from each end; either is read."""
    for number, cells in _rows(lines, where, REL):
        if cells[10] != RXNORM_SAB or cells[14] in LEFT_OUT or cells[2] != "CUI":
            continue
        name = cells[7]
        if name in _BOTH:
            part, whole = cells[0], cells[4]
        elif name in _TURNED:
            whole, part, name = cells[0], cells[4], _TURNED[name]
        else:
            continue
        yield _digits(whole, where, number), _digits(part, where, number), name in FORMS


def ndcs(lines: Iterable[str], where: str) -> Iterator[tuple[str, str]]:
    """RXNSAT.RRF: (11 digits, rxcui), as RxNorm itself normalised them."""
    for number, cells in _rows(lines, where, SAT):
        if cells[8] == "NDC" and cells[9] == RXNORM_SAB and cells[11] not in LEFT_OUT and len(cells[10]) == 11 and cells[10].isdigit():
            yield cells[10], _digits(cells[0], where, number)


def _rows(lines: Iterable[str], where: str, columns: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\r\n").split("|")
        if len(cells) != columns + 1 or cells[-1]:
            raise KnowledgeError(
                f"{where}: line {number} has {len(cells) - 1} columns closed by '|', not {columns}; it is cut, or no release file"
            )
        yield number, cells


def _digits(code: str, where: str, number: int) -> str:
    if not (code.isascii() and code.isdigit()):
        raise KnowledgeError(f"{where}: line {number} has no RxNorm id where one must stand; the file is damaged or no RxNorm release file")
    return code
