"""Reads a folder of FHIR Bulk NDJSON one patient at a time, in bounded memory. What the resources mean is not known here.

Bulk files need not hold a patient's resources together. Small exports are grouped in memory; larger ones are first dealt out into files
by a hash of the patient's id, in a folder that only this user can read and that is gone afterwards. No message quotes a line.
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from cds_service.wire import NotJson, read_json, read_plain
from models.errors import PrecisionError

Resource = dict[str, Any]
Whose = Callable[[Resource], str]  #: the patient's id; "" for a resource that is of no use
IN_MEMORY = 64 * 1024 * 1024  #: bytes of lines that are grouped at once
GZIP = 12  #: about how many times larger FHIR is unpacked
MOST_FILES = 256


class BulkError(PrecisionError):
    """A folder that cannot be read."""


@dataclass(slots=True)
class Trouble:
    """What could not be used, counted; the first place is by file and line alone."""

    unreadable: int = 0
    first: str = ""
    unattributed: int = 0  #: of a type that is asked for, without a patient on this server

    def line(self, file: str, number: int) -> None:
        self.unreadable += 1
        self.first = self.first or f"{file}, line {number}"


@dataclass(slots=True)
class Export:
    """One folder. `shared` fills with resources that belong to nobody (Medication), by 'Type/id'."""

    folder: Path
    whose: Whose
    trouble: Trouble = field(default_factory=Trouble)
    shared: dict[str, Resource] = field(default_factory=dict)
    in_memory: int = field(default_factory=lambda: IN_MEMORY)

    def patients(self, scratch: Path) -> Iterator[tuple[str, list[Resource]]]:
        """(id, resources) of each; `scratch`: where larger exports are dealt out. Raises BulkError."""
        parts = max(1, min(MOST_FILES, -(-self._size() // self.in_memory)))
        if parts == 1:
            yield from self._grouped(self._dealt())
            return
        with tempfile.TemporaryDirectory(dir=scratch, prefix="by-patient-") as name:
            files = [Path(name) / f"{part:03}" for part in range(parts)]
            with ExitStack() as open_files:
                outs = [open_files.enter_context(f.open("wb")) for f in files]
                for patient, line in self._dealt():
                    outs[zlib.crc32(patient.encode()) % parts].write(patient.encode() + b"\t" + line + b"\n")
            for file in files:
                with file.open("rb") as dealt:
                    yield from self._grouped(_undealt(dealt))
                file.unlink()

    def files(self) -> list[Path]:
        try:
            found = sorted(f for f in self.folder.iterdir() if f.name.endswith((".ndjson", ".ndjson.gz")))
        except OSError as error:
            raise BulkError(f"{self.folder.name}: cannot be read ({error.strerror}); correct the path or its permissions") from None
        if not found:
            raise BulkError(f"{self.folder.name}: holds no *.ndjson or *.ndjson.gz, which is how a bulk export comes; correct the path")
        return found

    def _size(self) -> int:
        return sum(f.stat().st_size * (GZIP if f.suffix == ".gz" else 1) for f in self.files())

    def _dealt(self) -> Iterator[tuple[str, bytes]]:
        """(patient, line) of what is asked for. A line that ends too early, or that is no JSON, is counted."""
        for file in self.files():
            with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as lines:
                yield from self._of_file(file.name, lines)

    def _of_file(self, name: str, lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                stripped = line.strip()
                if not stripped:
                    continue
                try:
                    resource = read_plain(stripped)
                except ValueError:
                    self.trouble.line(name, number)
                    continue
                if not isinstance(resource, dict):
                    self.trouble.line(name, number)
                elif patient := self.whose(resource):
                    yield patient, stripped
        except (OSError, EOFError, zlib.error):
            self.trouble.line(name, number + 1)

    def _grouped(self, dealt: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, list[Resource]]]:
        """In the order of ids, so that two runs over the same files are the same. Parsed as a call would: strictly."""
        held: dict[str, list[bytes]] = {}
        for patient, line in dealt:
            held.setdefault(patient, []).append(line)
        for patient in sorted(held):
            yield patient, list(self._parsed(held.pop(patient)))

    def _parsed(self, lines: list[bytes]) -> Iterator[Resource]:
        for line in lines:
            try:
                yield read_json(line)
            except NotJson:
                self.trouble.unreadable += 1


def _undealt(file: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    for row in file:
        patient, _, line = row.partition(b"\t")
        yield patient.decode(), line.rstrip(b"\n")
