"""What comes from a source is held to what a card can bear: an https address, no HTML, bounded lengths. Not whether it is true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.knowledge.source_block import Source
from models.knowledge.types import Guideline

LONGEST_LABEL, LONGEST_NOTE, LONGEST_URL = 300, 3000, 300  #: characters
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[^\s<>\"'`\\\x00-\x1f]*)?")
_HTML = re.compile(r"<\s*[A-Za-z/!?]|&(?:#|[A-Za-z]+;)|\b(?:javascript|data):", re.IGNORECASE)


def source_faults(source: Source, where: str) -> Iterator[str]:
    """One sentence for each fault of a file's `[source]`."""
    for name in ("body", "version", "date", "url", "retrieved", "data"):
        if not getattr(source, name):
            yield f"{where}: source.{name} is empty; a card must say where its facts come from, so fill it in"
    if not source.url.startswith("https://"):
        yield f"{where}: source.url '{source.url}' is no https address; a card links to it, so give one"
    elif len(source.url) > LONGEST_URL or not _HTTPS.fullmatch(source.url):
        yield f"{where}: source.url is longer than {LONGEST_URL} characters, or holds some that no address has; correct it"
    for name in ("body", "version", "date", "retrieved", "data"):
        yield from text_faults(getattr(source, name), f"{where}: source.{name}")
    yield from text_faults(source.note, f"{where}: source.note", LONGEST_NOTE)


def said_faults(guideline: Guideline, where: str) -> Iterator[str]:
    """Faults of what a card repeats of a guideline file: labels of populations, parts of messages, the basis of a dose."""
    for population in guideline.populations:
        yield from text_faults(population.label, f"{where}: the label of population '{population.id}'")
    for number, row in enumerate(guideline.rows, 1):
        for name, part in row.parts.items():
            yield from text_faults(part, f"{where}: row[{number}].parts.{name}")
        if row.dose is not None:
            yield from text_faults(f"{row.dose.unit} {row.dose.basis}", f"{where}: row[{number}].dose")


def text_faults(text: str, where: str, longest: int = LONGEST_LABEL) -> Iterator[str]:
    if len(text) > longest:
        yield f"{where} has {len(text)} characters; {longest} are the most, so shorten it"
    if _HTML.search(text):
        yield f"{where} holds HTML or a script's address; some clients would run it, so write plain words"
