"""Reads markers.toml: what a result of a tumour marker means for the states and numbers that predicates name. No patient."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from models.codes import LOINC, SNOMED
from models.knowledge.biomarker_types import Atom
from models.knowledge.marker_types import (
    EQUIVOCAL,
    NEGATIVE,
    POSITIVE,
    UNTESTED,
    Aspect,
    MarkerKind,
    MarkerKnowledge,
    Reading,
    Score,
    levelled,
)
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source


def read_markers_known(values: Mapping[str, Any], where: str) -> MarkerKnowledge:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        kinds: dict[str, MarkerKind] = {}
        for row in file.tables("marker"):
            kind = _kind(row)
            if kind.name in kinds:
                row.refuse(f"'{kind.name}' is there twice; keep one", "name")
            kinds[kind.name] = kind
    return MarkerKnowledge(source, MappingProxyType(kinds))


def _kind(row: Table) -> MarkerKind:
    states, words = frozenset(row.texts("states", ())), _lower(row, "words")
    aspects = tuple(_aspect(a) for a in row.tables("aspect")) if row.has("aspect") else ()
    answers = {a.name: {UNTESTED, POSITIVE, NEGATIVE, EQUIVOCAL, *a.codes.values(), *a.words.values()} for a in aspects}
    readings = tuple(_reading(r, states, answers) for r in row.tables("reading")) if row.has("reading") else ()
    score = _score(row) if row.has("score") else None
    if bool(aspects) != bool(readings):
        row.refuse("has aspects without readings, or readings without aspects; write both", "reading")
    if (score is None) == (not states):
        row.refuse("needs either states or a score: predicates ask for one of them", "states")
    return MarkerKind(row.text("name"), words, states, aspects, readings, score)


def _aspect(row: Table) -> Aspect:
    codes = {
        (system, code): answer for system, key in ((LOINC, "loinc"), (SNOMED, "snomed")) for code, answer in row.mapping(key, {}).items()
    }
    words = row.mapping("answers", {})
    for word in words:
        if word != " ".join(word.lower().split()):
            row.refuse(f"'{word}' must be in lower case and without needless blanks, as answers are compared", "answers")
    return Aspect(
        row.text("name"),
        row.texts("results"),
        MappingProxyType(codes),
        MappingProxyType(dict(words)),
        frozenset(row.texts("with_positive", ())),
        frozenset(row.texts("with_negative", ())),
        row.within("positive_from", 0, 100),
    )


def _reading(row: Table, states: Collection[str], answers: Mapping[str, Collection[str]]) -> Reading:
    when = {name: frozenset(listed) for name, listed in row.lists("when").items()}
    if not when or not all(when.values()):
        row.refuse("is empty; name the aspect and the answers that it is about", "when")
    for name, listed in when.items():
        if name not in answers:
            row.refuse(f"'{name}' is none of the marker's aspects; correct the name", "when")
        if unknown := sorted(listed - set(answers[name])):
            row.refuse(f"'{unknown[0]}' is an answer that no result of '{name}' can give; correct it", "when")
    holds, fails = frozenset(row.texts("holds", ())), frozenset(row.texts("fails", ()))
    if unknown := sorted((holds | fails) - set(states)):
        row.refuse(f"'{unknown[0]}' is none of the marker's states; add it there or correct it", "holds")
    if both := sorted(holds & fails):
        row.refuse(f"'{both[0]}' cannot hold and fail at once", "fails")
    return Reading(MappingProxyType(when), holds, fails)


def _score(row: Table) -> Score:
    with row.table("score") as block:
        units = {levelled(unit) for unit in block.texts("units", ())} | ({""} if block.flag("bare", False) else set())
        high = block.within("high", 0, 10_000, 0.0)
        found = Score(block.texts("results", ()), block.texts("shared", ()), _lower(block, "said", ()), frozenset(units), high or 0.0)
        if not units or not found.high:
            block.refuse("needs units (or bare = true, where the number stands without one) and the highest number that can be meant")
        if found.shared and not found.said:
            block.refuse("is needed: results that several numbers share must say which one they are", "said")
        return found


def _lower(row: Table, key: str, *default: tuple[()]) -> tuple[str, ...]:
    words = row.texts(key, *default)
    if wrong := next((w for w in words if w != w.strip().lower()), ""):
        row.refuse(f"'{wrong}' must be in lower case and without blanks around it, as words are compared", key)
    return words


def marker_faults(known: MarkerKnowledge, clinical: Collection[str], where: str) -> Iterator[str]:
    """One sentence for each clinical name that is not in clinical/."""
    for kind in known.kinds.values():
        score = (*kind.score.results, *kind.score.shared) if kind.score is not None else ()
        for name in (*(n for aspect in kind.aspects for n in aspect.results), *score):
            if name not in clinical:
                yield f"{where}: '{kind.name}' is told by '{name}', which is not in clinical/; add it there or correct the name"


def atom_fault(atom: Atom, known: MarkerKnowledge) -> str:
    """Why a marker's atom can never be answered; "" where it can, or is none."""
    if atom.kind != "marker":
        return ""
    kind = known.kinds.get(atom.marker)
    if kind is None:
        return f"'{atom.text}': '{atom.marker}' is no marker in biomarkers/markers.toml; add it there or correct the name"
    if atom.at_least is not None:
        return "" if kind.score is not None else f"'{atom.text}': '{atom.marker}' has no number in biomarkers/markers.toml"
    return "" if atom.state in kind.states else f"'{atom.text}': '{atom.state}' is no state of '{atom.marker}' in biomarkers/markers.toml"
