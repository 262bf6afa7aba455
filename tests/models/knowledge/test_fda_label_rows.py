"""Rows restated from FDA labels (biomarkers/fda_*.tsv): each was written after a text that is stored, and says what that text names."""

from __future__ import annotations

import csv
import re
from hashlib import sha256
from importlib.resources import files

import pytest

from models.features.tumour_fit import tumour_tree
from models.knowledge.biomarker_terms import read_predicate
from models.knowledge.biomarker_types import SOLID
from models.knowledge.therapy_row_files import LABEL_COLUMNS
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

Row = dict[str, str]
FACTS = "data/oncology/fda_label_facts.tsv"
MINE = "fda_breast_gyn_uro_gi.tsv"
ELSEWHERE = "fda_read_elsewhere.tsv"  #: texts that are not stored: nothing to compare with
ORGANS = "breast prostate ovarian fallopian peritoneal endometrial cervical bladder colorectal gastroes esoph".split()
#: how labels name a marker or a gene that they do not call by our word
SPOKEN = {
    "ER": ("hormone receptor", "hr-positive", "er-positive", "triple-negative", "tnbc"),
    "PR": ("hormone receptor", "hr-positive", "triple-negative", "tnbc"),
    "HER2": ("her2", "triple-negative", "tnbc"),
    "BRCA1": ("brca",),
    "BRCA2": ("brca",),
    "NRAS": ("ras wild-type",),
    "KRAS": ("k-ras", "ras wild-type"),
    "HRD": ("hrd",),
    "FOLR1": ("folate receptor alpha",),
    "CLDN18.2": ("claudin (cldn) 18.2",),
    "MSI": ("msi-h",),
    "MMR": ("dmmr",),
}


def _tables() -> dict[str, list[Row]]:
    folder = files("models.knowledge").joinpath("biomarkers")
    names = sorted(f.name for f in folder.iterdir() if f.name.startswith("fda_") and f.name.endswith(".tsv"))
    return {name: _lines(folder.joinpath(name).read_text("utf-8")) for name in names}


def _lines(text: str) -> list[Row]:
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def _rows(*without: str) -> list[Row]:
    return [row for name, rows in TABLES.items() if "left_out" not in name and name not in without for row in rows]


def _words(row: Row, column: str) -> list[str]:
    return [word for word in row[column].split(" ; ") if word]


TABLES = _tables()


@pytest.fixture(scope="module")
def lead() -> list[Row]:
    return _lines(reference_file(FACTS).read_text("utf-8"))


@pytest.fixture(scope="module")
def texts(lead: list[Row]) -> dict[str, str]:
    return {_digest(row): row["indication_text"] for row in lead}


def _digest(row: Row) -> str:
    return sha256(row["indication_text"].encode()).hexdigest()[:12]


def test_columns_and_ids_are_those_of_the_contract() -> None:
    assert TABLES[MINE]
    for name, rows in TABLES.items():
        expected = {"lead", "reason"} if "left_out" in name else set(LABEL_COLUMNS)
        assert {*rows[0]} == expected, name
    ids = [row["id"] for row in _rows()]
    assert [i for i in ids if not re.fullmatch(r"fda-[a-z0-9-]+", i)] == []
    assert len(ids) == len(set(ids))


def test_medicines_and_tumours_are_known(knowledge: Knowledge) -> None:
    medicines = {drug.name for drug in knowledge.drugs.ingredients.values()}
    tumours = {*tumour_tree(knowledge.clinical, ()).lines, SOLID}
    assert [(r["id"], m) for r in _rows() for m in r["medicines"].split(" + ") if m not in medicines] == []
    named = [(r["id"], t) for r in _rows() for c in ("tumours", "except") for t in r[c].split(" | ") if t]
    assert [(i, t) for i, t in named if t not in tumours] == []


def test_words_are_terms_and_no_sentences() -> None:
    long = [(r["id"], w) for r in _rows() for c in ("biomarker_words", "tumour_words") for w in _words(r, c) if len(w.split()) > 9]
    assert long == []
    assert [r["id"] for r in _rows() if not (_words(r, "biomarker_words") and _words(r, "tumour_words"))] == []


