"""The shape of evidence beyond the genotype: enzyme tests and recorded problems of a gene. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.source_block import Source


@dataclass(frozen=True, slots=True)
class Border:
    """Values from `low` (included) to `high` (not included) of an enzyme test, in any of the units, mean one of the phenotypes."""

    units: tuple[str, ...]
    low: float
    high: float
    phenotypes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unless:
    """What makes an enzyme test worthless: a condition that lasts, or (with `days`) an event so many days before it."""

    name: str  #: clinical name
    days: int | None = None  #: None: while it lasts; for an event that is never over, a number beyond any life
    note: str = ""  #: message id of what the card says when the event could not be looked for everywhere


@dataclass(frozen=True, slots=True)
class EnzymeTest:
    """A test of what the gene's enzyme does, and how its result becomes a phenotype of the gene."""

    measured: str  #: clinical name of the measurement
    borders: tuple[Border, ...]
    words: Mapping[str, tuple[str, ...]]  #: answer in lower case → the phenotypes that it can mean
    unless: tuple[Unless, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A recorded problem that says what the gene does. `decides`: even where the genotype says otherwise."""

    name: str  #: clinical name of the condition
    phenotypes: tuple[str, ...]
    decides: bool = False


@dataclass(frozen=True, slots=True)
class ChartEvidence:
    """What a chart can say of a gene without its genotype. One file for each gene, with a source of its own."""

    gene: str
    decides_for: tuple[str, ...]  #: administrative genders in whom the enzyme decides and the genotype is only shown
    tests: tuple[EnzymeTest, ...]
    problems: tuple[Problem, ...]
    source: Source
