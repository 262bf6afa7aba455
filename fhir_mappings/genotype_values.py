"""One value[x] of a genomic Observation, read in all its spellings: codes, displays, text, string, boolean.

Code and words are compared here: where both resolve and differ, the value is a conflict and not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fhir_mappings.genotype_words import (
    ONE_ALLELE,
    Said,
    gene_of_plain,
    genes_before_stars,
    leading_symbol,
    looks_like_genotype,
    may_be_handed_on,
    may_turn_round,
    understand,
)
from fhir_mappings.resource import choice, concept, text
from fhir_mappings.tables import phenotypes, presence
from models.codes import LOINC, SNOMED, Concept

NO_RESULT = "tested, but the laboratory gave no result"


@dataclass(slots=True)
class Value:
    """What one value says. `problem`: why nothing of it may be used; `conflict`: that it contradicts itself."""

    genotypes: list[str] = field(default_factory=list)  #: spellings, code before display before text
    term: str = ""
    words: str = ""  #: the status as it was written
    present: bool | None = None
    allele: str = ""  #: that `present` is told of; "" when the value names none
    genes: list[str] = field(default_factory=list)  #: words of the value that stand where a gene stands
    nothing: bool = False
    coded: bool = False
    element: str = ""  #: where it stands: "valueString", later the whole path
    one_copy: bool = False  #: the genotype is that of one chromosome
    prose: bool = False  #: read from running text
    turned: bool = False  #: words that are not understood may turn it round
    conflict: str = ""
    not_understood: bool = False


def read_value(element: Mapping[str, Any], role: str) -> Value | None:
    """Read an Observation's or component's value; None when it has none. `role`: one of `genotype_slots.ROLES`."""
    stated = choice(element, "value")
    if not stated:
        return Value(nothing=True, element="dataAbsentReason") if element.get("dataAbsentReason") else None
    value = _read(element, stated, role)
    value.element = stated[0][0]
    return value


def _read(element: Mapping[str, Any], stated: Sequence[tuple[str, Any]], role: str) -> Value:
    if element.get("dataAbsentReason"):
        return Value(conflict="it has both a value and a dataAbsentReason")
    if len(stated) > 1:
        return Value(conflict="it has more than one value[x]")
    name, raw = stated[0]
    if name == "valueBoolean" and isinstance(raw, bool):
        return Value(present=raw, coded=True)
    if name == "valueString":
        return _from_concept(Concept(text=text(raw)), role)
    if name in ("valueCodeableConcept", "valueCoding"):
        return _from_concept(concept(raw), role)
    return Value(not_understood=True)


def _from_concept(stated: Concept, role: str) -> Value:
    if not stated.codings and (gene := gene_of_plain(stated.text)) is not None:
        return Value([stated.text], words=stated.text, genes=[gene] if gene else [])
    value = Value(words=stated.label, coded=any(c.code for c in stated.codings))
    said = [s for c in stated.codings if (s := _by_code(c.system, c.code, value)) is not None]
    for written in (*[c.display for c in stated.codings], stated.text):
        if written and (s := _by_words(written, role, value)) is not None:
            said.append(s)
    _settle(value, said)
    empty = not (value.genotypes or value.term or value.nothing or value.conflict) and value.present is None
    value.not_understood = empty
    return value


def _by_code(system: str, code: str, value: Value) -> Said | None:
    """An answer code; or a genotype written as the code itself (PharmVar, GL string)."""
    if (system, code) in presence().codes:
        present = presence().codes[(system, code)]
        return Said(present=present, nothing=present is None)
    if system == LOINC:
        if code in phenotypes().no_result_codes:
            return Said(nothing=True)
        return Said(term=phenotypes().codes[code]) if code in phenotypes().codes else None
    if code and system != SNOMED and looks_like_genotype(code):
        _add(value, code)
    return None


def _by_words(written: str, role: str, value: Value) -> Said | None:
    said = understand(written)
    if said is None:
        value.turned = value.turned or may_turn_round(written)
        if may_be_handed_on(written, role):
            _add(value, written)  # handed on as reported: the core reads genotypes, or refuses them by name
        return None
    value.genes += [g for g in said.genes if g not in value.genes]
    if said.present is not None or said.nothing:
        value.allele = value.allele or said.genotype
    elif said.genotype:
        _add(value, written if not said.term else said.genotype)
    return said


def _add(value: Value, written: str) -> None:
    written = written.replace("_*", " *")  # "CYP2D6_*1/*1", as some write it for a code without a blank
    if written not in value.genotypes:
        value.genotypes.append(written)
    lead = [*genes_before_stars(written), leading_symbol(written)]
    value.genes += [g for g in dict.fromkeys(lead) if g and g not in value.genes]


def _settle(value: Value, said: list[Said]) -> None:
    """One meaning out of all spellings, or a conflict. 'Likely …' in words refines the code of the plain status."""
    if not value.turned and not any(s.term or s.nothing or s.present is not None for s in said):
        return  # genotypes alone
    terms = {s.term for s in said if s.term}
    refined = {t for t in terms if not any(other != t and other.endswith(" " + t) for other in terms)}
    presences = {s.present for s in said if s.present is not None}
    if presences and value.genotypes and all(ONE_ALLELE.fullmatch(g) for g in value.genotypes):
        value.allele, value.genotypes = value.allele or value.genotypes[0], []
    value.nothing = any(s.nothing for s in said)
    kinds = sum(map(bool, (refined or value.genotypes, presences, value.nothing)))
    if len(refined) > 1 or len(presences) > 1 or kinds > 1:
        value.conflict = "its code and its words say different things"
        return
    if value.turned and kinds:
        value.conflict = "its words are not understood and may turn round what its code says"
        return
    value.term = next(iter(refined), "")
    value.present = next(iter(presences), None)