def test_every_row_was_written_after_a_stored_text(texts: dict[str, str]) -> None:
    assert [r["id"] for r in _rows(ELSEWHERE) if r["digest"] not in texts] == []


def test_biomarker_and_tumour_stand_in_the_text(texts: dict[str, str]) -> None:
    for row in _rows(ELSEWHERE):
        text = texts[row["digest"]].lower()
        lost = [w for c in ("biomarker_words", "tumour_words") for w in _words(row, c) if w.lower() not in text]
        assert lost == [], row["id"]


def test_address_and_dates_are_those_of_the_label_with_that_text(lead: list[Row]) -> None:
    """Only an approval date may differ, where the row's note says why."""
    labels = {(_digest(r), r["label_date"], r["label_revision_url"]) for r in lead}
    approved = {(_digest(r), r["initial_approval_date"]) for r in lead}
    rows = _rows(ELSEWHERE)
    assert [r["id"] for r in rows if (r["digest"], r["label_date"], r["url"]) not in labels] == []
    assert [r["id"] for r in rows if (r["digest"], r["approved"]) not in approved and "misprint" not in r["note"]] == []


def test_every_fact_on_these_organs_has_a_row(lead: list[Row]) -> None:
    read = {row["digest"] for row in TABLES[MINE]}
    facts = [r for r in lead if any(organ in r["tumour_type"].lower() for organ in ORGANS)]
    assert len(facts) > 300
    assert {_digest(r) for r in facts} - read == set()


def test_every_fact_has_a_row_or_a_reason(lead: list[Row]) -> None:
    if sum("left_out" in name for name in TABLES) < 2:
        pytest.skip("one table of what was left out is here; the rows on all other tumours come with the second")
    read = {row["digest"] for row in _rows(ELSEWHERE)}
    reasoned = {int(n) for name, rows in TABLES.items() if "left_out" in name for r in rows for n in re.findall(r"\d+", r["lead"])}
    assert [n for n, row in enumerate(lead, 2) if _digest(row) not in read and n not in reasoned] == []


def test_what_was_read_elsewhere_says_where(texts: dict[str, str]) -> None:
    """A row belongs there only while no stored text has it."""
    assert len(TABLES[ELSEWHERE]) < 20
    for row in TABLES[ELSEWHERE]:
        assert row["digest"] not in texts
        assert row["url"].startswith("https://")
        assert "accessdata.fda.gov" not in row["url"]


@pytest.mark.parametrize("row", TABLES[MINE] + TABLES[ELSEWHERE], ids=lambda row: row["id"])
def test_each_biomarker_is_named_by_a_word_of_the_label(row: Row) -> None:
    words = row["biomarker_words"].lower()
    unnamed = set()
    for term in (term for group in read_predicate(row["biomarkers"]) for term in group):
        name = term.atom.gene or term.atom.marker.split(" ")[0]
        if not any(word in words for word in (name.lower(), *SPOKEN.get(name, ()), "hrr")):
            unnamed.add(name)
        assert not term.negated or "wild-type" in words or "no egfr" in words
    assert unnamed == set()


def test_a_label_for_inherited_variants_alone_says_so(texts: dict[str, str]) -> None:
    """And one for inherited or acquired variants does not ask for the origin."""
    seen = set()
    for row in TABLES[MINE]:
        brca = [t.atom for g in read_predicate(row["biomarkers"]) for t in g if t.atom.gene in ("BRCA1", "BRCA2")]
        text = texts[row["digest"]]
        inherited = bool(re.search(r"gBRCAm|germline BRCA", text)) and "somatic" not in text
        assert {atom.origin for atom in brca} <= {"germline" if inherited else ""}, row["id"]
        seen |= {inherited} if brca else set()
    assert seen == {True, False}


def test_ages_are_those_of_the_text(texts: dict[str, str]) -> None:
    for row in TABLES[MINE]:
        text = texts[row["digest"]]
        said = re.search(r"(\d+) years and older", text)
        expected = said[1] if said else "18" if re.search(r"\badults?\b", text) else ""
        assert row["age_from"] == (expected if row["direction"] == "sensitivity" else ""), row["id"]
