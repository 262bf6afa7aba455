"""Where on a reference sequence a variant lies, from SPDI, g. names and reported coordinates. It has no sequence to shift indels along.

A Locus counts from 0, as SPDI does; g. names and VCF count from 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.features.hgvs import nucleotide_change
from models.features.sequences import CHROMOSOMES, MITOCHONDRIAL, accession
from models.knowledge.site_types import trimmed
from models.variant import Place, Variant

_SPDI = re.compile(r"(N[CGTWMR]_[0-9]+\.[0-9]+):([0-9]+):([ACGT]*|[0-9]+):([ACGT]*)")
_CHANGE = re.compile(
    r"[gm]\.(?P<start>[0-9]+)(?:_(?P<end>[0-9]+))?(?:(?P<ref>[ACGT])>(?P<alt>[ACGT])|(?P<kind>delins|del|ins)(?P<new>[ACGT]*))"
)
_BASES = re.compile(r"[ACGT]*")
LONGEST = 1000  #: bases of a simple indel; beyond, it is a structural variant


@dataclass(frozen=True, slots=True)
class Locus:
    """`ref` is replaced by `alt` at `start`. "N" in `ref`: so many bases, not said which. Equal: nothing is changed."""

    sequence: str  #: accession with version
    start: int  #: from 0
    ref: str
    alt: str

    @property
    def chromosome(self) -> str:
        """ "7", "X", "MT"; "" where the sequence is no chromosome of either build."""
        return CHROMOSOMES.get(self.sequence, ("", ""))[1]

    @property
    def build(self) -> str:
        return CHROMOSOMES.get(self.sequence, ("", ""))[0]

    @property
    def spdi(self) -> str:
        return f"{self.sequence}:{self.start}:{len(self.ref) if 'N' in self.ref else self.ref}:{self.alt}"

    @property
    def hgvs(self) -> str:
        """The g. (or m.) name; indels in repeats are not shifted to where HGVS would put them, and no dup is made.

        "" for what is put before the first base, which HGVS has no name for.
        """
        kind, first, last = ("m" if self.sequence == MITOCHONDRIAL else "g"), self.start + 1, self.start + len(self.ref)
        at = f"{self.sequence}:{kind}."
        if not self.ref and not self.start:
            return ""
        if not self.ref:
            return f"{at}{self.start}_{first}ins{self.alt}"
        if len(self.ref) == len(self.alt) == 1 and self.ref != "N":
            return f"{at}{first}{self.ref}>{self.alt}"
        span = f"{first}_{last}" if last > first else f"{first}"
        return f"{at}{span}{'delins' if self.alt else 'del'}{self.alt}"

    @property
    def vcf(self) -> tuple[str, int, str, str] | None:
        """(chromosome, position from 1, ref, alt); None where VCF needs the base before, which is not known here."""
        if not (self.ref and self.alt and self.chromosome) or "N" in self.ref:
            return None
        return self.chromosome, self.start + 1, self.ref, self.alt

    def same(self, other: Locus) -> bool:
        """Are both the same change? Bases that one does not say are taken to fit."""
        return (self.sequence, self.start, self.alt, len(self.ref)) == (other.sequence, other.start, other.alt, len(other.ref)) and all(
            a == b or "N" in (a, b) for a, b in zip(self.ref, other.ref, strict=True)
        )


def _locus(sequence: str, start: int, ref: str, alt: str) -> Locus:
    return Locus(sequence, *trimmed(start, ref, alt))


def from_spdi(text: str) -> Locus | None:
    """ "NC_000007.14:140753335:A:T"; a number in the place of the deleted bases is how many they are."""
    found = _SPDI.fullmatch(text.strip())
    if found is None:
        return None
    sequence, start, ref, alt = found.groups()
    if ref.isdigit():
        ref = "N" * int(ref) if int(ref) <= LONGEST else ""
        if not ref and not alt:
            return None
    return _locus(sequence, int(start), ref, alt) if ref or alt else None


def from_hgvs(text: str) -> Locus | None:
    """A g. or m. name with its sequence: substitutions, del, ins and delins. Duplications need the sequence, so they are None."""
    name = nucleotide_change(text)
    found = _CHANGE.fullmatch(name.change) if name else None
    if name is None or found is None:
        return None
    sequence = f"{name.accession}.{name.version}" if name.version else ""
    if not sequence and not name.accession and name.change.startswith("m."):
        sequence = MITOCHONDRIAL  # an m. name without a sequence is on the Cambridge one since 1999
    start, end = int(found["start"]), int(found["end"] or found["start"])
    if not sequence or start < 1 or end < start or end - start >= LONGEST:
        return None
    if found["ref"]:
        return Locus(sequence, start - 1, found["ref"], found["alt"])
    if found["kind"] == "ins":
        return Locus(sequence, start, "", found["new"]) if end == start + 1 else None
    return Locus(sequence, start - 1, "N" * (end - start + 1), found["new"])


def from_vcf(build: str, chromosome: str, position: int, ref: str, alt: str) -> Locus | None:
    """From VCF's columns, one alternative allele. Symbolic ones ("<DEL>", "*") are None."""
    sequence = accession(build, chromosome)
    if not sequence or position < 1 or not (ref and alt) or not (_BASES.fullmatch(ref) and _BASES.fullmatch(alt)):
        return None
    return _locus(sequence, position - 1, ref, alt)


def from_place(place: Place) -> Locus | None:
    """From reported coordinates; None where the numbering, the sequence or the bases are not said."""
    if place.counts_from is None or place.start is None or not (place.ref or place.alt):
        return None
    said = accession(place.build, place.chromosome)
    sequence = place.sequence or said
    if said and sequence != said:
        return None
    ref, alt = (bases.strip().upper().replace("-", "") for bases in (place.ref, place.alt))
    start = place.start - place.counts_from
    if sequence not in CHROMOSOMES or start < 0 or not (_BASES.fullmatch(ref) and _BASES.fullmatch(alt)):
        return None
    if not ref or not alt:  # where an insertion lies between is told in several ways, and a lone base may be left out
        return None
    return _locus(sequence, start, ref, alt)


def loci(variant: Variant) -> frozenset[Locus]:
    """Every place that the variant's g. names, SPDI ids and coordinates give, without repeats of one sequence and change."""
    found = [from_hgvs(name) for name in variant.genomic]
    found += [from_spdi(code.code) for code in variant.ids]
    found.append(from_place(variant.place))
    return frozenset(locus for locus in found if locus is not None)
