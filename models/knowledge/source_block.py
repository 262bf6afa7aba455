"""The `[source]` block that every knowledge file has. Without it nothing in the file may be shown to anybody."""

from __future__ import annotations

from dataclasses import dataclass

from models.knowledge.shape import Table


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file's facts come from. `note` says what is unsure, unread or derived."""

    body: str
    version: str
    date: str  #: of that version, ISO, may be a year or a month
    url: str
    retrieved: str  #: ISO date on which the facts were read
    data: str  #: the stored copy or data set that was read
    note: str = ""


def read_source(file: Table) -> Source:
    """Raises KnowledgeError when a member is missing, empty or unknown; only `note` may be left out."""
    with file.table("source") as block:
        return Source(
            body=block.text("body"),
            version=block.text("version"),
            date=block.text("date"),
            url=block.text("url"),
            retrieved=block.text("retrieved"),
            data=block.text("data"),
            note=block.text("note", ""),
        )
