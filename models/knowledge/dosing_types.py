"""The shape of dosing knowledge: published equations, and flows that say when they may be used. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.finding import Drug
from models.knowledge.source_block import Source


@dataclass(frozen=True, slots=True)
class GeneTerm:
    """What one gene adds to an equation's sum, by the key that the gene is asked for."""

    gene: str
    by: Literal["diplotype", "phenotype"]
    terms: Mapping[str, float]  #: a diplotype or phenotype without an entry is one that the equation was not made for


@dataclass(frozen=True, slots=True)
class MedicineTerm:
    """What other medicines add to an equation's sum, once, however many of them are taken."""

    label: str
    drugs: frozenset[str]  #: RxNorm ingredient ids
    coefficient: float
    washout_days: int  #: how long after its end one still counts
    drafts: bool  #: one that is ordered in the same session counts already


@dataclass(frozen=True, slots=True)
class Limit:
    """The values, both ends included, for which an equation may be used."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Equation:
    """A published dose equation. Its form is a module of models/dosing; all of its numbers are here."""

    id: str
    label: str
    form: str
    drug: Drug
    population: str  #: whom it was made for, in words
    coefficients: Mapping[str, float]
    genes: tuple[GeneTerm, ...]
    medicines: tuple[MedicineTerm, ...]
    excluded: Mapping[str, frozenset[str]]  #: medicines that it has no term for, in words → RxNorm ingredient ids
    limits: Mapping[str, Limit]  #: by input ("age", "height", "weight"), and of the "dose" itself in mg a day
    source: Source


@dataclass(frozen=True, slots=True)
class Branch:
    """Patients of one ancestry in a dosing flow. `ancestry` () holds everybody whom no other branch names."""

    id: str
    label: str
    ancestry: tuple[str, ...]
    classification: str
    panel: tuple[str, ...]  #: alleles of the metabolizing gene that must have been tested, else dosed clinically


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Percent by which carriers of an allele get less, or more, than was calculated."""

    gene: str
    by: Literal["alleles", "phenotype"]
    classified: Mapping[str, str]  #: branch in which it holds → classification
    carriers: tuple[str, ...]  #: alleles, each copy counts; or phenotypes
    less: bool
    once: tuple[float, float]
    twice: tuple[float, float]


@dataclass(frozen=True, slots=True)
class DosingFlow:
    """From genotypes to a starting dose: who is dosed by equation, who clinically, and what is added or taken off."""

    drug: Drug
    equations: tuple[str, ...]
    keys: Mapping[str, str]  #: genes that must be known → "diplotype" or "phenotype"
    optional: tuple[str, ...]  #: genes that refine
    metabolizer: str  #: the gene of `keys` whose alleles are counted and whose poor metabolizers need another drug
    poor: tuple[str, ...]  #: phenotypes of that gene for which another drug is considered
    counted_as: Mapping[str, str]  #: alleles that an equation counts as another one
    adult_from: int
    target_inr: float  #: assumed
    usual_daily: float  #: mg, what is started without genotypes
    percent: float  #: a dose further away than this from the reference genotype's, or …
    amount: float  #: … than this many mg a day, is worth a card; and from the usual dose, a loud one
    accuracy: str  #: how often the equations are right, in words
    typical: Mapping[str, float]  #: age, height and weight by which a card is graded when the patient's own are not known
    chart: Mapping[str, tuple[str, ...]]  #: clinical names: height, weight, smoking (measurement, then answers), clot, not_with
    branches: tuple[Branch, ...]
    adjustments: tuple[Adjustment, ...]
    unread: Mapping[str, Mapping[str, str]]  #: branch → variants that matter there and are not read, with how much less their carriers need
    child: Branch
    messages: Mapping[str, str]  #: role → id in cds_service/messages
    source: Source
