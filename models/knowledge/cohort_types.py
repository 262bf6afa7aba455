"""The shape of a cohort's definition: which file, who of it is counted, and which of its columns say what a model asks. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.knowledge.model_types import InputKind, Value
from models.knowledge.source_block import Source


@dataclass(frozen=True, slots=True)
class Package:
    """Where its rows are: a wheel of the Python package index and a file in it, both pinned by their digest."""

    name: str
    version: str
    sha256: str  #: of the wheel
    member: str  #: path in the wheel
    member_sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One column that may tell an input's value."""

    column: str
    values: Mapping[str, Value]  #: as the column writes it → value of the input; {}: the number as it stands
    tokens: bool = False  #: the column holds several codes ("3; 8"); any of them counts
    not_in: tuple[str, ...] = ()  #: groups of people of whom this column does not tell it


@dataclass(frozen=True, slots=True)
class CohortInput:
    """An input, from the first of its readings that tells it (a flag: yes where any of them does)."""

    name: str
    kind: InputKind
    readings: tuple[Reading, ...]
    otherwise: Value | None = None  #: what counts where nothing tells it; None: it stays unknown
    medians_by: tuple[str, ...] = ()  #: where nothing tells it, the median of people alike in these inputs


@dataclass(frozen=True, slots=True)
class Keep:
    """One condition that everybody in the cohort fulfils. An empty cell fulfils it where `or_unknown`."""

    column: str
    because: str
    values: tuple[str, ...] = ()  #: the cell is one of these
    but: tuple[str, ...] = ()  #: the cell is none of these
    low: float | None = None
    high: float | None = None
    below: float | None = None
    or_unknown: bool = False


@dataclass(frozen=True, slots=True)
class CohortEquation:
    """A model that is tried on the cohort."""

    id: str  #: in names of figures
    model: str
    factor: float  #: from the model's unit to the cohort's
    run: str  #: id of the recorded evaluation run
    otherwise: str = ""  #: the model for people with a choice that `model` does not know; "" where it knows all


@dataclass(frozen=True, slots=True)
class Claim:
    """What intervals are made for."""

    nominal: float  #: the part of people that a card claims
    level: float  #: at which quantiles are taken: at hospitals that are not in the data fewer are covered
    floor: float  #: an ancestry with less is refused


@dataclass(frozen=True, slots=True)
class CohortDefinition:
    """A published cohort as this project uses it."""

    id: str
    label: str
    package: Package
    outcome: str  #: column of the true value
    unit: str
    site: str  #: column of the hospital
    group: str  #: the input by which everything is broken down
    keep: tuple[Keep, ...]
    known: tuple[tuple[str, ...], ...]  #: of each tuple of inputs at least one is known
    inputs: Mapping[str, CohortInput]  #: in the order in which they are read; `not_in` and `medians_by` name earlier ones
    equations: Mapping[str, CohortEquation]
    means: Mapping[str, tuple[str, ...]]  #: the mean of two or more equations, by id
    champion: str  #: of `means`, what serves: a challenger must beat it
    bands: tuple[float, float]  #: of true dose: up to the first, and from the second on
    claim: Claim
    source: Source

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        read = [reading.column for one in self.inputs.values() for reading in one.readings]
        return tuple(dict.fromkeys([self.outcome, self.site, *(keep.column for keep in self.keep), *read]))
