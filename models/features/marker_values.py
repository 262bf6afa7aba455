"""One result of a tumour marker: which answer it gives of an aspect, or which number. It joins no results.

What no code and no known word says stays unread: a sender's display beside a code decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from models.chart import Marker
from models.codes import LOINC, Concept
from models.knowledge.clinical_types import Clinical
from models.knowledge.marker_types import EQUIVOCAL, NEGATIVE, POSITIVE, Aspect, Score, levelled

PER_CENT = "%"
_SIGNS = {"≤": "<=", "≥": ">=", "=": ""}
_NUMBER = re.compile(r"(?P<sign><=|>=|<|>|≤|≥|=)?\s*(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,3})?)\s*(?P<unit>\D.*)?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as reported."""

    value: float
    comparator: str  #: "<", "<=", ">", ">="; "" for the value itself
    unit: str  #: levelled, and without the words that say which number it is
    by_words: bool = False


def belongs(marker: Marker, names: Collection[str], clinical: Mapping[str, Clinical]) -> bool:
    """Is it a result of one of these names? A component is what its own code says, never what the observation's does."""
    codes = {pair for name in names if name in clinical for pair in clinical[name].codes}
    stated = marker.part if marker.part else marker.code
    return any((c.system, c.code) in codes for c in stated.codings)


def answer(marker: Marker, aspect: Aspect) -> str | None:
    """The answer that it gives; None where it gives none that is understood, or contradicts itself."""
    if marker.equivocal:
        return EQUIVOCAL
    named = {aspect.codes[c.system, c.code] for c in marker.answer.codings if (c.system, c.code) in aspect.codes}
    if not marker.answer.codings and (word := " ".join(marker.answer.text.lower().split())) in aspect.words:
        named = {aspect.words[word]}
    if by_number := _by_number(marker, aspect):
        named.add(by_number)
    if marker.positive is not None and not named:
        return POSITIVE if marker.positive else NEGATIVE
    if len(named) != 1 or (marker.positive is not None and named.isdisjoint(_beside(marker.positive, aspect))):
        return None
    return named.pop()


def _beside(positive: bool, aspect: Aspect) -> Collection[str]:
    return {POSITIVE, *aspect.with_positive} if positive else {NEGATIVE, *aspect.with_negative}


def _by_number(marker: Marker, aspect: Aspect) -> str:
    """Positive or negative by the share of cells; "" where the number, its unit or its comparator leaves that open."""
    if aspect.positive_from is None:
        return ""
    found = number(marker, ())
    reached = at_least(found, aspect.positive_from) if found is not None and found.unit == PER_CENT and 0 <= found.value <= 100 else None
    return "" if reached is None else POSITIVE if reached else NEGATIVE


def number(marker: Marker, said: Collection[str]) -> Number | None:
    """Its number, or the one that its words are; `said`: words that may stand beside it without being part of the unit."""
    if marker.value is not None:
        return Number(marker.value, marker.comparator, levelled(_without(marker.unit.lower(), said)))
    if marker.answer.codings:
        return None
    found = _NUMBER.fullmatch(_without(marker.answer.text.lower(), said).strip(" :"))
    if found is None:
        return None
    sign = found["sign"] or ""
    value = float(found["number"].replace(",", "."))
    return Number(value, _SIGNS.get(sign, sign), levelled(found["unit"] or ""), by_words=True)


def at_least(found: Number, threshold: float) -> bool | None:
    """Is it this much or more? None where its comparator leaves that open ("<5" against 1)."""
    value, sign = found.value, found.comparator
    if sign in ("<", "<="):
        return False if value < threshold or (sign == "<" and value == threshold) else None
    if sign in (">", ">="):
        return True if value >= threshold else None
    return value >= threshold


def says(marker: Marker, score: Score) -> bool:
    """Is one of the score's words in what names the result: its component, else its code's text, method, unit or answer?"""
    return any(_has(word, text) for text in _texts(marker) for word in score.said)


def _texts(marker: Marker) -> Iterator[str]:
    named: tuple[Concept, ...] = (marker.part,) if marker.part else (marker.code, marker.method)
    for concept in named:
        yield concept.text.lower()
        # LOINC's own names speak of tumour cells and immune cells in one breath; its codes are read as codes
        yield from (f"{c.code} {c.display}".lower() for c in concept.codings if c.system != LOINC)
    yield marker.unit.lower()
    if not marker.answer.codings:
        yield marker.answer.text.lower()


def _has(word: str, text: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None


def _without(text: str, words: Collection[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<![a-z]){re.escape(word)}(?![a-z])", " ", text)
    return text
