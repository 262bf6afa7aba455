"""Clinical files: shape, and what is refused by name and place."""

from __future__ import annotations

from typing import Any

import pytest

from models.errors import KnowledgeError
from models.knowledge.clinical_files import read_clinical
from models.knowledge.types import Knowledge

SOURCE = {"body": "b", "version": "1", "date": "2026", "url": "https://example.org", "retrieved": "2026-11-26", "data": "d"}


def read(*concepts: dict[str, Any]) -> list[str]:
    return [c.id for c in read_clinical({"source": SOURCE, "concept": list(concepts)}, "clinical/x.toml")]


def test_a_name_with_any_code_is_read() -> None:
    assert read({"id": "a", "label": "A", "icd": ["I63"]}, {"id": "b", "label": "B", "loinc": ["1-1"]}) == ["a", "b"]


@pytest.mark.parametrize(
    ("concept", "words"),
    [
        ({"id": "a", "label": "A"}, "has no code"),
        ({"id": "a", "label": "A", "icd": ["I63.9"]}, "no beginning of an ICD-10 code"),
        ({"id": "a", "label": "A", "icd": ["i63"]}, "no beginning of an ICD-10 code"),
        ({"id": "a", "icd": ["I63"]}, "concept\\[1\\].label is missing"),
        ({"id": "a", "label": "A", "icd": ["I63"], "icd9": ["1"]}, "icd9 is not a key"),
    ],
)
def test_what_is_wrong_is_named(concept: dict[str, Any], words: str) -> None:
    with pytest.raises(KnowledgeError, match=words):
        read(concept)


def test_no_name_is_empty_and_every_name_has_words(knowledge: Knowledge) -> None:
    for name in knowledge.clinical.values():
        assert name.label
        assert name.codes or name.icd
