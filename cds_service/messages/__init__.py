"""The words of cards: messages with named parts, by language. Not where it is decided what is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Formatter
from typing import Any

import tomli

from models.errors import KnowledgeError
from models.knowledge.types import Knowledge

ENGLISH = "en"  #: complete; another language falls back to it, so that no card is ever empty
#: the parts that `words` gives to every row's message; a guideline row may add others, and may not change these
PARTS = frozenset({"alternatives", "dose", "drug", "genes", "missing", "indeterminate"})
_PART = re.compile("[a-z_]+")


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
    english: tuple[str, ...] = ()  #: ids that the language lacks, told in English

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
def messages(language: str = ENGLISH) -> Messages:
    """Read one language; it is read once and never changes while the process lives."""
    return read_messages(files(__name__), language)


def read_messages(folder: Traversable, language: str) -> Messages:
    """LANGUAGE.toml with phrases, and every LANGUAGE_rows*.toml with the words of guideline rows; what it lacks is told in English.

    Raises KnowledgeError when two files, which different people may write, give one id, when a message asks for more than plain parts,
    and when a translation has an id or a part that English has not: it would never be told, or would fail when it is.
    """
    own = _language(folder, language)
    if language == ENGLISH:
        return own
    english = _language(folder, ENGLISH)
    known = dict(_templates(english))
    for name, template in _templates(own):
        if name not in known:
            raise KnowledgeError(f"cds_service/messages/{language}: '{name}' is no id of {ENGLISH}; correct it, it would never be told")
        if extra := sorted(parts_in(template, name) - parts_in(known[name], name)):
            raise KnowledgeError(
                f"cds_service/messages/{language}: '{name}' has the part '{extra[0]}', which {ENGLISH} has not; correct it"
            )
    missing = tuple(name for name in (*english.texts, *english.rows) if name not in own.texts and name not in own.rows)
    return Messages(language, {**english.rows, **own.rows}, {**english.texts, **own.texts}, missing)


def agree(knowledge: Knowledge, words: Messages) -> None:
    """Raises KnowledgeError with every guideline row whose words are not there, or ask for parts that it does not give."""
    faults = []
    for guideline in (g for several in knowledge.guidelines.values() for g in several):
        for number, row in enumerate(guideline.rows, 1):
            where = f"guidelines/{guideline.id}.toml: row[{number}]"
            faults += [
                f"{where}: parts.{name} is a name that every message has; give it another one" for name in sorted(PARTS & set(row.parts))
            ]
            if row.message not in words.rows:
                faults.append(f"{where}: message '{row.message}' is not in cds_service/messages; write it or correct the id")
                continue
            lacking = {part for said in _said(words.rows[row.message]) for part in parts_in(said, row.message)} - PARTS - set(row.parts)
            faults += [f"{where}: message '{row.message}' asks for the part '{name}'; give it in parts" for name in sorted(lacking)]
    for flow in knowledge.flows.values():
        lost = [name for name in flow.messages.values() if name not in words.rows]
        faults += [
            f"dosing/{flow.drug.name}.toml: message '{name}' is not in cds_service/messages; write it or correct the id" for name in lost
        ]
    if faults:
        raise KnowledgeError(f"{len(faults)} fault(s): cards could not be worded:\n" + "\n".join(faults))


def parts_in(template: str, name: str) -> frozenset[str]:
    """The parts that a message asks for. Anything but a plain name in braces is refused: no attribute, index, conversion or format."""
    try:
        asked = [(part, spec, conversion) for _, part, spec, conversion in Formatter().parse(template) if part is not None]
    except ValueError as error:
        raise KnowledgeError(f"cds_service/messages: '{name}' is no message ({error}); correct its braces") from None
    if odd := next((part for part, spec, conversion in asked if spec or conversion or not _PART.fullmatch(part)), None):
        raise KnowledgeError(f"cds_service/messages: '{name}' asks for '{odd}'; a part is a plain name such as {{drug}}, so correct it")
    if any(not part for part, _, _ in asked):
        raise KnowledgeError(f"cds_service/messages: '{name}' has a part without a name; write one, such as {{drug}}")
    return frozenset(part for part, _, _ in asked)


def _templates(words: Messages) -> Iterator[tuple[str, str]]:
    yield from words.texts.items()
    for name, row in words.rows.items():
        for member, said in zip(("do", "why", "more"), _said(row), strict=True):
            yield f"row.{name}.{member}", said


def _said(row: RowMessage) -> tuple[str, str, str]:
    return row.do, row.why, row.more


def _language(folder: Traversable, language: str) -> Messages:
    names = [f.name for f in folder.iterdir() if f.name.startswith(f"{language}_rows") and f.name.endswith(".toml")]
    words = {name: _read(folder, name) for name in (f"{language}.toml", *sorted(names))}
    rows: dict[str, RowMessage] = {}
    found_in: dict[str, str] = {}
    for name, tables in words.items():
        for row, parts in tables.get("row", {}).items():
            if row in rows:
                raise KnowledgeError(f"cds_service/messages/{name}: 'row.{row}' stands in {found_in[row]} too; give one of them another id")
            rows[row], found_in[row] = _row(parts, f"cds_service/messages/{name}: 'row.{row}'"), name
    found = Messages(language, rows, _texts(words))
    for name, template in _templates(found):
        parts_in(template, name)
    return found


def _texts(words: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The phrases of every file: a large subject keeps its own beside its rows."""
    texts: dict[str, str] = {}
    found_in: dict[str, str] = {}
    for name, tables in words.items():
        for text, said in tables.get("text", {}).items():
            if text in texts:
                raise KnowledgeError(
                    f"cds_service/messages/{name}: 'text.{text}' stands in {found_in[text]} too; give one of them another id"
                )
            texts[text], found_in[text] = said, name
    return texts


def _row(parts: Any, where: str) -> RowMessage:
    members = [f.name for f in fields(RowMessage)]
    if (
        not isinstance(parts, dict)
        or not {"do", "why"} <= parts.keys() <= {*members}
        or not all(isinstance(p, str) for p in parts.values())
    ):
        raise KnowledgeError(f"{where} must have the texts do and why, may have more, and nothing else; correct it")
    return RowMessage(**parts)


def _read(folder: Traversable, name: str) -> dict[str, Any]:
    try:
        return tomli.loads((folder / name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise KnowledgeError(
            f"cds_service/messages/{name}: cannot be read as TOML ({type(error).__name__}); cards would have no words"
        ) from None
