"""Which chromosome and build a reference sequence is. Exact versions only: another version is another sequence.

Source: NCBI Assembly, GRCh37 (GCF_000001405.13 and its patches) and GRCh38 (GCF_000001405.26 and its patches): patches leave the
chromosomes' versions alone. Written from working knowledge and checked against the sequences that PharmCAT names.
"""

from __future__ import annotations

from collections.abc import Mapping

MITOCHONDRIAL = "NC_012920.1"  #: the revised Cambridge sequence, of both builds
_CHROMOSOMES = (*map(str, range(1, 23)), "X", "Y")
_GRCH37 = (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9)  #: versions in order, 1 to Y


def _accessions() -> dict[tuple[str, str], str]:
    found = {(build, "MT"): MITOCHONDRIAL for build in ("GRCh37", "GRCh38")}
    for number, (chromosome, version) in enumerate(zip(_CHROMOSOMES, _GRCH37, strict=True), 1):
        found["GRCh37", chromosome] = f"NC_{number:06}.{version}"
        found["GRCh38", chromosome] = f"NC_{number:06}.{version + 1}"
    return found


ACCESSIONS: Mapping[tuple[str, str], str] = _accessions()  #: (build, chromosome) → accession with version
CHROMOSOMES: Mapping[str, tuple[str, str]] = {accession: place for place, accession in ACCESSIONS.items()}  #: and back; MT as of GRCh38


def accession(build: str, chromosome: str) -> str:
    """ "NC_000007.14" of ("GRCh38", "7") or ("GRCh38", "chr7"); "" where either is not known, but for the mitochondrial one."""
    name = chromosome.strip().removeprefix("chr").removeprefix("Chr").upper()
    name = {"M": "MT", "23": "X", "24": "Y"}.get(name, name)
    return ACCESSIONS.get((build, name), "")
