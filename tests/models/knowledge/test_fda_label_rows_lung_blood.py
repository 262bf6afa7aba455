"""Rows of biomarkers/fda_lung_blood_other.tsv against the texts they were written after: polarity, exact alleles, ages, exceptions."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from models.knowledge.biomarker_terms import read_predicate
from models.knowledge.biomarker_types import Atom
from tests.models.knowledge.test_fda_label_rows import FACTS, Row, _digest, _lines
from tests.support.reference import reference_file

NAME = "fda_lung_blood_other.tsv"
ROWS = _lines(files("models.knowledge").joinpath("biomarkers").joinpath(NAME).read_text("utf-8"))
BY_ID = {row["id"]: row for row in ROWS}
#: how a text says that something must not be there
ABSENT = re.compile(r"\bno (?:known |sensitizing )?(?:egfr|epidermal)|without the|wild-type|chromosome-negative")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    lead = _lines(reference_file(FACTS).read_text("utf-8"))
    return {_digest(row): row["indication_text"] for row in lead}


def _atoms(row: Row, *, negated: bool) -> list[Atom]:
    return [term.atom for group in read_predicate(row["biomarkers"]) for term in group if term.negated is negated]


def _alleles(row: Row) -> set[str]:
    return {atom.change for atom in _atoms(row, negated=False) if atom.kind == "protein"}


def test_what_must_be_absent_is_so_in_the_text_and_the_other_way_round(texts: dict[str, str]) -> None:
    """A dropped polarity turns the advice round. Encorafenib's texts say "not indicated" of wild-type BRAF, which has rows of its own."""
    for row in ROWS:
        if row["direction"] == "sensitivity" and not row["medicines"].startswith("encorafenib"):
            assert bool(_atoms(row, negated=True)) == bool(ABSENT.search(texts[row["digest"]].lower())), row["id"]


def test_v600e_alone_is_not_widened_nor_narrowed(texts: dict[str, str]) -> None:
    seen = set()
    for row in ROWS:
        atoms = [a for a in _atoms(row, negated=False) if a.gene == "BRAF"]
        if not atoms or row["direction"] != "sensitivity":
            continue
        text = texts[row["digest"]]
        expected = {"V600K", "V600E"} if "V600K" in text else {"V600E"} if "V600E" in text else {"600"}
        assert {a.change for a in atoms if a.kind in ("protein", "codon")} == expected, row["id"]
        seen.add(frozenset(expected))
    assert len(seen) == 3


@pytest.mark.parametrize("allele", ["G12C", "T790M", "L858R", "T315I", "D842V", "D816V", "K27M"])
def test_an_allele_is_named_by_the_rows_of_the_texts_that_name_it(allele: str, texts: dict[str, str]) -> None:
    named = {d for d, text in texts.items() if allele in text and d in {row["digest"] for row in ROWS}}
    held = {r["digest"] for r in ROWS if any(a.change == allele for n in (True, False) for a in _atoms(r, negated=n))}
    assert named
    assert named <= held
    assert allele == "L858R" or held == named  # afatinib's text names none of its own


def test_braf_in_any_solid_tumour_leaves_bowel_cancer_out() -> None:
    rows = [r for r in ROWS if r["tumours"] == "solid" and "BRAF" in r["biomarkers"]]
    assert len(rows) == 2
    assert {r["except"] for r in rows} == {"COADREAD"}
    assert BY_ID["fda-trametinib-coadread-1"]["direction"] == "resistance"


def test_imatinib_is_for_mastocytosis_without_d816v() -> None:
    assert [(r["biomarkers"], r["direction"]) for r in ROWS if r["tumours"] == "ASM"] == [
        ("!KIT p.D816V", "sensitivity"),
        ("KIT p.D816V", "no benefit"),
    ]


def test_non_squamous_leaves_squamous_out(texts: dict[str, str]) -> None:
    for row in ROWS:
        said = re.search(r"non-?squamous", texts[row["digest"]]) is not None
        assert (row["except"] == "LUSC") == said, row["id"]


def test_inherited_disease_asks_for_an_inherited_variant(texts: dict[str, str]) -> None:
    for row in ROWS:
        inherited = re.search(r"gBRCAm|\bTSC\b|von Hippel-Lindau", texts[row["digest"]]) is not None
        assert {a.origin for a in _atoms(row, negated=False)} <= {"germline" if inherited else ""}, row["id"]


def test_ages_are_those_of_the_text(texts: dict[str, str]) -> None:
    """In years; an age in months is told in the note, as no row can hold it."""
    for row in ROWS:
        text = texts[row["digest"]]
        if row["direction"] != "sensitivity" or row["id"] in ("fda-pembrolizumab-solid-2", "fda-pembrolizumab-solid-3"):
            continue
        years = re.search(r"(\d+) years? (?:of age )?and older|aged (\d+) year|equal to (\d+) year", text)
        alone = re.search(r"\badults?\b", text) and not re.search(r"pediatric patients|months", text)
        expected = next(n for n in years.groups() if n) if years else "18" if alone else ""
        assert row["age_from"] == expected, row["id"]
        only_children = "pediatric patients" in text and not re.search(r"adults?\b", text)
        young = "young adults" in text  # crizotinib: without an age in the text, which the note says
        assert (row["age_below"] != "") == bool(only_children or young), row["id"]


def test_children_with_brain_tumours_are_left_out_of_the_burden_of_mutations() -> None:
    adults, children = BY_ID["fda-pembrolizumab-solid-2"], BY_ID["fda-pembrolizumab-solid-3"]
    assert (adults["age_from"], adults["except"]) == ("18", "")
    assert (children["age_below"], children["except"]) == ("18", "BRAIN | HMBL")
