"""Which reference genome a VCF was called on, by what its header says. In doubt or contradiction the file is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cds_service.errors import InputError

GRCH37, GRCH38, ANOTHER = "GRCh37", "GRCh38", "another assembly"

#: Lengths of the chromosomes in both builds, as the Genome Reference Consortium gives them (from working knowledge).
_LENGTHS = {
    "1": (249250621, 248956422),
    "2": (243199373, 242193529),
    "3": (198022430, 198295559),
    "4": (191154276, 190214555),
    "5": (180915260, 181538259),
    "6": (171115067, 170805979),
    "7": (159138663, 159345973),
    "8": (146364022, 145138636),
    "9": (141213431, 138394717),
    "10": (135534747, 133797422),
    "11": (135006516, 135086622),
    "12": (133851895, 133275309),
    "13": (115169878, 114364328),
    "14": (107349540, 107043718),
    "15": (102531392, 101991189),
    "16": (90354753, 90338345),
    "17": (81195210, 83257441),
    "18": (78077248, 80373285),
    "19": (59128983, 58617616),
    "20": (63025520, 64444167),
    "21": (48129895, 46709983),
    "22": (51304566, 50818468),
    "X": (155270560, 156040895),
    "Y": (59373566, 57227415),
}
_WORDS = (
    (GRCH38, re.compile(r"grch38|hg38|hs38|b38|GCA_000001405\.(?:1[5-9]|2\d)|GCF_000001405\.(?:2[6-9]|[34]\d)", re.IGNORECASE)),
    (GRCH37, re.compile(r"grch37|hg19|hs37|b37|g1k_v37|GC[AF]_000001405\.(?:[1-9]|1[0-4])(?!\d)", re.IGNORECASE)),
    (ANOTHER, re.compile(r"chm13|t2t|hs1\b|hg1[678]|ncbi_?36", re.IGNORECASE)),
)
_LIFT = (
    "The allele definitions hold GRCh38 positions only, and none is guessed from rs numbers. Lift the file over to GRCh38 with both "
    "reference genomes at hand, or call it anew from the reads."
)


def check_build(header: Iterable[str], declared: str | None) -> None:
    """Raises InputError unless everything that is said, in the header and by the caller, says GRCh38."""
    said = {build for line in header for build in _said(line)}
    if declared:
        said.add(declared)
    if not said:
        raise InputError(
            "the header does not tell the reference genome, and positions mean nothing without it. Give --build if you know it."
        )
    if len(said) > 1:
        raise InputError(f"the reference genome is in doubt: {' and '.join(sorted(said))} are both told. Correct the header or --build.")
    if said == {GRCH37}:
        raise InputError(f"the file is on GRCh37. {_LIFT}")
    if said != {GRCH38}:
        raise InputError(f"the file is on neither GRCh37 nor GRCh38. {_LIFT}")


def _said(line: str) -> set[str]:
    if line.startswith("##contig="):
        return _by_length(line) | _by_words(_member(line, "assembly"))
    if line.startswith(("##reference=", "##assembly=")):
        return _by_words(line.partition("=")[2])
    return set()


def _by_length(line: str) -> set[str]:
    known = _LENGTHS.get(_member(line, "ID").removeprefix("chr"))
    length = _member(line, "length")
    if known is None or not length.isdigit():
        return set()
    return {GRCH37 if int(length) == known[0] else GRCH38 if int(length) == known[1] else ANOTHER}


def _by_words(text: str) -> set[str]:
    return {build for build, words in _WORDS if words.search(text)}


def _member(line: str, name: str) -> str:
    found = re.search(rf'[<,]{name}="?([^,">]*)', line)
    return found[1] if found else ""
