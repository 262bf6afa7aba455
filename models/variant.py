"""A variant of a gene as a laboratory reported it, found or not found. Values only: `models.features.variants` says what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.codes import Code, Concept

#: present · absent · reference (called, and equal to the reference) · no-call · unknown (not said, or not understood)
State = Literal["present", "absent", "reference", "no-call", "unknown"]
Zygosity = Literal["heterozygous", "homozygous", "hemizygous", "heteroplasmic", "homoplasmic", ""]
Counting = Literal[0, 1]  #: the number of the first base; with 0 a place lies between bases


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a sequence, as reported. `counts_from`: 0, 1, or None where the numbering is not said."""

    sequence: str = ""  #: accession with version ("NC_000007.14"), as written
    build: str = ""  #: GRCh37 · GRCh38 · ""
    chromosome: str = ""
    start: int | None = None
    end: int | None = None
    counts_from: Counting | None = None
    ref: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One reported variant. A name that could not be read stands in the reader's gaps, never here as something else.

    `genes` has one entry for each gene-studied component: two partners of a fusion in the sender's order, which means nothing.
    """

    origin: str  #: "Observation/12"
    state: State = "unknown"
    genes: tuple[Concept, ...] = ()
    coding: tuple[str, ...] = ()  #: c. names as written, transcript included where it was written with them
    protein: tuple[str, ...] = ()  #: p. names as written
    genomic: tuple[str, ...] = ()  #: g. and m. names as written
    ids: tuple[Code, ...] = ()  #: dbSNP, ClinVar, COSMIC, SPDI …: whatever names the variant in another system
    text: str = ""  #: a name in words, where no other was given
    transcript: str = ""
    place: Place = Place()
    zygosity: Zygosity = ""
    source_class: str = ""  #: germline · somatic · donor · "" (not said)
    allele_fraction: float | None = None  #: 0 to 1
    depth: int | None = None
    copy_number: float | None = None  #: 0 is a value
    change: Concept = Concept()  #: DNA change type (SO, LOINC answers)
    consequence: tuple[Concept, ...] = ()  #: molecular consequence
    significance: tuple[Concept, ...] = ()  #: clinical significance, as coded
    phenotypes: tuple[Concept, ...] = ()  #: conditions or cancers that the laboratory associates with it
    status: str = "final"  #: final · amended · corrected · preliminary · registered · unknown
    effective: str = ""  #: ISO date or dateTime as reported, may be partial or empty
    laboratory: str = ""
    derived_from: tuple[str, ...] = ()
    text_only: bool = False  #: read from free text without any code: low confidence
    element: str = ""  #: path of the element that told the state, e.g. "Observation.valueCodeableConcept"
    restricted: bool = False  #: labelled so: told only where a decision at hand needs it
