"""The shape of what is known of biomarkers: atoms of a predicate, and rows that say what a medicine does where it holds. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.finding import Drug
from models.knowledge.alteration_files import Alleles, Alteration
from models.knowledge.marker_types import MarkerKnowledge, TumourWords
from models.knowledge.source_block import Source
from models.knowledge.tumour_gene_files import GeneIndex

#: protein: one exact change · codon: any missense change there · mutation: any that is said to be pathogenic or oncogenic ·
#: truncating · named: declared in alterations.toml · fusion · amplification · loss · marker: no variant of a gene
Kind = Literal["protein", "codon", "mutation", "truncating", "named", "fusion", "amplification", "loss", "marker"]
Origin = Literal["germline", "somatic", ""]
Direction = Literal["sensitivity", "resistance", "no benefit", "no resistance"]
Level = Literal["label", "A", "B"]
SOLID = "solid"  #: in place of tumour codes: any solid tumour


@dataclass(frozen=True, slots=True)
class Atom:
    """One thing that a tumour or a patient has or has not."""

    text: str  #: as rows write it, and as cards show it: "BRAF p.V600E"
    kind: Kind
    gene: str = ""  #: symbol; "" for a marker, and for a fusion's first partner where any will do
    partner: str = ""  #: of a fusion whose partners are both named: the other one
    change: str = ""  #: protein: "V600E"; codon: "600"; named: the name in alterations.toml ("exon 19 deletion")
    origin: Origin = ""
    marker: str = ""  #: "HER2", "PD-L1 TPS", "TMB"
    state: str = ""  #: of a marker: "positive", "low", "high", "deficient" …; "" where a number decides
    at_least: float | None = None  #: of a marker with a number: from here on, in the marker's unit


@dataclass(frozen=True, slots=True)
class Term:
    """An atom that must hold, or (negated) must be known not to."""

    atom: Atom
    negated: bool = False


#: every group must hold; a group holds where one of its terms does
Predicate = tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the chart tells of an atom. `verdict` None: not tested, or not clear; `because` then says why."""

    verdict: bool | None
    origins: tuple[str, ...] = ()  #: the results that it rests on
    as_of: str = ""  #: of the newest of them
    laboratory: str = ""
    because: str = ""  #: one sentence without patient data
    said: str = ""  #: what was found, in words, where it is more than the atom's text: "V600E", "TPS 60 %"
    germline: bool = False  #: found as an inherited variant
    unsure: bool = False  #: holds, but something asks for care: read from words, origin not said


UNTESTED = Told(None)


@dataclass(frozen=True, slots=True)
class TherapyRow:
    """What one source says of one medicine or combination, where a predicate holds in a tumour."""

    id: str  #: "fda-osimertinib-1", "EID238"
    medicines: tuple[Drug, ...]  #: all that are given together; the first is the one that it is about
    tumours: tuple[str, ...]  #: OncoTree codes, or SOLID
    excepted: tuple[str, ...]
    biomarkers: Predicate
    direction: Direction
    level: Level
    source: Source
    url: str
    as_of: str  #: label date, or date of the last review, ISO
    setting: tuple[str, ...] = ()  #: stage and line, in the words of messages ("metastatic", "after:platinum chemotherapy")
    age_from: int | None = None
    age_below: int | None = None
    needs: bool = False  #: without a biomarker no label gives the first medicine to this tumour
    approved: str = ""
    withdrawn: str = ""  #: since when the approval is gone, or that the date is not known; "" where it stands
    origin: Origin = ""
    biomarker_words: tuple[str, ...] = ()  #: the source's own short terms, by which the row is checked against its text
    tumour_words: tuple[str, ...] = ()
    digest: str = ""  #: of the text that was read
    note: str = ""


@dataclass(frozen=True, slots=True)
class Biomarkers:
    """Everything known of therapies by biomarkers: the rows, and what their predicates are asked against."""

    rows: tuple[TherapyRow, ...] = ()
    by_medicine: Mapping[str, tuple[TherapyRow, ...]] = field(default_factory=dict)  #: by key of each of their medicines
    genes: GeneIndex = field(default_factory=dict)
    alterations: Mapping[tuple[str, str], Alteration] = field(default_factory=dict)
    alleles: Alleles = field(default_factory=dict)
    words: TumourWords | None = None  #: by which sources name types of tumour
    gene_words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: by which they name genes, where not by the symbol alone
    markers: MarkerKnowledge | None = None
    implied: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: OncoTree code → atoms that the diagnosis itself states
    usual: Mapping[str, tuple[Drug, ...]] = field(default_factory=dict)  #: OncoTree code → medicines usual there whatever the biomarkers

    @property
    def blood(self) -> frozenset[str]:
        """Roots of the cancers of the blood, in OncoTree codes."""
        return self.words.blood if self.words else frozenset()
