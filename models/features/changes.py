"""What kind of change a variant makes to a protein, and where: from its protein names, else from a coding name that tells enough."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from models.features.hgvs import nucleotide_change, protein_change
from models.features.variants import nucleotide_changes
from models.variant import Variant

Kind = Literal["missense", "nonsense", "fs", "del", "dup", "ins", "delins", "same"]

_SHORT = re.compile(
    r"(?P<first>[A-Z*])(?P<start>[0-9]+)(?:_[A-Z*](?P<end>[0-9]+))?(?:(?P<alt>[A-Z*=])|(?P<kind>fs|dup|delins|del|ins)(?P<new>[A-Z*]*))"
)
_CODING = re.compile(r"c\.(?P<start>[0-9]+)(?:_(?P<end>[0-9]+))?(?P<kind>delins|del|dup|ins)(?P<new>[ACGT]*)")
_POSITIONS = re.compile(r"(?P<base>-?[0-9]+|\*[0-9]+)(?P<offset>[+-][0-9]+)?")
#: bases on either side of a border between exon and intron that are read when it is spliced
SPLICE = 2
#: bases of an intron within which a change is taken to disturb a border that a named alteration is about: one base for another, else
NEAR, NEAR_INDEL = 3, 30


@dataclass(frozen=True, slots=True)
class Change:
    """Codons from `start` to `end`, both included; `net` residues are gained (or lost, where it is negative)."""

    kind: Kind
    start: int
    end: int
    net: int
    name: str = ""  #: the protein change in its short form; the coding change where that told it


def changes(variant: Variant) -> tuple[Change, ...]:
    """Of every protein name that is understood; where there is none ("p.?"), of coding names of whole codons lost or gained."""
    told = tuple(dict.fromkeys(c for text in variant.protein if (c := _of_protein(text)) is not None))
    if told:
        return told
    return tuple(dict.fromkeys(c for text in variant.coding if (c := _of_coding(text)) is not None))


@lru_cache(maxsize=4096)
def _of_protein(text: str) -> Change | None:
    short = protein_change(text)
    found = _SHORT.fullmatch(short) if short else None
    if short is None or found is None:
        return None
    start, end = int(found["start"]), int(found["end"] or found["start"])
    if found["alt"]:
        kind: Kind = "same" if found["alt"] == "=" else "nonsense" if found["alt"] == "*" else "missense"
        return Change(kind, start, end, 0, short)
    width, new = end - start + 1, len(found["new"])
    net = {"fs": 0, "del": -width, "dup": width, "ins": new, "delins": new - width}[found["kind"]]
    return Change(found["kind"], start, end, net, short)  # type: ignore[arg-type]


@lru_cache(maxsize=4096)
def _of_coding(text: str) -> Change | None:
    """Only where whole codons come or go; a substitution's effect needs the sequence."""
    name = nucleotide_change(text)
    found = _CODING.fullmatch(name.change) if name else None
    if found is None:
        return None
    start, end = int(found["start"]), int(found["end"] or found["start"])
    width, new = end - start + 1, len(found["new"])
    net = {"del": -width, "dup": width, "ins": new, "delins": new - width}[found["kind"]]
    if not net:
        return None
    codons = (start - 1) // 3 + 1, (end - 1) // 3 + 1
    kind, gained = ("fs", 0) if net % 3 else (found["kind"], net // 3)
    return Change(kind, *codons, gained, name.change if name else "")  # type: ignore[arg-type]


def splice_changes(variant: Variant) -> frozenset[str]:
    """Coding positions of its changes, with the side of the intron where they lie near its border: "3028+", "2888-".

    A position in an exon counts on its transcript ("NM_000245:3028"); without one where the transcript is not said.
    """
    found = set()
    for name in nucleotide_changes(variant):
        near = NEAR if ">" in name.change else NEAR_INDEL
        for place in _POSITIONS.finditer(name.change.removeprefix("c.")) if name.change.startswith("c.") else ():
            if not place["offset"]:
                found.add(f"{name.accession}:{place['base']}".removeprefix(":"))
            elif abs(int(place["offset"])) <= near:
                found.add(place["base"] + place["offset"][0])
    return frozenset(found)


def breaks_splicing(variant: Variant) -> bool:
    """Does it change one of the two bases of an intron beside an exon?"""
    for text in variant.coding:
        name = nucleotide_change(text)
        for place in _POSITIONS.finditer(name.change.removeprefix("c.")) if name else ():
            if place["offset"] and 1 <= abs(int(place["offset"])) <= SPLICE:
                return True
    return False
