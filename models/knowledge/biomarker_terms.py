"""The language of predicates over biomarkers: from "EGFR exon 19 deletion | EGFR p.L858R" to atoms. It knows the grammar, no gene.

" & " between groups, " | " between the alternatives of a group, "!" before an atom that must be known not to hold.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import cast

from models.knowledge.biomarker_types import Atom, Origin, Predicate, Term

_GENE = r"[A-Z][A-Z0-9-]*(?:orf[0-9]+)?"
_FUSION = re.compile(rf"(?P<gene>{_GENE})(?:::(?P<partner>{_GENE}))? fusion")
_PROTEIN = re.compile(rf"(?P<gene>{_GENE}) p\.(?P<change>[A-Z][0-9]+\S*)")
_CODON = re.compile(rf"(?P<gene>{_GENE}) codon (?P<change>[1-9][0-9]*)")
_KIND = re.compile(rf"(?P<gene>{_GENE}) (?P<kind>mutation|truncating|amplification|loss)")
_NUMBER = re.compile(r"(?P<marker>\S.*?) >= (?P<number>[0-9]+(?:\.[0-9]+)?)")
_STATE = re.compile(
    r"(?P<marker>\S.*?) (?P<state>positive|negative|low|ultralow|high|deficient|proficient|stable|methylated|unmethylated|overexpressed)"
)
_NAMED = re.compile(rf"(?P<gene>{_GENE}) (?P<change>[A-Za-z0-9][A-Za-z0-9 /+-]*)")
_ORIGIN = re.compile(r"(?P<rest>.+) (?P<origin>germline|somatic)")


def read_predicate(text: str) -> Predicate:
    """The groups of a predicate. Raises ValueError with what is not understood."""
    groups = tuple(tuple(_term(part.strip()) for part in group.split(" | ")) for group in text.split(" & "))
    if any(len(set(group)) < len(group) for group in groups):
        raise ValueError(f"'{text}' repeats an alternative; keep one")
    return groups


def _term(text: str) -> Term:
    return Term(read_atom(text.removeprefix("!").strip()), text.startswith("!"))


@lru_cache(maxsize=4096)
def read_atom(text: str) -> Atom:
    """One atom. Raises ValueError where it is none of the forms."""
    origin = _ORIGIN.fullmatch(text)
    bare, kind_of_origin = (origin["rest"], cast(Origin, origin["origin"])) if origin else (text, "")
    if found := _FUSION.fullmatch(bare):
        return Atom(text, "fusion", found["gene"], found["partner"] or "", origin=kind_of_origin)
    if found := _PROTEIN.fullmatch(bare):
        return Atom(text, "protein", found["gene"], change=found["change"], origin=kind_of_origin)
    if found := _CODON.fullmatch(bare):
        return Atom(text, "codon", found["gene"], change=found["change"], origin=kind_of_origin)
    if found := _KIND.fullmatch(bare):
        return Atom(text, found["kind"], found["gene"], origin=kind_of_origin)  # type: ignore[arg-type]
    if not origin and (found := _NUMBER.fullmatch(bare)):
        return Atom(text, "marker", marker=found["marker"], at_least=float(found["number"]))
    if not origin and (found := _STATE.fullmatch(bare)):
        return Atom(text, "marker", marker=found["marker"], state=found["state"])
    if found := _NAMED.fullmatch(bare):
        return Atom(text, "named", found["gene"], change=found["change"], origin=kind_of_origin)
    raise ValueError(f"'{text}' is no biomarker that is understood; write it as 'GENE p.V600E', 'GENE fusion', 'HER2 positive' …")


def spelled(predicate: Predicate) -> str:
    """The predicate as rows write it."""
    return " & ".join(" | ".join(("!" if t.negated else "") + t.atom.text for t in group) for group in predicate)
