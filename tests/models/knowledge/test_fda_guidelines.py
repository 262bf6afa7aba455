"""Our FDA files against the stored copy of FDA's table: every look-up met, reviewed actions, own words, no invented figure."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from pathlib import Path

import pytest
import tomli

from cds_service.messages import RowMessage, messages
from cds_service.words import dose
from models.features.diplotypes import Diplotype, parse_diplotype
from models.features.phenotypes import readings
from models.knowledge.check import lookups
from models.knowledge.guideline_files import read_guideline
from models.knowledge.keys import matches
from models.knowledge.types import ASSOCIATION, LABEL_DOSE, Guideline, Knowledge, Row
from models.pharmacogenomics.lookup import NOT_LISTED, find_row
from tests.support.cpic_rows import figures, reference, runs

FOLDER = Path(__file__).parents[3] / "models" / "knowledge" / "guidelines"
TABLE = "Table of Pharmacogenetic Associations"
OTHERS = "~"  #: the source's key for every value that has no entry of its own
LABEL_RULES = {"citalopram", "codeine", "tramadol"}  #: beside CPIC's guideline, not from the table
#: a figure of ours that the table does not give, and where it comes from
FROM_ELSEWHERE = {
    ("eliglustat", ("84", "", "mg")): "label highlights, as the file's source says",
    ("siponimod", ("1", "", "mg")): "written decisions and label highlights",
    ("siponimod", ("2", "", "mg")): "written decisions and label highlights",
}


def guidelines() -> dict[str, Guideline]:
    read = [read_guideline(tomli.loads(p.read_text("utf-8")), f"guidelines/{p.name}") for p in sorted(FOLDER.glob("*.fda.toml"))]
    return {guideline.drug.name: guideline for guideline in read if guideline.drug.name not in LABEL_RULES}


OURS = guidelines()


def source() -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """(drug, lookup, text) of every row of the stored copy; names as RxNorm has them."""
    lines = (reference() / "data" / "pgx" / "fda_associations.jsonl").read_text("utf-8").splitlines()
    tables = [json.loads(line) for line in lines]
    return [(t["drug"].removesuffix("-hziy"), t["lookup"], t["text"]) for t in tables]


def reviewed() -> dict[tuple[str, str, str], tuple[str, str]]:
    """(drug, look-up, populations) → classification and action."""
    with (FOLDER / "fda_reviewed.tsv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t"))
    assert all(r["why"] and r["reviewed"] for r in table)
    found = {(r["drug"], r["lookup"], r["populations"]): (r["classification"], r["action"]) for r in table}
    assert len(found) == len(table)
    return found


def written(row: Row) -> str:
    return " and ".join(f"{gene}={' | '.join(row.when[gene])}" for gene in sorted(row.when))


def said(guideline: Guideline, row: Row) -> RowMessage:
    words = messages()
    parts = {"drug": guideline.drug.name, "genes": " and ".join(guideline.keys), "dose": dose(row.dose, words), **row.parts}
    message = words.row(row.message)
    return RowMessage(*(text.format_map(parts) for text in (message.do, message.why, message.more)))


def whole(guideline: Guideline, row: Row) -> str:
    message = said(guideline, row)
    return f"{message.do}. {message.why} {message.more}"


def answers(guideline: Guideline, lookup: dict[str, str], knowledge: Knowledge) -> Iterator[tuple[dict[str, str], Row]]:
    """Our rows for one look-up of the source; for a gene that we ask by diplotype, every diplotype with that score."""
    choices = [_keys(gene, mode, lookup[gene], guideline, knowledge) for gene, mode in guideline.keys.items()]
    for combination in product(*choices):
        keys = dict(zip(guideline.keys, combination, strict=True))
        for population in guideline.populations:
            yield keys, find_row(guideline, population.id, keys)


def _keys(symbol: str, mode: str, key: str, guideline: Guideline, knowledge: Knowledge) -> list[str]:
    gene = knowledge.genes[symbol]
    if mode == "diplotype":
        return [k for row in guideline.rows for k in row.when[symbol] if key in _scores(symbol, k, knowledge)]
    if key != OTHERS:
        return [key]
    named = {lookup[symbol] for drug, lookup, _ in source() if drug == guideline.drug.name}
    return [k for k in lookups(gene, mode, several=False) if not any(matches((name,), k) for name in named)]


def _scores(symbol: str, text: str, knowledge: Knowledge) -> set[str]:
    gene = knowledge.genes[symbol]
    parsed = parse_diplotype(text, gene)
    assert isinstance(parsed, Diplotype)
    return {reading.activity_score for reading in readings(gene, parsed)}


def test_every_drug_of_the_table_has_a_file_and_no_other() -> None:
    assert len(OURS) == 38
    assert {drug for drug, _, _ in source()} == set(OURS)
    assert len(source()) == 136


@pytest.mark.parametrize("drug", OURS)
def test_the_file_says_where_it_comes_from_and_that_it_was_read_second_hand(drug: str) -> None:
    about = OURS[drug].source
    assert OURS[drug].id == f"{drug.replace(' ', '-')}.fda"
    assert (about.body, about.date) == ("FDA", "2025-05")
    assert about.version.startswith(f"{TABLE}, as of 2025-05")
    assert about.url.startswith("https://www.fda.gov/medical-devices/precision-medicine/table-pharmacogenetic-associations#section")
    assert "label" in about.note and "read" in about.note


def test_every_row_is_what_was_decided_when_the_text_was_read() -> None:
    decided = reviewed()
    derived = {"no_recommendation", "standard"}
    for guideline in OURS.values():
        for row in guideline.rows:
            key = (guideline.drug.name, written(row), ", ".join(row.populations))
            if key in decided:
                assert (row.classification, row.actions[0]) == decided.pop(key)
            else:
                assert row.derived or row.actions[0] in derived, key
    assert decided == {}, "decisions without a row"


def test_every_look_up_of_the_table_is_answered_by_a_row_that_was_decided_on(knowledge: Knowledge) -> None:
    decided = {(drug, lookup) for drug, lookup, _ in reviewed()}
    for drug, lookup, _ in source():
        if OTHERS in lookup.values():
            continue
        found = list(answers(OURS[drug], lookup, knowledge))
        assert found or drug == "siponimod", (drug, lookup)
        for keys, row in found:
            assert (drug, written(row)) in decided or row.message == "eliglustat-indeterminate", (drug, keys)


def test_what_the_table_does_not_name_stays_silent_or_says_that_it_is_derived(knowledge: Knowledge) -> None:
    for drug, lookup, _ in source():
        if set(lookup.values()) != {OTHERS} or drug == "siponimod":
            continue
        for keys, row in answers(OURS[drug], lookup, knowledge):
            silent = row.actions[0] in ("standard", "no_recommendation")
            assert silent or row.derived, (drug, keys)


def test_what_is_derived_is_likely_metabolizers_and_what_the_indication_leaves_out() -> None:
    derived = {(g.drug.name, key) for g in OURS.values() for row in g.rows if row.derived for keys in row.when.values() for key in keys}
    assert {key for _, key in derived} == {"Likely Poor Metabolizer", "Likely Intermediate Metabolizer", "n/a"}
    assert {drug for drug, key in derived if key == "n/a"} == {"eliglustat"}
    for guideline in OURS.values():
        for row in (r for r in guideline.rows if r.derived and "n/a" not in r.when.get("CYP2D6", ())):
            plain = {gene: tuple(k.removeprefix("Likely ") for k in keys) for gene, keys in row.when.items()}
            twin = next(r for r in guideline.rows if r.when == plain)
            assert (twin.actions, twin.classification, twin.message) == (row.actions, row.classification, row.message)


def test_the_loud_rows_are_exactly_these() -> None:
    def of(classification: str) -> set[str]:
        return {guideline.drug.name for guideline in OURS.values() for row in guideline.rows if row.classification == classification}

    assert of("Contraindicated") == {"siponimod", "thioridazine"}
    assert of(LABEL_DOSE) == set("belinostat deutetrabenazine eliglustat iloperidone irinotecan pimozide siponimod tetrabenazine".split())
    fatal = {(g.drug.name, row.message) for g in OURS.values() for row in g.rows if row.harm == "fatal"}
    assert fatal == {("siponimod", "siponimod-never"), ("thioridazine", "thioridazine-never")}
    assert {drug for drug, guideline in OURS.items() if guideline.must_test} == {"siponimod", "eliglustat"}
    for guideline in OURS.values():
        quiet = {row.classification for row in guideline.rows} - {"Contraindicated", LABEL_DOSE}
        assert quiet <= {ASSOCIATION, "n/a"}


def texts(drug: str) -> str:
    return " \n ".join(text for name, _, by_gene in source() if name == drug for text in by_gene.values())


@pytest.mark.parametrize("drug", OURS)
def test_every_figure_is_the_tables_and_none_is_left_out(drug: str) -> None:
    given = figures(texts(drug))
    told = {figure for row in OURS[drug].rows for figure in figures(whole(OURS[drug], row))}
    assert given <= told
    assert told - given <= {figure for name, figure in FROM_ELSEWHERE if name == drug}


@pytest.mark.parametrize("drug", OURS)
def test_no_message_copies_eight_words_of_the_table(drug: str) -> None:
    for row in OURS[drug].rows:
        assert not runs(whole(OURS[drug], row), 8) & runs(texts(drug), 8)


@pytest.mark.parametrize("drug", OURS)
def test_every_message_fits_the_card(drug: str) -> None:
    for row in OURS[drug].rows:
        message = said(OURS[drug], row)
        assert drug in message.do, f"{row.message}: `do` does not name the drug"
        assert len(message.do) <= 95, f"{row.message}: {len(message.do)} characters: {message.do}"
        assert message.do[-1] != "." and message.do[0].isupper(), row.message
        assert message.why.endswith(".") and (not message.more or message.more.endswith(".")), row.message
        assert "{" not in whole(OURS[drug], row) and "  " not in whole(OURS[drug], row), row.message


@pytest.mark.parametrize("drug", OURS)
def test_a_card_says_that_the_label_was_not_read(drug: str) -> None:
    for row in OURS[drug].rows:
        if row.classification in (ASSOCIATION, LABEL_DOSE, "Contraindicated"):
            assert re.search(r"label[^.]* was not read", said(OURS[drug], row).more), row.message


def test_siponimod_goes_by_the_diplotypes_of_the_decisions(knowledge: Knowledge) -> None:
    doses = {"*3/*3": None, "*1/*3": 1, "*2/*3": 1, "*1/*1": 2, "*1/*2": 2, "*2/*2": 2}
    guideline = OURS["siponimod"]
    for pair in map("/".join, combinations_with_replacement(knowledge.genes["CYP2C9"].alleles, 2)):
        row = find_row(guideline, "general", {"CYP2C9": pair})
        if pair in doses:
            assert (row.dose.low if row.dose else None) == doses[pair]
            assert (row.classification == "Contraindicated") == (pair == "*3/*3")
        else:
            assert row is NOT_LISTED, pair


def test_citalopram_is_limited_to_20_mg_a_day_beside_cpic(knowledge: Knowledge) -> None:
    cpic, fda = knowledge.guidelines["2556"]
    assert (cpic.source.body, fda.source.body) == ("CPIC", "FDA")
    row = find_row(fda, "general", {"CYP2C19": "Poor Metabolizer"})
    assert row.classification == LABEL_DOSE
    assert row.dose is not None and (row.dose.low, row.dose.high, row.dose.unit) == (None, 20, "mg/d")
    assert find_row(fda, "general", {"CYP2C19": "Intermediate Metabolizer"}).actions == ("standard",)
