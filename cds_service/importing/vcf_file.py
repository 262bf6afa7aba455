"""Opens a VCF, checks what it is, and hands on the records that lie at defined positions. It calls no allele."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import warnings
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cds_service.errors import InputError

if TYPE_CHECKING:
    from vcfpy.record import Record

_FIXED = 9  #: columns before the samples
_END = re.compile(r"(?:^|;)END=(\d+)")
_SOMATIC = re.compile(r"##(?:tumou?r_sample|normal_sample|SAMPLE=<ID=TUMOU?R)|##INFO=<ID=SOMATIC\b", re.IGNORECASE)
_DATE = re.compile(r"(?:20\d\d)-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])")


@dataclass(slots=True)
class Lines:
    """The lines of a VCF that the library is to parse: the header, then only records at `wanted` positions.

    `wanted`: contig name → every base of the defined positions, sorted. A whole genome has millions of lines, and a few thousand matter.
    """

    source: io.TextIOWrapper
    wanted: Mapping[str, Sequence[int]]
    header: list[str] = field(default_factory=list)
    contigs: set[str] = field(default_factory=set)  #: of the wanted ones, those that have any record

    def readline(self) -> str:
        while line := self.source.readline():
            if line.startswith("#"):
                self.header.append(line.rstrip("\r\n"))
                return line
            if kept := self._kept(line):
                return kept
        return ""

    def _kept(self, line: str) -> str:
        """The record without INFO but END, or '' when it reaches no wanted position."""
        cells = line.rstrip("\r\n").split("\t", 8)
        positions = self.wanted.get(cells[0])
        if positions is None or not line.strip():
            return ""
        if len(cells) < _FIXED or not cells[1].isdigit():
            raise InputError("a record has too few columns, or a position that is no number. Is the file whole, and separated by tabs?")
        self.contigs.add(cells[0])
        start, end = int(cells[1]), _END.search(cells[7])
        last = max(start + len(cells[3]) - 1, int(end[1]) if end else 0)
        at = bisect_left(positions, start)
        if at == len(positions) or positions[at] > last:
            return ""
        cells[7] = f"END={end[1]}" if end else "."
        return "\t".join(cells) + "\n"


@dataclass(frozen=True, slots=True)
class VcfFile:
    """An opened file. `records` can be gone through once; `header` and `sample` are there before."""

    header: tuple[str, ...]
    sample: str
    records: Iterator[Record]
    lines: Lines

    @property
    def date(self) -> str:
        """The day that the header gives for the file, ISO; "" where it gives none."""
        stated = next((line.partition("=")[2] for line in self.header if line.lower().startswith("##filedate=")), "")
        found = _DATE.fullmatch(stated.strip())
        return re.sub(r"^(\d{4})-?(\d\d)-?(\d\d)$", r"\1-\2-\3", found[0]) if found else ""


@contextmanager
def opened(path: Path, wanted: Mapping[str, Sequence[int]], sample: str | None) -> Iterator[VcfFile]:
    """Raises InputError for what is no VCF of one germline sample; nothing of the file stands in the message."""
    import vcfpy  # on use: the service reads no VCF

    with _text(path) as source, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, on headers; what matters is checked here
        lines = Lines(source, wanted)
        with _readable():
            reader = vcfpy.Reader.from_stream(cast("io.TextIOWrapper", lines))
        header = tuple(lines.header)
        _check_header(header)
        yield VcfFile(header, _sample(header, sample), _records(reader), lines)


def _records(reader: Iterator[Record]) -> Iterator[Record]:
    while True:
        with _readable():
            record = next(reader, None)
        if record is None:
            return
        yield record


@contextmanager
def _readable() -> Iterator[None]:
    """What the library and the decoders raise about a file, in words that hold nothing of it."""
    from vcfpy.exceptions import VCFPyException

    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError("the compressed file ends too early or is damaged. Copy it again.") from None
    except UnicodeDecodeError:
        raise InputError("the file is not UTF-8 text. A BCF must be turned into VCF first (bcftools view).") from None
    except (VCFPyException, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        why = type(error).__name__
        raise InputError(f"the file cannot be read as VCF 4 ({why}). Check it with bcftools view or a VCF validator.") from None


def digest_of(path: Path) -> str:
    """12 hexadecimal characters of the file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _text(path: Path) -> io.TextIOWrapper:
    with path.open("rb") as raw:
        compressed = raw.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rt", encoding="utf-8") if compressed else path.open(encoding="utf-8")


def _check_header(header: Sequence[str]) -> None:
    if not header or not header[0].startswith("##fileformat=VCFv4"):
        raise InputError("the first line must be ##fileformat=VCFv4.…")
    if any(_SOMATIC.match(line) for line in header):
        raise InputError(
            "the header is that of a tumour's variants. Only inherited (germline) variants say how a patient handles medicines."
        )


def _sample(header: Sequence[str], asked: str | None) -> str:
    names = header[-1].split("\t")[_FIXED:]
    if not names:
        raise InputError("the file has no sample column, so no genotype.")
    if len(set(names)) != len(names):
        raise InputError("two sample columns bear one name.")
    if asked is None and len(names) > 1:
        raise InputError(f"the file holds {len(names)} samples. Name the patient's with --sample.")
    if asked is not None and asked not in names:
        raise InputError(f"none of the file's {len(names)} sample(s) bears the name given with --sample.")
    return asked or names[0]
