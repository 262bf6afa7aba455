"""The clinical leaf of CTML as criteria, and the words that both kinds of leaf are read with. What is not understood is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from models.knowledge.biomarker_terms import read_atom
from models.knowledge.biomarker_types import SOLID, Atom, Biomarkers, Term
from models.knowledge.clinical_types import Clinical
from models.knowledge.marker_files import atom_fault
from models.knowledge.shape import Table
from models.knowledge.trial_types import AgeIs, AllOf, BiomarkerIs, Criterion, NotRead, SexIs, TrialWords, TumourIs

REMEDY = "write the criterion in our own words under 'biomarker' (docs/trials.md), or leave the trial out"
_AGE = re.compile(r"(?P<sign>>=|<=|>|<) ?(?P<years>[0-9]{1,3})")
_NUMBER = re.compile(r"(?P<sign>>=|<) ?(?P<number>[0-9]+(?:\.[0-9]+)?)")
_CODED = re.compile(r".+\((?P<code>[A-Z0-9_]+)\)")  #: "Lung Adenocarcinoma (LUAD)"
_AGES = ("age_numerical", "age_expression")
#: key of CTML → marker as predicates write it
_STATUS = {"her2_status": "HER2", "er_status": "ER", "pr_status": "PR"}
_STATES: Mapping[str | bool, str] = {
    "Positive": "positive",
    "True": "positive",
    True: "positive",
    "Negative": "negative",
    "False": "negative",
    False: "negative",
}
_BURDEN = "TMB >= {}"


def trial_words(biomarkers: Biomarkers, clinical: Mapping[str, Clinical]) -> TrialWords:
    labels = {known.tumour.oncotree: known.label for known in clinical.values() if known.tumour is not None and known.tumour.oncotree}
    names = {_plain(label): code for code, label in labels.items()}
    tumours = {**names, **{code: code for code in labels}}
    return TrialWords(biomarkers.genes, biomarkers.alterations, tumours, labels, tuple(sorted(biomarkers.blood)), biomarkers.markers)


def all_of(criteria: list[Criterion]) -> Criterion:
    return criteria[0] if len(criteria) == 1 else AllOf(tuple(criteria))


def negation(text: str) -> tuple[str, bool]:
    """The value, and whether it is negated: "!Lung" → "Lung", True."""
    return text.removeprefix("!").strip(), text.startswith("!")


def not_understood(leaf: Table, key: str, value: object) -> NoReturn:
    leaf.refuse(f"has '{value}', which is not understood and would make the trial match too widely; {REMEDY}", key)


def clinical(leaf: Table, words: TrialWords) -> Criterion:
    """Every key of the leaf must hold."""
    leaf.pass_over(*_STATUS)  # read below: they may be texts or true and false
    found: list[Criterion] = [_age(leaf, key) for key in _AGES if leaf.has(key)]
    if leaf.has("oncotree_primary_diagnosis"):
        found.append(_tumour(leaf, words))
    if leaf.has("gender"):
        found.append(_sex(leaf))
    found += [_status(leaf, key, words) for key in _STATUS if leaf.has(key)]
    if leaf.has("tmb_numerical"):
        found.append(_burden(leaf, words))
    if leaf.has("disease_status"):
        stated = leaf.texts("disease_status")
        if not stated:
            leaf.refuse("is empty; write the stages, or remove the key", "disease_status")
        found.append(NotRead("disease status: " + " or ".join(stated)))
    if not found:
        leaf.refuse("states no criterion that is understood; without one the trial would match every patient")
    return all_of(found)


def _age(leaf: Table, key: str) -> Criterion:
    text = leaf.text(key)
    found = _AGE.fullmatch(text)
    if found is None:
        leaf.refuse(f"is '{text}'; write one comparison with whole years, such as '>=18' (two of them as two criteria in 'and')", key)
    return AgeIs(found["sign"], int(found["years"]))  # type: ignore[arg-type]


def _tumour(leaf: Table, words: TrialWords) -> Criterion:
    key = "oncotree_primary_diagnosis"
    name, negated = negation(leaf.text(key))
    if name == "_SOLID_":
        return TumourIs((SOLID,), "any solid tumour", negated)
    if name == "_LIQUID_":
        return TumourIs(words.blood, "any cancer of the blood", negated)
    coded = _CODED.fullmatch(name)
    code = words.tumours.get(coded["code"] if coded else name) or words.tumours.get(_plain(name))
    if code is None:
        leaf.refuse(
            f"has '{name}', which is no type of tumour that is known here, so the trial could not be held against a tumour; "
            "write its OncoTree code, a code of a wider type that is known, or leave the trial out",
            key,
        )
    return TumourIs((code,), words.labels[code], negated)


def _plain(name: str) -> str:
    return name.lower().replace("-", " ")


def _sex(leaf: Table) -> Criterion:
    name, negated = negation(leaf.text("gender"))
    if name.lower() not in ("male", "female"):
        leaf.refuse(f"is '{name}'; it must be Male or Female", "gender")
    return SexIs(name.lower(), negated)  # type: ignore[arg-type]


def _status(leaf: Table, key: str, words: TrialWords) -> Criterion:
    value = leaf.values[key]
    name, negated = negation(value) if isinstance(value, str) else (value, False)
    if not isinstance(name, str | bool) or name not in _STATES:
        not_understood(leaf, key, value)
    return BiomarkerIs(Term(answerable(leaf, key, read_atom(f"{_STATUS[key]} {_STATES[name]}"), words), negated))


def _burden(leaf: Table, words: TrialWords) -> Criterion:
    text = leaf.text("tmb_numerical")
    found = _NUMBER.fullmatch(text)
    if found is None:
        leaf.refuse(f"is '{text}'; only '>=' and '<' with a number are understood", "tmb_numerical")
    atom = answerable(leaf, "tmb_numerical", read_atom(_BURDEN.format(found["number"])), words)
    return BiomarkerIs(Term(atom, found["sign"] == "<"))


def answerable(leaf: Table, key: str, atom: Atom, words: TrialWords) -> Atom:
    """The atom, where results could ever tell of it: otherwise the trial would stay open for every patient."""
    for gene in filter(None, (atom.gene, atom.partner)):
        if words.genes.get(("", gene.upper())) != gene:
            leaf.refuse(f"names '{gene}', which is no symbol of biomarkers/genes.tsv, so no result would ever answer it", key)
    if atom.kind == "named" and (atom.gene, atom.change) not in words.alterations:
        leaf.refuse(f"names '{atom.text}', which is not declared in biomarkers/alterations.toml; {REMEDY}", key)
    if fault := atom_fault(atom, words.markers) if words.markers is not None else "":
        leaf.refuse(f"cannot be answered: {fault}", key)
    return atom
