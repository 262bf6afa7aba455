"""Reads tumour_words.toml: the words by which labels name types of tumour, and the roots of blood cancers. No patient."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from models.knowledge.marker_types import TumourWords
from models.knowledge.shape import Table
from models.knowledge.source_block import read_source


def read_tumour_words(values: Mapping[str, Any], where: str) -> TumourWords:
    """Raises KnowledgeError naming the file and the place."""
    with Table(values, where) as file:
        source = read_source(file)
        blood, words = file.texts("blood"), file.lists("words")
        for code, listed in words.items():
            if not listed:
                file.refuse(f"has no word for {code}; write one or remove the line", "words")
            if wrong := next((word for word in listed if word != word.strip().lower()), ""):
                file.refuse(f"'{wrong}' must be in lower case and without blanks around it, as words are compared", f"words.{code}")
        return TumourWords(source, MappingProxyType(dict(words)), frozenset(blood))


def tumour_word_faults(words: TumourWords, codes: Collection[str], where: str) -> Iterator[str]:
    """One sentence for each type that has no words, and for each code that is none of a known type (`codes`: all OncoTree codes)."""
    for code in sorted({*words.words, *words.blood} - set(codes)):
        yield f"{where}: '{code}' is no type of tumour in clinical/tumours.toml; add it there or correct the code"
    for code in sorted(set(codes) - set(words.words)):
        yield f"{where}: '{code}' has no words, so no label could be checked that names it; write them"
