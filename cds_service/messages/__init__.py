"""The words of cards: messages with named parts, one language a file. Not where it is decided what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
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
    words = {name: _read(f"{language}{name}.toml") for name in ("", "_rows")}
    rows = {**words[""].get("row", {}), **words["_rows"].get("row", {})}
    return Messages(language, {name: RowMessage(**row) for name, row in rows.items()}, words[""]["text"])


def _read(name: str) -> dict[str, Any]:
    return tomli.loads((files(__name__) / name).read_text("utf-8"))
