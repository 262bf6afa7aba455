"""The words of tumour types: read strictly, one list for each type, and the labels' own texts hold them."""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from typing import Any

import pytest
import tomli

from models.errors import KnowledgeError
from models.features.tumour_fit import tumour_tree
from models.knowledge.marker_types import TumourWords
from models.knowledge.tumour_word_files import read_tumour_words, tumour_word_faults
from models.knowledge.types import Knowledge
from tests.support.reference import reference_file

WHERE = "biomarkers/tumour_words.toml"
SOURCE = {"body": "b", "version": "v", "date": "2026", "url": "u", "retrieved": "2026-11-26", "data": "d"}


@pytest.fixture(scope="module")
def words() -> TumourWords:
    return read_tumour_words(tomli.loads(files("models.knowledge").joinpath(WHERE).read_text("utf-8")), WHERE)


def test_every_type_has_words_and_every_word_a_type(words: TumourWords, knowledge: Knowledge) -> None:
    codes = tumour_tree(knowledge.clinical, ()).lines
    assert not list(tumour_word_faults(words, codes, WHERE))
    assert [*tumour_word_faults(words, [c for c in codes if c != "MEL"], WHERE)] == [
        f"{WHERE}: 'MEL' is no type of tumour in clinical/tumours.toml; add it there or correct the code"
    ]
    [missing] = tumour_word_faults(words, [*codes, "NEW"], WHERE)
    assert "'NEW' has no words" in missing


def test_roots_of_the_blood_lie_below_nothing(words: TumourWords, knowledge: Knowledge) -> None:
    lines = tumour_tree(knowledge.clinical, ()).lines
    assert {code for code in words.blood if len(lines[code]) > 1} == set()
    solid = {"LUNG", "MEL", "BRAIN", "GIST", "SOFT_TISSUE", "NBL", "THYMUS", "CUP"}
    assert solid <= set(lines) - words.blood


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"words": {"MEL": []}}, "has no word for MEL"),
        ({"words": {"MEL": ["Melanoma"]}}, "must be in lower case"),
        ({"words": {"MEL": [" melanoma"]}}, "without blanks"),
        ({"words": {"MEL": "melanoma"}}, "must be a list"),
        ({"blood": ["AML", "AML"]}, "repeats"),
        ({"more": 1}, "not a key that is read"),
    ],
)
def test_slips_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(KnowledgeError, match=says):
        read_tumour_words({"source": SOURCE, "blood": ["AML"], "words": {"MEL": ["melanoma"]}} | change, WHERE)


def test_labels_name_their_tumour_by_one_of_its_words(words: TumourWords) -> None:
    """The facts are leads, some with a narrower type than the label's own words; all others must be found."""
    narrower = {"THAP", "CHOL"}
    with reference_file("data/oncology/fda_label_facts.tsv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["oncotree"].startswith("oncotree:")]
    unnamed = set()
    for row in rows:
        code = row["oncotree"].removeprefix("oncotree:")
        found = (re.search(rf"(?<![a-z]){re.escape(word)}", row["indication_text"].lower()) for word in words.words.get(code, ()))
        if code in words.words and not any(found):
            unnamed.add(code)
    assert len(rows) > 600
    assert unnamed <= narrower
