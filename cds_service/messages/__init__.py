"""The words of cards: messages with named parts, by language. Not where it is decided what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import tomli

from models.errors import KnowledgeError


@dataclass(frozen=True, slots=True)
class RowMessage:
    """The words of one advice. `do` comes first on the card, names the drug, and is all that the summary must hold."""

    do: str
    why: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Messages:
    """One language. `text` members are short phrases, `row` members the advice of guideline rows."""

    language: str
    rows: Mapping[str, RowMessage]
    texts: Mapping[str, str]

    def row(self, name: str) -> RowMessage:
        if name not in self.rows:
            raise KnowledgeError(f"cds_service/messages/{self.language}: no message 'row.{name}'; a guideline uses it, so write it")
        return self.rows[name]

    def text(self, name: str, **parts: str) -> str:
        if name not in self.texts:
            raise KnowledgeError(f"cds_service/messages/{self.language}.toml: no text '{name}'; a card needs it, so write it")
        return self.texts[name].format_map(parts)

    def has_text(self, name: str) -> bool:
        return name in self.texts


@lru_cache(maxsize=8)
def messages(language: str = "en") -> Messages:
    """Read one language; it is read once and never changes while the process lives."""
    return read_messages(files(__name__), language)


def read_messages(folder: Traversable, language: str) -> Messages:
    """LANGUAGE.toml with phrases, and every LANGUAGE_rows*.toml with the words of guideline rows.

    Raises KnowledgeError when two files, which different people may write, give one id.
    """
    names = [f.name for f in folder.iterdir() if f.name.startswith(f"{language}_rows") and f.name.endswith(".toml")]
    words = {name: _read(folder, name) for name in (f"{language}.toml", *sorted(names))}
    rows: dict[str, RowMessage] = {}
    found_in: dict[str, str] = {}
    for name, tables in words.items():
        for row, parts in tables.get("row", {}).items():
            if row in rows:
                raise KnowledgeError(f"cds_service/messages/{name}: 'row.{row}' stands in {found_in[row]} too; give one of them another id")
            rows[row], found_in[row] = RowMessage(**parts), name
    return Messages(language, rows, words[f"{language}.toml"]["text"])


def _read(folder: Traversable, name: str) -> dict[str, Any]:
    return tomli.loads((folder / name).read_text("utf-8"))
