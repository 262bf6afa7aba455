"""The folder biomarkers/ as one value: rows on therapies, genes, named alterations, other names of exact changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from models.errors import KnowledgeError
from models.finding import Drug
from models.knowledge.alteration_files import read_alleles, read_alterations
from models.knowledge.biomarker_types import Biomarkers, TherapyRow
from models.knowledge.marker_files import read_markers_known
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source
from models.knowledge.therapy_row_files import read_items, read_labels
from models.knowledge.tumour_gene_files import read_tumour_genes
from models.knowledge.tumour_word_files import read_tumour_words

FOLDER = "biomarkers"
GENES, ALLELES, ALTERATIONS, ITEMS = (f"{FOLDER}/{name}" for name in ("genes.tsv", "alleles.tsv", "alterations.toml", "civic.tsv"))
WORDS, USUAL = f"{FOLDER}/tumour_words.toml", f"{FOLDER}/usual_medicines.toml"
GENE_WORDS, MARKERS = f"{FOLDER}/gene_words.toml", f"{FOLDER}/markers.toml"
IMPLIED, WITHDRAWN = f"{FOLDER}/implied.toml", f"{FOLDER}/withdrawn.toml"
LABELS = f"{FOLDER}/fda_"
LEFT_OUT = "left_out"  #: tables of what was not taken over, and why: for people and tests

Parse = Callable[[str, str], Mapping[str, Any]]


def read_biomarkers(texts: Mapping[str, str], parse: Parse, ingredients: Mapping[str, Drug]) -> Biomarkers:
    """`texts` by 'folder/name'; `parse` reads TOML. Nothing where the folder is empty. Raises KnowledgeError with file and place."""
    own = {name: text for name, text in texts.items() if name.startswith(f"{FOLDER}/")}
    if not own:
        return Biomarkers()
    drugs = {drug.name: drug for drug in ingredients.values()}
    rows: list[TherapyRow] = []
    for name, text in own.items():
        if name.startswith(LABELS) and name.endswith(".tsv") and LEFT_OUT not in name:
            rows += read_labels(_head(name, own, parse), text, name, drugs)
    if ITEMS in own:
        rows += read_items(_head(ITEMS, own, parse), own[ITEMS], ITEMS, drugs)
    gone = _withdrawn(parse(WITHDRAWN, _needed(WITHDRAWN, own)))
    rows = [_marked(row, gone) for row in rows]
    with Table(_head(GENES, own, parse), GENES.replace(".tsv", ".toml")) as head:
        read_source(head)
    return Biomarkers(
        rows=tuple(rows),
        by_medicine=MappingProxyType(_by_medicine(rows)),
        genes=read_tumour_genes(_needed(GENES, own), GENES),
        alterations=read_alterations(parse(ALTERATIONS, _needed(ALTERATIONS, own)), ALTERATIONS),
        alleles=read_alleles(_needed(ALLELES, own), ALLELES),
        words=read_tumour_words(parse(WORDS, _needed(WORDS, own)), WORDS),
        gene_words=_gene_words(parse(GENE_WORDS, _needed(GENE_WORDS, own))),
        markers=read_markers_known(parse(MARKERS, _needed(MARKERS, own)), MARKERS),
        implied=_implied(parse(IMPLIED, _needed(IMPLIED, own))),
        usual=_usual(parse(USUAL, _needed(USUAL, own)), drugs),
    )


def _gene_words(parsed: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    with Table(parsed, GENE_WORDS) as file:
        read_source(file)
        return MappingProxyType(dict(file.lists("words")))


def _implied(parsed: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    with Table(parsed, IMPLIED) as file:
        read_source(file)
        return MappingProxyType({code: frozenset(atoms) for code, atoms in file.lists("implied").items()})


def _withdrawn(parsed: Mapping[str, Any]) -> Mapping[str, str]:
    with Table(parsed, WITHDRAWN) as file:
        read_source(file)
        return file.mapping("withdrawn")


def _marked(row: TherapyRow, gone: Mapping[str, str]) -> TherapyRow:
    """An item of an evidence base does not know that the approval of its medicine is gone."""
    since = next((gone[drug.name] for drug in row.medicines if drug.name in gone), "")
    return replace(row, withdrawn=row.withdrawn or since) if since else row


def _usual(parsed: Mapping[str, Any], drugs: Mapping[str, Drug]) -> Mapping[str, tuple[Drug, ...]]:
    with Table(parsed, USUAL) as file:
        read_source(file)
        found = file.lists("usual")
    for code, names in found.items():
        if lost := [name for name in names if name not in drugs]:
            raise KnowledgeError(f"{USUAL}: usual.{code} names '{lost[0]}', which is no ingredient of drugs/ingredients.tsv; correct it")
    return MappingProxyType({code: tuple(drugs[name] for name in names) for code, names in found.items()})


def _head(name: str, own: Mapping[str, str], parse: Parse) -> Mapping[str, Any]:
    head = name.replace(".tsv", ".toml")
    return parse(head, _needed(head, own))


def _needed(name: str, own: Mapping[str, str]) -> str:
    if name not in own:
        raise KnowledgeError(f"{name}: is missing; rows on biomarkers cannot be understood without it")
    return own[name]


def _by_medicine(rows: list[TherapyRow]) -> dict[str, tuple[TherapyRow, ...]]:
    found: dict[str, list[TherapyRow]] = {}
    for row in rows:
        for drug in row.medicines:
            found.setdefault(drug.key, []).append(row)
    return {key: tuple(several) for key, several in found.items()}
