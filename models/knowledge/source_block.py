"""The `[source]` block that every knowledge file has. Without it nothing in the file may be shown to anybody."""

from __future__ import annotations

from models.knowledge.shape import Table
from models.knowledge.types import Source


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
