"""Results in running text: a conclusion or a note, sentence by sentence. Each is understood whole or gives nothing.

One sentence that is not understood and may turn another round ("was not confirmed", "the mother's") makes the whole
text give nothing. What it gives is never more than a hint: nothing here has a code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from fhir_mappings.genotype_words import Said, turns, understand
from fhir_mappings.inputs import Resource
from fhir_mappings.resource import mappings, text
from fhir_mappings.tables import reports

#: a full stop ends a sentence before a blank or the end ("score 1.0", "c.1905+1G>A" and "*4.013" go on)
_ENDS = re.compile(r"[.!?](?=\s|$)|[;\n\r\u2022]+")
_LIST = re.compile(r",\s+|\s+and\s+")
ELSEWHERE = "it may be about a tumour or another being"
LONGEST = 20_000  #: characters; longer texts are documents, not conclusions


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says of its genes. `whole`: every sentence was understood; `problem`: why none of it is used."""

    results: tuple[Said, ...] = ()
    whole: bool = True
    problem: str = ""


def hints_in(written: str, *, gene_known: bool = False) -> Told:
    """Read a running text. `gene_known`: another element names the gene, so a sentence may do without."""
    if len(written) > LONGEST:
        return Told(whole=False, problem="it is too long for a conclusion")
    if is_elsewhere(written):
        return Told(whole=False, problem=ELSEWHERE)
    sentences = [s.strip() for s in _ENDS.split(written) if s.strip()]
    found: list[Said] = []
    unread: list[str] = []
    for sentence in sentences:
        pieces = _understood(sentence, gene_known)
        found += pieces
        if not pieces:
            unread.append(sentence)
    if found and any(turns(sentence) for sentence in unread):
        return Told(whole=False, problem="a sentence in it is not understood and may turn the others round")
    by_gene = _by_gene(found)
    if by_gene is None:
        return Told(whole=False, problem="it says different things of one gene")
    return Told(by_gene, not unread)


def is_elsewhere(written: str) -> bool:
    """Does a text speak of a tumour, a relative or a donor?"""
    return _elsewhere().search(written) is not None


@cache
def _elsewhere() -> re.Pattern[str]:
    words = "|".join(re.escape(word) for word in sorted(reports().elsewhere))
    return re.compile(rf"(?<![a-z])(?:{words})(?:'?s|es)?(?![a-z])", re.IGNORECASE)


def notes_of(resource: Resource) -> str:
    """All notes of a resource as one text."""
    return "\n".join(filter(None, (text(note.get("text")) for note in mappings(resource.get("note"))))) if "note" in resource else ""


def _understood(sentence: str, gene_known: bool) -> list[Said]:
    """The sentence as one result, or as a list of results that name their genes; else nothing."""
    whole = _result(sentence)
    if whole is not None:
        return [whole] if whole.genes or gene_known else []
    pieces = [_result(piece) for piece in _LIST.split(sentence)]
    read = [piece for piece in pieces if piece is not None and piece.genes]
    return read if len(read) == len(pieces) > 1 else []


def _result(written: str) -> Said | None:
    """ "Positive" and "negative" count of an allele only."""
    said = understand(written)
    return None if said is None or (said.present is not None and not said.genotype) else said


def _by_gene(found: list[Said]) -> tuple[Said, ...] | None:
    """One result for each gene: genotype and status may come in two sentences; None where two sentences differ."""
    merged: dict[str, Said] = {}
    for said in found:
        gene = said.genes[0].upper() if said.genes else ""
        merged[gene] = _joined(merged[gene], said) if gene in merged else said
    if any(said.genotype == _DIFFERS for said in merged.values()) or ("" in merged and len(merged) > 1):
        return None
    return tuple(merged.values())


_DIFFERS = "?"


def _joined(one: Said, other: Said) -> Said:
    """Two sentences on one gene; where both fill a place differently, or one says that there is no result, they differ."""
    places = ("genotype", "term", "present")
    clash = any(getattr(one, p) not in ("", None) and getattr(other, p) not in ("", None, getattr(one, p)) for p in places)
    if clash or one.nothing != other.nothing or (one.present is None) != (other.present is None):
        return replace(one, genotype=_DIFFERS)
    return replace(one, genotype=one.genotype or other.genotype, term=one.term or other.term)
