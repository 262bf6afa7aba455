"""The shape of dosing flows: which models give a medicine's dose, for whom, and how a chart becomes their inputs. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.finding import Drug
from models.knowledge.source_block import Source

#: by which a dose is worked out: with the genotype · without it · again from an early INR
EquationSet = Literal["genotype", "clinical", "refined"]


@dataclass(frozen=True, slots=True)
class EquationUse:
    """One model of knowledge/models, and for what the flow asks it. Its coefficients, limits and reference person are the model's."""

    model: str  #: id
    set: EquationSet
    several: Literal["unknown", "careful"]  #: ancestry of whom several are reported: the equation's own term for that, or a branch's


@dataclass(frozen=True, slots=True)
class GeneInput:
    """How a gene's result becomes a model's input."""

    gene: str
    input: str
    choices: Mapping[str, str]  #: diplotype or phenotype → the model's choice; one without an entry is one that no equation was made for


@dataclass(frozen=True, slots=True)
class MedicineInput:
    """Other medicines that models ask about, and when one counts as taken."""

    input: str
    label: str
    drugs: frozenset[str]  #: RxNorm ingredient ids
    washout_days: int  #: how long after its end one still counts
    drafts: bool  #: one that is ordered in the same session counts already


@dataclass(frozen=True, slots=True)
class Refining:
    """A new estimate from an early INR: on which days of treatment, and by which inputs of the model."""

    inr: str  #: clinical name and input
    days: tuple[int, int]  #: of treatment on which the INR was taken, the day of the first dose being 1
    fresh_days: int  #: how old that INR may be
    doses: Mapping[str, int]  #: input → so many days before the INR
    conditions: tuple[str, ...]  #: inputs of the model that the problem list tells
    unsure: Mapping[str, str]  #: input → in words, a term that was verified nowhere
    changes: tuple[str, ...]  #: what would change it, in words


@dataclass(frozen=True, slots=True)
class Predicting:
    """What a predicted dose says beside its number."""

    usual: str  #: the usual range of maintenance doses, in words
    accuracy: str  #: of the refinement, in words
    refining: Refining
    loading: str  #: model of a loading phase; "": none is known
    loading_for: tuple[str, ...]  #: reported ancestries in which it was tried
    changes: tuple[str, ...]  #: what would change the estimate, in words


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
    by: Literal["alleles", "phenotype", "variant"]  #: variant: a linked one, whose id stands as the gene
    classified: Mapping[str, str]  #: branch in which it holds → classification
    carriers: tuple[str, ...]  #: alleles, each copy counts; or phenotypes
    less: bool
    once: tuple[float, float]
    twice: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LinkedVariant:
    """A single variant outside the genes of the flow, whose carriers of some branches get less than was calculated."""

    variant: str  #: dbSNP id
    classified: Mapping[str, str]  #: branch in which it holds → classification
    percent: tuple[float, float]

    @property
    def words(self) -> str:
        return f"{self.percent[0]:g}–{self.percent[1]:g} %"


@dataclass(frozen=True, slots=True)
class DosingFlow:
    """From genotypes to a starting dose: who is dosed by equation, who clinically, and what is added or taken off."""

    drug: Drug
    equations: tuple[EquationUse, ...]
    gene_inputs: tuple[GeneInput, ...]
    medicines: tuple[MedicineInput, ...]
    ancestries: tuple[str, ...]  #: for which equations have choices of their own; all others are "unknown" to them
    clot_input: str  #: the models' input for what `chart.clot` tells
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
    linked: tuple[LinkedVariant, ...]
    child: Branch
    messages: Mapping[str, str]  #: role → id in cds_service/messages
    predicting: Predicting
    source: Source

    def models(self, *wanted: EquationSet) -> frozenset[str]:
        """Ids of those that it asks for these sets."""
        return frozenset(one.model for one in self.equations if one.set in wanted)

    def of(self, wanted: EquationSet) -> tuple[EquationUse, ...]:
        return tuple(one for one in self.equations if one.set == wanted)
