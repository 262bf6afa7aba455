"""Rows of a site's files, for each of which somebody answers: read strictly, with every fault at once. It knows no kind of row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from models.errors import KnowledgeError
from models.knowledge.shape import Table

MOST_ROWS = 500  #: of one kind in one file
LONGEST = 300  #: characters of any text in a row
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
Read = Callable[[Table], Any]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Who answers for a row, why it is there, and until when it must be read again."""

    owner: str
    reason: str
    review_by: date


@dataclass(slots=True)
class Faults:
    """Everything that is wrong in a file, so that it is mended in one go."""

    found: list[str] = field(default_factory=list)

    def add(self, fault: str) -> None:
        self.found.append(fault)

    def taken(self, read: Read, table: Table) -> Any:
        """What `read` makes of the table, or None and a fault."""
        try:
            return read(table)
        except KnowledgeError as error:
            self.found.append(str(error))
            return None

    def refuse_any(self, why: str) -> None:
        """Raises KnowledgeError with all of them, one on a line."""
        if self.found:
            raise KnowledgeError(f"{len(self.found)} fault(s) in a site's file, so nothing of it holds. {why}\n" + "\n".join(self.found))


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of which every member could be read."""

    place: str  #: "codes.toml: result[2]"
    values: Mapping[str, Any]
    reviewed: Reviewed


def read_head(values: Mapping[str, Any], where: str, kinds: tuple[str, ...], faults: Faults) -> str:
    """`[about] owner`, who answers for the whole file; any table that is none of `kinds` is a fault."""
    for name in sorted(values.keys() - {"about", *kinds}):
        faults.add(f"{where}: {name} is not a table that is read here; correct its name or remove it")
    if not isinstance(values.get("about"), Mapping):
        faults.add(f"{where}: [about] is missing; write it, with `owner`, who answers for the file")
        return ""
    about = Table(values["about"], where, "about")
    read = _members(about, {"owner": plain("owner"), "note": plain("note", default="")}, faults)
    return str(read["owner"]) if read else ""


def read_rows(values: Mapping[str, Any], where: str, kind: str, members: Mapping[str, Read], faults: Faults) -> Iterator[ReadRow]:
    """Each `[[kind]]` with `members`, owner, reason and review_by. A row with a fault is told and left out."""
    listed = values.get(kind, [])
    if not isinstance(listed, list) or len(listed) > MOST_ROWS:
        faults.add(f"{where}: {kind} must be a list of at most {MOST_ROWS} rows, each under [[{kind}]]")
        return
    every = {**members, "owner": plain("owner"), "reason": plain("reason"), "review_by": lambda table: table.day("review_by")}
    for number, inner in enumerate(listed, 1):
        place = f"{kind}[{number}]"
        if not isinstance(inner, Mapping):
            faults.add(f"{where}: {place} must be a table")
            continue
        read = _members(Table(inner, where, place), every, faults)
        if read is not None:
            reviewed = Reviewed(read.pop("owner"), read.pop("reason"), read.pop("review_by"))
            yield ReadRow(f"{where}: {place}", read, reviewed)


def _members(table: Table, members: Mapping[str, Read], faults: Faults) -> dict[str, Any] | None:
    before = len(faults.found)
    read = {name: faults.taken(one, table) for name, one in members.items()}
    for name in sorted(table.values.keys() - members.keys()):
        faults.add(f"{table.where}: {table.path}.{name} is not a key that is read here; correct or remove it")
    return read if len(faults.found) == before else None


def plain(key: str, most: int = LONGEST, *, default: str | None = None) -> Read:
    """A text on one line, of characters that are seen, and not longer than a card can bear."""

    def read(table: Table) -> str:
        text = table.text(key) if default is None else table.text(key, default)
        if len(text) > most:
            table.refuse(f"has {len(text)} characters; {most} are the most", key)
        if any(unicodedata.category(character)[0] == "C" for character in text):
            table.refuse("holds characters that are not seen (line ends, control or direction marks); remove them", key)
        return text.strip()

    return read


def as_uri(system: str) -> str:
    """A bare OID as FHIR writes it; anything else as it stands."""
    return f"urn:oid:{system}" if _OID.fullmatch(system) else system
