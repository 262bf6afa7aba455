"""The items of CIViC: every row is understood, every item of level A or B has one place, and says what the source says."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources import files

import pytest
import tomli

from models.features.tumour_fit import tumour_tree
from models.knowledge.biomarker_files import ITEMS
from models.knowledge.biomarker_types import SOLID, Atom, TherapyRow
from models.knowledge.therapy_row_files import CIVIC_COLUMNS, read_items
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

SOURCE = "data/oncology/civic_predictive.tsv"
DIRECTIONS = {
    ("Supports", "Sensitivity/Response"): "sensitivity",
    ("Supports", "Resistance"): "resistance",
    ("Supports", "Reduced Sensitivity"): "resistance",
    ("Does Not Support", "Sensitivity/Response"): "no benefit",
    ("Does Not Support", "Resistance"): "no resistance",
    ("Does Not Support", "Reduced Sensitivity"): "no resistance",
}
ORIGINS = {"Somatic": "somatic", "Rare Germline": "germline"}
#: what speaks against what, on the same biomarkers, medicines and tumour
OPPOSITES = {("sensitivity", "resistance"), ("sensitivity", "no benefit"), ("resistance", "no resistance")}
Cells = dict[str, str]


def text(name: str) -> str:
    return files("models.knowledge").joinpath(name).read_text("utf-8")


def table(content: str) -> list[Cells]:
    return list(csv.DictReader(content.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def rows(knowledge: Knowledge) -> tuple[TherapyRow, ...]:
    drugs = {drug.name: drug for drug in knowledge.drugs.ingredients.values()}
    return read_items(tomli.loads(text("biomarkers/civic.toml")), text(ITEMS), ITEMS, drugs)


@pytest.fixture(scope="module")
def kept() -> list[Cells]:
    return table(text(ITEMS))


@pytest.fixture(scope="module")
def left_out() -> list[Cells]:
    return table(text("biomarkers/civic_left_out.tsv"))


@pytest.fixture(scope="module")
def source() -> dict[str, Cells]:
    found = table(reference_file(SOURCE).read_text("utf-8"))
    return {row["evidence_id"]: row for row in found if row["evidence_level"] in ("A", "B")}


def item(row: Cells) -> str:
    return row["id"].partition("-")[0]


def atoms(row: TherapyRow) -> Iterator[Atom]:
    return (term.atom for group in row.biomarkers for term in group)


def test_every_row_is_understood(rows: tuple[TherapyRow, ...]) -> None:
    assert text(ITEMS).splitlines()[0].split("\t") == list(CIVIC_COLUMNS)
    assert len(rows) == len({row.id for row in rows}) > 400
    assert all("2015-01-01" < row.as_of < "2023-01-01" for row in rows)


def test_alternatives_of_one_item_are_counted_and_say_the_same(kept: list[Cells]) -> None:
    several = Counter(item(row) for row in kept)
    for number, count in several.items():
        own = [row for row in kept if item(row) == number]
        assert [row["id"] for row in own] == ([number] if count == 1 else [f"{number}-{n}" for n in range(1, count + 1)])
        assert len({tuple(value for column, value in row.items() if column not in ("id", "medicines", "note")) for row in own}) == 1


def test_every_tumour_is_known(rows: tuple[TherapyRow, ...], knowledge: Knowledge) -> None:
    codes = {*tumour_tree(knowledge.clinical, ()).lines, SOLID}
    assert not [(row.id, code) for row in rows for code in row.tumours if code not in codes]
    mapped = {code for row in table(text("biomarkers/civic_tumours.tsv")) for code in row["tumours"].split(" | ")}
    assert mapped - {""} <= codes


def test_every_gene_and_every_named_alteration_is_known(rows: tuple[TherapyRow, ...], knowledge: Knowledge) -> None:
    genes = {row["symbol"] for row in table(text("biomarkers/genes.tsv"))}
    named = {(table["gene"], table["name"]) for table in tomli.loads(text("biomarkers/alterations.toml"))["alteration"]}
    for row in rows:
        for atom in atoms(row):
            assert {atom.gene, atom.partner} - {""} <= genes, row.id
            assert atom.kind != "named" or (atom.gene, atom.change) in named, row.id
            assert atom.kind != "marker" or atom.marker in ("HER2", "ER", "PR"), row.id


def test_contradicting_items_name_each_other(rows: tuple[TherapyRow, ...], knowledge: Knowledge) -> None:
    lines, found = tumour_tree(knowledge.clinical, ()).lines, 0
    for one in rows:
        for other in rows:
            if (one.direction, other.direction) in OPPOSITES and _same_question(one, other, lines):
                found += 1
                assert _number(other) in one.note and _number(one) in other.note, (one.id, other.id)
    assert found > 10


def _number(row: TherapyRow) -> str:
    return row.id.partition("-")[0]


def _same_question(one: TherapyRow, other: TherapyRow, lines: Mapping[str, tuple[str, ...]]) -> bool:
    if {d.key for d in one.medicines} != {d.key for d in other.medicines}:
        return False
    if {frozenset(group) for group in one.biomarkers} != {frozenset(group) for group in other.biomarkers}:
        return False
    return any(a in lines.get(b, (b,)) or b in lines.get(a, (a,)) for a in one.tumours for b in other.tumours)


def test_what_would_speak_for_a_label_s_exclusion_is_left_out(rows: tuple[TherapyRow, ...]) -> None:
    """RAS-mutant bowel cancer and cetuximab; dabrafenib with trametinib in bowel cancer; tretinoin in AML, where promyelocytic is one."""
    for row in rows:
        first, genes = {d.name for d in row.medicines}, {atom.gene for atom in atoms(row)}
        favourable = row.direction in ("sensitivity", "no resistance")
        if favourable and "BOWEL" in row.tumours and first <= {"cetuximab", "panitumumab"}:
            assert not genes & {"KRAS", "NRAS"}, row.id
        assert not (favourable and "BOWEL" in row.tumours and first == {"dabrafenib", "trametinib"}), row.id
        assert not ("AML" in row.tumours and "tretinoin" in first), row.id


def test_every_item_of_level_a_or_b_has_one_place(kept: list[Cells], left_out: list[Cells], source: dict[str, Cells]) -> None:
    taken, left = {item(row) for row in kept}, [row["id"] for row in left_out]
    assert len(left) == len(set(left)) and all(row["reason"] for row in left_out)
    assert not taken & set(left)
    assert taken | set(left) == set(source)


def test_every_row_says_what_its_item_says(kept: list[Cells], rows: tuple[TherapyRow, ...], source: dict[str, Cells]) -> None:
    for row, read in zip(kept, rows, strict=True):
        of = source[item(row)]
        assert row["direction"] == DIRECTIONS[of["direction"], of["significance"]], row["id"]
        assert (row["level"], row["pubmed"]) == (of["evidence_level"], of["pubmed"]), row["id"]
        assert row["reviewed"] == of["last_review"][:10], row["id"]
        assert row["origin"] == ORIGINS.get(of["variant_origin"], ""), row["id"]
        said = {name for atom in atoms(read) for name in (atom.gene, atom.partner, {"HER2": "ERBB2"}.get(atom.marker, "")) if name}
        assert of["gene"] in said, row["id"]
        assert not said - {of["gene"], "ERBB2"} or "fusion" in row["biomarkers"], row["id"]


def test_a_weakly_rated_item_says_so(kept: list[Cells], source: dict[str, Cells]) -> None:
    for row in kept:
        rating = source[item(row)]["rating"].partition(".")[0]
        assert ("rated 1 of 5" in row["note"]) == (rating == "1"), row["id"]
        assert ("not rated" in row["note"]) == (rating == ""), row["id"]


def test_every_disease_has_its_tumours(kept: list[Cells], source: dict[str, Cells]) -> None:
    known = {(row["disease"], row["doid"]): row for row in table(text("biomarkers/civic_tumours.tsv"))}
    assert set(known) == {(row["disease"], row["doid"]) for row in source.values()}
    for row in kept:
        of = known[source[item(row)]["disease"], source[item(row)]["doid"]]
        assert row["tumours"] == of["tumours"], row["id"]
        assert not of["biomarkers"] or row["biomarkers"].endswith(of["biomarkers"]), row["id"]


def test_every_medicine_is_one_of_the_item(kept: list[Cells], source: dict[str, Cells]) -> None:
    other_names = {"ado-trastuzumab emtansine": "trastuzumab emtansine", "imatinib": "imatinib", "valproate": "valproic acid"}
    for row in kept:
        of = source[item(row)]
        named = of["therapies"].lower()
        if "regimen" in named:
            continue
        names = row["medicines"].split(" + ")
        assert all(other_names.get(name, name) in named for name in names), row["id"]
        assert len(names) == (len(of["therapies"].split(",")) if of["therapy_interaction"] == "Combination" else 1), row["id"]
