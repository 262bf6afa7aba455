"""The snapshot: complete, one digest whatever the file system's order, and refused whole when one file is wrong."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from models.errors import KnowledgeError
from models.knowledge.load import FOLDERS, load
from models.knowledge.types import Knowledge


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped knowledge, to break one place of."""
    with as_file(files("models.knowledge")) as shipped:
        for folder in FOLDERS:
            shutil.copytree(shipped / folder, tmp_path / folder)
    return tmp_path


def test_a_copy_elsewhere_is_the_same_knowledge(copy: Path, knowledge: Knowledge) -> None:
    assert load(copy).digest == knowledge.digest
    assert len(knowledge.digest) == 12
    int(knowledge.digest, 16)


def test_one_changed_letter_changes_the_digest(copy: Path, knowledge: Knowledge) -> None:
    path = copy / "genes" / "TPMT.toml"
    path.write_text(path.read_text("utf-8") + "# checked\n", "utf-8")
    assert load(copy).digest != knowledge.digest


def test_guidelines_are_found_by_the_ingredient(knowledge: Knowledge) -> None:
    assert [g.id for g in knowledge.guidelines["32968"]] == ["clopidogrel.cpic"]
    assert all(g.drug.key == rxnorm for rxnorm, guidelines in knowledge.guidelines.items() for g in guidelines)


def broken(change: Callable[[str], str], name: str, copy: Path) -> str:
    path = copy / name
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(KnowledgeError) as raised:
        load(copy)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("genes/TPMT.toml", lambda t: t + "=\n", "genes/TPMT.toml: not TOML"),
        ("genes/TPMT.toml", lambda t: t.replace('"*2"', '"*1"'), "genes/TPMT.toml: alleles["),
        ("genes/TPMT.toml", lambda t: t.replace('symbol = "TPMT"', 'symbol = "NUDT15"'), "genes/TPMT.toml: holds gene 'NUDT15'"),
        ("genes/TPMT.toml", lambda t: t.replace('symbol = "TPMT"', 'symbol = "TPMT"\nsymbol = "TPMT"'), "genes/TPMT.toml: not TOML"),
        ("guidelines/clopidogrel.cpic.toml", lambda t: t.replace("harm =", "harn =", 1), "guidelines/clopidogrel.cpic.toml:"),
        ("drugs/source.toml", lambda t: t.replace("retrieved", "retreived"), "drugs/source.toml: source.retrieved is missing"),
        ("options/prasugrel.toml", lambda t: t.replace('"prasugrel"', '"ticagrelor"'), "options/prasugrel.toml: holds 'ticagrelor'"),
        ("drugs/products.tsv", lambda t: t + "309362\t32968\tORAL\n", "drugs/products.tsv: line"),
    ],
)
def test_one_wrong_file_stops_the_load_and_is_named(name: str, change: Callable[[str], str], sentence: str, copy: Path) -> None:
    assert broken(change, name, copy).startswith(sentence)


def test_a_missing_drug_table_is_named(copy: Path) -> None:
    (copy / "drugs" / "ndc.tsv").unlink()
    with pytest.raises(KnowledgeError, match=r"drugs/ndc\.tsv: is missing"):
        load(copy)


@pytest.mark.parametrize("name", ["a b.toml", "<x>.toml", ".hidden.toml", "a\n.toml", "x" * 100 + ".toml", "ä.tsv"])
def test_security_S46_a_file_whose_name_could_not_be_shown_is_refused(name: str, copy: Path) -> None:
    (copy / "guidelines" / name).write_text("", "utf-8")
    with pytest.raises(KnowledgeError, match="a knowledge file's name has letters, digits"):
        load(copy)


def test_security_S46_a_genes_file_bears_its_name_and_no_path(copy: Path) -> None:
    """What a file says of its own name decides nothing: no other file is read for it."""
    file = copy / "genes" / "TPMT.toml"
    file.write_text(file.read_text("utf-8").replace('symbol = "TPMT"', 'symbol = "../guidelines/clopidogrel.cpic"'), "utf-8")
    with pytest.raises(
        KnowledgeError, match=r"genes/TPMT\.toml: holds gene '\.\./guidelines/clopidogrel\.cpic'; a gene's file bears its name"
    ):
        load(copy)


@pytest.mark.parametrize(
    ("name", "was", "now", "sentence"),
    [
        ("genes/CYP2D6.toml", "activity = 0.25", "activity = -0.25", "activity is -0.25; it must lie between 0 and 10"),
        ("genes/CYP2D6.toml", "activity = 0.25", "activity = nan", "activity must be a finite number"),
        ("options/prasugrel.toml", "caution_from_age = 75", "caution_from_age = 750", "caution_from_age is 750"),
        ("options/prasugrel.toml", "caution_below_kg = 60", "caution_below_kg = 60000", "caution_below_kg is 60000"),
        ("modulators/CYP2D6.toml", "washout_days = 35", "washout_days = 35000", "washout_days must be a number of days, at most 3650"),
        ("dosing/warfarin.toml", "target_inr = 2.5", "target_inr = 25", "target_inr is 25; it must lie between 1 and 6"),
    ],
)
def test_fault_F19_a_figure_edited_to_nonsense_stops_the_load(name: str, was: str, now: str, sentence: str, copy: Path) -> None:
    text = (copy / name).read_text("utf-8")
    assert was in text
    (copy / name).write_text(text.replace(was, now, 1), "utf-8")
    with pytest.raises(KnowledgeError, match=re.escape(sentence)) as raised:
        load(copy)
    assert name in str(raised.value)


@pytest.mark.parametrize("damage", ["cut inside a character", "folder gone"])
def test_fault_F02_what_cannot_be_read_is_named_and_no_path_is_told(damage: str, copy: Path) -> None:
    name = "dosing" if damage == "folder gone" else "guidelines/atomoxetine.cpic.toml"
    if damage == "folder gone":
        shutil.rmtree(copy / name)
    else:
        whole = (copy / name).read_bytes()
        (copy / name).write_bytes(whole[: whole.index("–".encode()) + 1])
    with pytest.raises(KnowledgeError, match=re.escape(f"{name}: ")) as told:
        load(copy)
    assert str(copy) not in str(told.value)
