"""The genomic leaf of CTML as atoms of predicates. A leaf that no atom says exactly, or more narrowly, is refused."""

from __future__ import annotations

import re

from models.knowledge.biomarker_terms import read_atom, read_predicate
from models.knowledge.biomarker_types import Atom, Term
from models.knowledge.shape import Table
from models.knowledge.trial_criteria import REMEDY, all_of, answerable, negation, not_understood
from models.knowledge.trial_types import AnyOf, BiomarkerIs, Criterion, TrialWords

_CHANGE = re.compile(r"(?:p\.)?(?P<change>[A-Z][0-9]+(?:(?:_[A-Z][0-9]+)?(?:del|dup|ins[A-Z]+|delins[A-Z]+)|[A-Z]?fs(?:\*[0-9]+)?|[A-Z*]))")
_MISSENSE = re.compile(r"[A-Z][0-9]+[A-Z]")
_CODON = re.compile(r"(?:p\.)?[A-Z](?P<codon>[1-9][0-9]*)")
_CATEGORIES = {"mutation": "mutation", "sv": "fusion", "structural variation": "fusion", "cnv": "copies", "copy number variation": "copies"}
_COPIES = {
    **dict.fromkeys(("high amplification", "high level amplification"), "amplification"),
    "homozygous deletion": "loss",
}
#: of an exon: class of variant → how named alterations end
_IN_EXON = {"In_Frame_Del": " deletion", "In_Frame_Ins": " insertion", "": ""}
#: key of CTML → its values → marker as predicates write it
_SIGNATURES = {
    "ms_status": {"MSI-H": "MSI high", "MSS": "MSI stable"},
    "mmr_status": {"MMR-Deficient": "MMR deficient", "MMR-Proficient": "MMR proficient"},
}
_NO_GENE = ("", "None")


def genomic(leaf: Table, words: TrialWords) -> Criterion:
    """One "!" anywhere in the leaf negates all of it, as MatchMiner has it."""
    leaf.pass_over("display_name")  # for people
    if leaf.has("biomarker"):
        return _own(leaf, words)
    texts, negated = _texts(leaf)
    signatures = [key for key in _SIGNATURES if key in texts]
    gene = texts.pop("hugo_symbol", "")
    if signatures:
        if gene not in _NO_GENE or len(texts) > 1:
            leaf.refuse("names a signature and a variant at once; write them as two criteria in 'and'")
        return BiomarkerIs(Term(_signature(leaf, signatures[0], texts[signatures[0]], words), negated))
    return BiomarkerIs(Term(_variant(leaf, _gene(leaf, "hugo_symbol", gene, words), texts, words), negated))


def _own(leaf: Table, words: TrialWords) -> Criterion:
    """A predicate in the language of our own rows; no key of CTML's beside it."""
    text = leaf.text("biomarker")
    try:
        predicate = read_predicate(text)
    except ValueError as fault:
        leaf.refuse(f"is not understood: {fault}", "biomarker")
    for term in (term for group in predicate for term in group):
        answerable(leaf, "biomarker", term.atom, words)
    return all_of([_any([BiomarkerIs(term) for term in group]) for group in predicate])


def _any(criteria: list[Criterion]) -> Criterion:
    return criteria[0] if len(criteria) == 1 else AnyOf(tuple(criteria))


def _texts(leaf: Table) -> tuple[dict[str, str], bool]:
    """The values that are read here without their "!", and whether there is one."""
    keys = ("hugo_symbol", "variant_category", "protein_change", "wildcard_protein_change", "cnv_call", "variant_classification")
    found = {key: leaf.text(key) for key in (*keys, "fusion_partner_hugo_symbol", *_SIGNATURES) if leaf.has(key)}
    if leaf.has("exon"):
        found["exon"] = leaf.text("exon") if isinstance(leaf.values["exon"], str) else str(leaf.whole("exon"))
    if leaf.has("wildtype"):
        value = leaf.text("wildtype") if isinstance(leaf.values["wildtype"], str) else str(leaf.flag("wildtype"))
        found["wildtype"] = value.lower()
    negated = [key for key, text in found.items() if negation(text)[1]]
    if len(negated) > 1:
        leaf.refuse("has two '!', which can be read in two ways; keep one", negated[1])
    return {key: negation(text)[0] for key, text in found.items()}, bool(negated)


def _signature(leaf: Table, key: str, value: str, words: TrialWords) -> Atom:
    if value not in _SIGNATURES[key]:
        not_understood(leaf, key, value)
    return answerable(leaf, key, read_atom(_SIGNATURES[key][value]), words)


def _gene(leaf: Table, key: str, name: str, words: TrialWords) -> str:
    if name in _NO_GENE:
        leaf.refuse("names no gene and no signature that is understood; " + REMEDY, key)
    symbol = words.genes.get(("", name.upper()))
    if symbol is None:
        leaf.refuse(
            f"names '{name}', which is no gene of biomarkers/genes.tsv, so no result would ever answer it; leave the trial out", key
        )
    return symbol


def _variant(leaf: Table, gene: str, texts: dict[str, str], words: TrialWords) -> Atom:
    category = texts.pop("variant_category", "")
    kind = _CATEGORIES.get(category.lower(), "")
    if not kind:
        not_understood(leaf, "variant_category", category or "no category")
    if kind == "copies":
        said, text = "cnv_call", _copies(leaf, gene, texts.pop("cnv_call", ""))
    elif kind == "fusion":
        partner = texts.pop("fusion_partner_hugo_symbol", "")
        both = f"{gene}::{_gene(leaf, 'fusion_partner_hugo_symbol', partner, words)}" if partner else gene
        said, text = "variant_category", f"{both} fusion"
    else:
        said, text = _mutation(leaf, gene, texts)
    if texts:
        leaf.refuse(f"does not go with the rest of this criterion; {REMEDY}", next(iter(texts)))
    return answerable(leaf, said, read_atom(text), words)


def _copies(leaf: Table, gene: str, call: str) -> str:
    if call.lower() not in _COPIES:
        not_understood(leaf, "cnv_call", call or "no call")
    return f"{gene} {_COPIES[call.lower()]}"


def _mutation(leaf: Table, gene: str, texts: dict[str, str]) -> tuple[str, str]:
    """The key that decides, and the atom's text. What it used is taken from `texts`."""
    if "protein_change" in texts:
        change = texts.pop("protein_change")
        found = _CHANGE.fullmatch(change)
        if found is None:
            not_understood(leaf, "protein_change", change)
        _agreeing_class(texts, bool(_MISSENSE.fullmatch(found["change"])))
        return "protein_change", f"{gene} p.{found['change']}"
    if "wildcard_protein_change" in texts:
        change = texts.pop("wildcard_protein_change")
        found = _CODON.fullmatch(change)
        if found is None:
            not_understood(leaf, "wildcard_protein_change", change)
        _agreeing_class(texts, True)
        return "wildcard_protein_change", f"{gene} codon {found['codon']}"
    if "exon" in texts:
        exon, said = texts.pop("exon"), texts.pop("variant_classification", "")
        if not exon.isdigit() or said not in _IN_EXON:
            not_understood(leaf, "exon", f"{exon} {said}".strip())
        return "exon", f"{gene} exon {exon}{_IN_EXON[said]}"
    if "variant_classification" in texts:
        not_understood(leaf, "variant_classification", texts["variant_classification"])
    return "variant_category", f"{gene} mutation"


def _agreeing_class(texts: dict[str, str], missense: bool) -> None:
    """A class that says no more than the change itself."""
    if missense and texts.get("variant_classification") == "Missense_Mutation":
        del texts["variant_classification"]
