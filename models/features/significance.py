"""What a laboratory says a variant does: pathogenic, of uncertain significance, benign. Its own words, never our judgement."""

from __future__ import annotations

from typing import Literal

from models.codes import Concept
from models.variant import Variant

Significance = Literal["pathogenic", "likely pathogenic", "uncertain", "likely benign", "benign", "conflict", ""]

#: LOINC answers of 53037-8, and what ClinVar, ClinGen/CGC/VICC and reports write; levelled to letters and single blanks
_SAID: dict[str, Significance] = {
    "la6668 3": "pathogenic",
    "la26332 9": "likely pathogenic",
    "la26333 7": "uncertain",
    "la26334 5": "likely benign",
    "la6675 8": "benign",
    "pathogenic": "pathogenic",
    "oncogenic": "pathogenic",
    "deleterious": "pathogenic",
    "pathogenic variant": "pathogenic",
    "likely pathogenic": "likely pathogenic",
    "likely oncogenic": "likely pathogenic",
    "suspected deleterious": "likely pathogenic",
    "pathogenic likely pathogenic": "likely pathogenic",
    "probably pathogenic": "likely pathogenic",
    "uncertain significance": "uncertain",
    "unknown significance": "uncertain",
    "variant of uncertain significance": "uncertain",
    "variant of unknown significance": "uncertain",
    "vus": "uncertain",
    "likely benign": "likely benign",
    "likely neutral": "likely benign",
    "benign likely benign": "likely benign",
    "benign": "benign",
    "neutral": "benign",
    "conflicting interpretations of pathogenicity": "conflict",
    "conflicting classifications of pathogenicity": "conflict",
}
_COUNT: tuple[Significance, ...] = ("pathogenic", "likely pathogenic")


def significance(variant: Variant) -> Significance:
    """ "conflict" where its statements differ in more than certainty; "" where it does not say, or in words not known here."""
    said = {word for concept in variant.significance if (word := _read(concept))}
    if len(said) <= 1:
        return said.pop() if said else ""
    for pair in (("pathogenic", "likely pathogenic"), ("benign", "likely benign")):
        if said == set(pair):
            return pair[1]
    return "conflict"


def counts(variant: Variant) -> bool | None:
    """Is it said to do harm? False: said to be uncertain or harmless, or contradictory. None: not said."""
    said = significance(variant)
    return None if not said else said in _COUNT


def _read(concept: Concept) -> Significance:
    """By code, else by the words beside it: displays and text."""
    words = [c.code for c in concept.codings] + [c.display for c in concept.codings] + [concept.text]
    found = {meaning for word in words if (meaning := _SAID.get(_levelled(word)))}
    return found.pop() if len(found) == 1 else "conflict" if found else ""


def _levelled(word: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in word.lower()).split())
