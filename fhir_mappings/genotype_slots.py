"""What one genomic Observation says in all its places together: value, components, core extensions, interpretation, note.

A contradiction between two places is refused. It names no gene.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fhir_mappings.core_genetics import core_slots
from fhir_mappings.free_text import hints_in, notes_of
from fhir_mappings.genotype_values import Value, read_value
from fhir_mappings.genotype_words import Said
from fhir_mappings.inputs import Resource
from fhir_mappings.provenance import interpretation
from fhir_mappings.resource import choice, mapping, text
from models.patient import Reason

#: what a code makes of a value; a presence or single-gene code outranks a general one
ROLES = ("presence", "genotype", "haplotype", "single", "phenotype", "panel")
_SCORE = re.compile(r"(?P<open>≥|>=)?\s*(?P<number>\d{1,2}(?:\.\d{1,2})?)0*")
Parts = Mapping[str, Sequence[Resource]]  #: components by role


class Refused(Exception):
    """This Observation gives no result; the Gap says why. Never leaves the readers of genotypes."""

    def __init__(self, reason: Reason, because: str) -> None:
        super().__init__(because)
        self.reason, self.because = reason, because


def merged(resource: Resource, role: str, parts: Parts) -> tuple[Value, list[str]]:
    """The value and those components and extensions that carry a genotype or a status, as one; contradictions are refused.

    Also the paths that were not understood beside others that were.
    """
    own = read_value(resource, role)
    slots = [("Observation.value", own)]
    if "extension" in resource:
        slots += core_slots(resource)
    for inner in ROLES:
        if inner in parts:
            slots += [(f"Observation.component ({inner}).value", read_value(component, inner)) for component in parts[inner]]
    read = [(path, value) for path, value in slots if value is not None]
    for path, value in read:
        if value.conflict:
            raise Refused("conflict", f"{path}: {value.conflict}")
    unread = [path for path, value in read if value.not_understood]
    if read and len(unread) == len(read):
        raise Refused("not_understood", f"{' and '.join(unread)} is not understood")
    if not read:
        return _without_value(resource, role, parts), []
    if len(read) == 1:
        one = read[0][1]
        one.element = _path(*read[0])
    else:
        one = _join([value for _, value in read if not value.not_understood])
        one.element = " and ".join(_path(path, value) for path, value in read if not value.not_understood)
    said = interpretation(resource)
    if one.present is not None and said is not None and said != one.present:
        raise Refused("conflict", "Observation.interpretation contradicts Observation.value")
    return one, unread


def _path(path: str, value: Value) -> str:
    """The path down to the member that told it, "Observation.valueString"; components by their role."""
    return f"{path.removesuffix('value')}{value.element}" if value.element else path


def _without_value(resource: Resource, role: str, parts: Parts) -> Value:
    """A presence test may be told by its interpretation, any result by a note in running text; else it is unread."""
    said = interpretation(resource)
    if role == "presence" and said is not None:
        return Value(present=said, coded=True, element="Observation.interpretation")
    if score_in(parts):
        return Value(coded=True, element="Observation.component (score)")
    noted = notes_of(resource)
    if noted and role != "presence":
        return _from_note(noted, gene_known=bool(parts.get("gene")) or role == "single")
    raise Refused("not_understood", "it has no coded or written value (Observation.value, Observation.component)")


def score_in(parts: Parts) -> str:
    """The activity score of a component, "1.25" or "≥3.0"; "" for none or for two that differ."""
    if "score" not in parts:
        return ""
    found = {text_of_score(raw) for component in parts["score"] for _, raw in choice(component, "value")}
    return next(iter(found)) if len(found) == 1 else ""


def text_of_score(raw: object) -> str:
    """A Quantity, a number or a text as a score; "" for anything else."""
    held = mapping(raw)
    number, sign = (held.get("value"), text(held.get("comparator"))) if held else (raw, "")
    written = "" if number is None or isinstance(number, bool | dict | list) else str(number).replace(",", ".")
    score = _SCORE.fullmatch(written.strip())
    if score is None or sign not in ("", ">="):
        return ""
    return f"{'≥' if sign or score['open'] else ''}{score['number']}"


def _from_note(noted: str, *, gene_known: bool) -> Value:
    """The one result that a note tells, with low confidence."""
    told = hints_in(noted, gene_known=gene_known)
    if told.problem or len(told.results) != 1:
        why = told.problem or "it is running text that does not tell one result"
        raise Refused("not_understood", f"it has no coded or written value, and Observation.note is not machine readable: {why}")
    return prose_value(told.results[0], noted, "Observation.note")


def prose_value(said: Said, written: str, element: str) -> Value:
    """A sentence of running text as a value."""
    allele = said.genotype if said.present is not None or said.nothing else ""
    return Value(
        genotypes=[said.genotype] if said.genotype and not allele else [],
        term=said.term,
        words=written if said.term else "",
        present=said.present,
        allele=allele,
        genes=list(said.genes),
        nothing=said.nothing,
        element=element,
        prose=True,
    )


def _join(values: Sequence[Value]) -> Value:
    if len(values) == 1:
        return values[0]
    terms = {v.term for v in values if v.term}
    presences = {v.present for v in values if v.present is not None}
    if len(terms) > 1 or len(presences) > 1:
        raise Refused("conflict", "its value and its components say different things")
    told = [v for v in values if not v.nothing]
    return Value(
        genotypes=list(dict.fromkeys(g for v in values for g in v.genotypes)),
        term=next(iter(terms), ""),
        words=next((v.words for v in values if v.term), ""),
        present=next(iter(presences), None),
        allele=next((v.allele for v in values if v.allele), ""),
        genes=list(dict.fromkeys(g for v in values for g in v.genes)),
        nothing=not told,
        coded=any(v.coded for v in values),
        one_copy=all(v.one_copy for v in values if v.genotypes),
    )
