"""The shape of a clinical trial's stated criteria on biomarkers, tumour, age and sex. Values only; no patient and no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.knowledge.alteration_files import Alteration
from models.knowledge.biomarker_types import Term
from models.knowledge.marker_types import MarkerKnowledge
from models.knowledge.tumour_gene_files import GeneIndex


@dataclass(frozen=True, slots=True)
class BiomarkerIs:
    """A biomarker that must be found, or (negated) be known to be absent."""

    term: Term


@dataclass(frozen=True, slots=True)
class TumourIs:
    """The type of the tumour, or (negated) a type that it must not be of."""

    codes: tuple[str, ...]  #: OncoTree codes, or SOLID
    label: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AgeIs:
    """One bound of the age, in years."""

    sign: Literal[">=", ">", "<=", "<"]
    years: int


@dataclass(frozen=True, slots=True)
class SexIs:
    """The sex on file."""

    sex: Literal["male", "female"]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class NotRead:
    """A criterion that is understood and that no chart is asked for: it stays open for every patient."""

    text: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of them must hold."""

    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them must hold."""

    criteria: tuple[Criterion, ...]


Criterion = BiomarkerIs | TumourIs | AgeIs | SexIs | NotRead | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class TrialArm:
    """An arm that takes patients, with everything asked of them: by the trial, by the step and by the arm itself."""

    name: str
    criterion: Criterion


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial as its file describes it."""

    id: str
    title: str
    phase: str
    status: str
    recruiting: bool
    url: str
    arms: tuple[TrialArm, ...]  #: those that are open; none where the trial does not recruit


@dataclass(frozen=True, slots=True)
class TrialWords:
    """By what the names in a trial's file are understood. Made once for each snapshot of knowledge."""

    genes: GeneIndex
    alterations: Mapping[tuple[str, str], Alteration]
    tumours: Mapping[str, str]  #: OncoTree code, or label in small letters without hyphens → OncoTree code
    labels: Mapping[str, str]  #: OncoTree code → label
    blood: tuple[str, ...]  #: roots of the cancers of the blood
    markers: MarkerKnowledge | None
