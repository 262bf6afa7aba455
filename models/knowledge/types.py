"""The shape of knowledge: genes, guidelines, drugs, and the snapshot that holds them. Values only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from models.finding import Action, Dose, Drug
from models.knowledge.biomarker_types import Biomarkers
from models.knowledge.calibration_types import Calibration
from models.knowledge.card_types import Cards, Evaluation
from models.knowledge.careplan_types import CareKnowledge
from models.knowledge.clinical_types import Clinical as Clinical
from models.knowledge.dosing_types import DosingFlow
from models.knowledge.evidence_types import ChartEvidence
from models.knowledge.hereditary_types import Hereditary
from models.knowledge.interval_types import IntervalTable
from models.knowledge.local_types import LocalCodes
from models.knowledge.model_types import InputSource, Model, Relatives, Value
from models.knowledge.risk_types import Risk
from models.knowledge.score_types import VariantScore
from models.knowledge.site_types import Sites
from models.knowledge.source_block import Source
from models.knowledge.trial_types import TrialRecord

Harm = Literal["fatal", "serious", "other"]
NO_RESULT = "No Result"  #: CPIC's key for a gene of a multi-gene guideline that has no result
NO_SCORE = "n/a"  #: CPIC's score key for an indeterminate genotype
INDETERMINATE = "Indeterminate"
LABEL_WARNING = "Label warning"  #: classification: a label advises against it without contraindicating it
LABEL_DOSE = "Label dose"  #: classification: a label gives a dose or a limit for this genotype
ASSOCIATION = "Association"  #: classification: a body tells the effect, but neither contraindicates nor gives a dose
#: who has one allele of a gene instead of two: nobody, everybody (mitochondrial), males (on the X chromosome)
Single = Literal["never", "always", "male"]


@dataclass(frozen=True, slots=True)
class Score:
    """An activity score: exact (low == high), open ("≥3.0": high is infinite), or a closed range."""

    low: float
    high: float

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def __str__(self) -> str:
        if self.exact:
            return _number(self.low)
        return f"≥{_number(self.low)}" if math.isinf(self.high) else f"{_number(self.low)}–{_number(self.high)}"

    def __add__(self, other: Score) -> Score:
        return Score(self.low + other.low, self.high + other.high)

    def within(self, other: Score) -> bool:
        return other.low <= self.low and self.high <= other.high

    def meets(self, other: Score) -> bool:
        """Do the two ranges share a score?"""
        return self.low <= other.high and other.low <= self.high


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").ljust(len(f"{value:.0f}") + 2, "0")


@dataclass(frozen=True, slots=True)
class Allele:
    """One allele of a gene, by its function."""

    name: str
    function: str
    activity: float | None  #: None: the gene has no scores, or this allele's is not known
    derived: bool = False  #: the function is inferred, not stated by the source


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from `range.low` to `range.high`, both included, mean this phenotype."""

    range: Score
    phenotype: str


@dataclass(frozen=True, slots=True)
class Position:
    """A position whose variant is one allele alone. Bases in pairs of a strand: the plus strand's first, then its complement's."""

    name: str  #: "rs3918290"
    reference: tuple[str, ...]
    variant: tuple[str, ...]
    allele: str


@dataclass(frozen=True, slots=True)
class Gene:
    """One gene file. `method` says how two alleles become a phenotype."""

    symbol: str
    hgnc: str  #: "HGNC:2621"
    ncbi: str  #: NCBI gene id
    method: Literal["score", "pairs", "presence"]
    reference: str  #: the allele that means "nothing found" ("*1", "Reference"); "" for presence genes
    usual: str  #: the phenotype that guidelines call normal; for presence genes "negative"
    alleles: Mapping[str, Allele]
    spellings: Mapping[str, str]  #: every name of an allele, aliases too, without blanks and case → the name in `alleles`
    pairs: Mapping[tuple[str, ...], str]  #: sorted functions → phenotype (method "pairs"); one function where one allele is all there is
    bins: tuple[Bin, ...]  #: method "score"
    phenotypes: tuple[str, ...]  #: every phenotype the gene can have, the indeterminate one included
    scale: tuple[str, ...]  #: phenotypes from least to most activity, where that order matters
    terms_since: str  #: ISO date, may be partial: before it laboratories drew the phenotypes' borders elsewhere; "" if never
    loinc: tuple[str, ...]  #: single-gene codes whose value is this gene's genotype or phenotype
    presence_loinc: Mapping[str, str]  #: LOINC code of a presence test → allele
    copies: bool  #: copy numbers and tandems are meaningful ("*2x2", "*36+*10")
    source: Source
    single: Single = "never"  #: who has one allele of it instead of two
    remarks: Mapping[str, str] = field(default_factory=dict)  #: phenotype → what it must not be taken for
    positions: tuple[Position, ...] = ()
    unphased: Mapping[str, str] = field(
        default_factory=dict
    )  #: genotype → one that the same variants make when they lie otherwise, of another phenotype
    from_birth: bool = False  #: its phenotype holds in a newborn too: no enzyme that matures
    expressed: str = ""  #: the one tissue whose transplantation brings another person's gene to work: "liver" or "blood"; "": several


@dataclass(frozen=True, slots=True)
class Population:
    """One of a guideline's patient groups. Ages in completed years, `age_from` included, `age_below` not."""

    id: str  #: as the source names it
    label: str  #: in words, for the card
    age_from: int | None = None
    age_below: int | None = None
    unless_known: bool = True  #: False: applies only when the chart says so (an age that is known; exposure unknown counts as naive)
    conditions: tuple[str, ...] = ()  #: clinical names of its indication: where the chart documents one, groups of others are excluded
    past_counts: bool = False  #: a problem of the past documents the indication too
    taken_days: int | None = None  #: the medicine has been taken for at least so many days
    naive_below_days: int | None = None  #: excluded where it has been taken for so many days
    weight_above: float | None = None  #: kg
    dose_to: float | None = None  #: mg a day, included


@dataclass(frozen=True, slots=True)
class Row:
    """One advice of a guideline: when it applies, what the source says, how it is told."""

    when: Mapping[str, tuple[str, ...]]  #: gene → lookup keys (phenotypes, scores and score ranges, "*57:01 positive")
    populations: tuple[str, ...]
    classification: str
    actions: tuple[Action, ...]
    harm: Harm
    message: str
    parts: Mapping[str, str]
    alternatives: tuple[str, ...]  #: RxNorm ingredient ids
    dose: Dose | None
    fatal_below_age: int | None
    derived: bool
    fatal_for: tuple[str, ...] = ()  #: clinical names: fatal where the chart has one of them as an active problem
    speaks_for: tuple[str, ...] = ()  #: clinical names of indications for which advice is told that a usual patient gets too
    tolerance_days: int | None = None  #: taken at this dose for so long, it is not told any more; None: always told


@dataclass(frozen=True, slots=True)
class Guideline:
    """One drug and one issuing body."""

    id: str  #: "clopidogrel.cpic", the file's name
    drug: Drug
    keys: Mapping[
        str, str
    ]  #: gene → "phenotype", "score", "diplotype", or the allele whose presence decides ("*57:01"); {}: whatever the genotype
    populations: tuple[Population, ...]
    rows: tuple[Row, ...]
    must_test: bool  #: a first start without a result earns a card
    not_for_routes: tuple[str, ...]  #: RxNorm route words under which it does not apply ("TOPICAL")
    source: Source
    group: str = ""  #: a name for medicines that are told of together at a request ("volatile anaesthetics …")
    also_at: tuple[str, ...] = ()  #: clinical names of requests (an operation) at which the group's medicines are given without an order
    single_ingredient: bool = False  #: it does not apply to combination products, whose other ingredients change the indication
    others: str = ""  #: "gap": the source lists some diplotypes only, and any other one is not covered by it
    effective_to: date | None = None  #: the last day on which it is applied: its source withdrew it, or it must be read anew by then


@dataclass(frozen=True, slots=True)
class Product:
    """A product's ingredients and its route, "" where not known.

    Ingredients are RxNorm ids, "name:…" where RxNorm has none, and "?" for a part that is not known.
    """

    ingredients: tuple[str, ...]
    route: str = ""


@dataclass(frozen=True, slots=True)
class Drugs:
    """Which medicine a code means."""

    ingredients: Mapping[str, Drug]  #: RxNorm ingredient id (or "name:…") → ingredient
    products: Mapping[str, Product]  #: RxNorm id of a product, component, pack, brand, salt or precise ingredient
    ndc: Mapping[str, Product]  #: 11 digits
    atc: Mapping[str, Product]  #: ATC level 5, only codes that mean one ingredient
    source: Source
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)  #: ingredient → its chemical groups (ATC level 4)
    routes: Mapping[str, str] = field(default_factory=dict)  #: code or word for a route, in lower case → RxNorm's word for it
    coded: Mapping[str, Mapping[str, Product]] = field(default_factory=dict)  #: further code systems (UNII, NCIt), by canonical URL
    names: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  #: a name in levelled words → ingredients that it may mean; of a name's first words → none
    own: Mapping[tuple[str, str], Product] = field(default_factory=dict)  #: what the site says of its own codes, by system and code


@dataclass(frozen=True, slots=True)
class Modulator:
    """A medicine that slows or speeds an enzyme."""

    drug: Drug
    strength: str  #: "strong inhibitor", "moderate inducer", one of the file's `strengths`
    washout_days: int  #: how long it still counts after it was stopped
    disputed: str = ""  #: where sources differ on its strength


@dataclass(frozen=True, slots=True)
class Modulators:
    """One modulator file, for one gene. A strength without factor and effect is told, not counted."""

    gene: str
    graded: bool  #: False: no guideline grades what follows, so it is a prediction and never more than information
    strengths: tuple[str, ...]  #: the strongest first; those that speed the enzyme end in "inducer"
    factors: Mapping[str, float]  #: strength → times the genotype's activity score is what is left
    effects: Mapping[str, Mapping[str, str]]  #: strength → phenotype by genotype → phenotype that is left
    intended_with: frozenset[str]  #: RxNorm ids: an inhibitor in one product with one of these is meant to inhibit
    not_for_routes: frozenset[str]  #: routes under which too little reaches the liver
    drugs: Mapping[str, Modulator]  #: by RxNorm ingredient id
    source: Source


@dataclass(frozen=True, slots=True)
class Option:
    """What speaks against a medicine that guidelines name as an alternative."""

    drug: Drug
    never_after: tuple[str, ...]  #: clinical names of conditions that refuse it for good
    not_while: tuple[str, ...]  #: clinical names of conditions that refuse it while they are active
    avoid_with: frozenset[str]  #: ingredients with which it must not be taken
    source: Source
    avoid_days: int = 0  #: for so many days after one of `avoid_with` ended it still refuses
    allergy_to: frozenset[str] = frozenset()  #: ingredients of other chemical groups, an allergy to which refuses it too
    unrelated: frozenset[str] = frozenset()  #: ingredients of its ATC group that it shares no chemistry with
    caution_while: tuple[str, ...] = ()  #: clinical names of active conditions that ask for care
    caution_with: frozenset[str] = frozenset()  #: ingredients beside which it asks for care
    caution_from_age: int | None = None
    caution_below_age: int | None = None
    caution_below_kg: float | None = None
    unchecked: str = ""  #: in words, what would have to be known and no code here tells: it is then never offered, at most refused


@dataclass(frozen=True, slots=True)
class Knowledge:
    """An immutable, checked snapshot of everything known."""

    genes: Mapping[str, Gene]  #: by symbol
    guidelines: Mapping[str, tuple[Guideline, ...]]  #: RxNorm ingredient id → its guidelines
    drugs: Drugs
    digest: str  #: 12 hexadecimal characters of sha256 over every file
    modulators: Mapping[str, Modulators] = field(default_factory=dict)  #: by gene symbol
    clinical: Mapping[str, Clinical] = field(default_factory=dict)  #: by id
    flows: Mapping[str, DosingFlow] = field(default_factory=dict)  #: dosing flows by RxNorm ingredient id
    evidence: Mapping[str, ChartEvidence] = field(default_factory=dict)  #: by gene symbol
    options: Mapping[str, Option] = field(default_factory=dict)  #: by ingredient
    accepted_terms: frozenset[str] = frozenset()  #: models (id) whose terms of use the site has accepted
    scores: Mapping[str, VariantScore] = field(default_factory=dict)  #: genetic scores by id
    sites: Sites = field(default_factory=Sites)  #: where the variants of alleles lie
    cards: Cards = field(default_factory=Cards)  #: what models are accountable for
    evaluations: Mapping[str, Evaluation] = field(default_factory=dict)  #: recorded runs by id
    local: LocalCodes = field(default_factory=LocalCodes)  #: what a site says of its own laboratory codes
    biomarkers: Biomarkers = field(default_factory=Biomarkers)
    tumour_lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: OncoTree code → its own and those of every wider type
    trials: tuple[TrialRecord, ...] = ()  #: that a site gave
    hereditary: Hereditary = field(default_factory=Hereditary)
    models: Mapping[str, Model] = field(default_factory=dict)  #: predictive models by id
    inputs: Mapping[str, InputSource] = field(default_factory=dict)  #: where the inputs of models are read from, by name
    relatives: Relatives = field(default_factory=Relatives)
    intervals: Mapping[str, IntervalTable] = field(default_factory=dict)  #: of predicted doses, by id
    stated: Mapping[str, Value] = field(default_factory=dict)  #: inputs of models that a site gives for everybody: {"region": …}
    risks: Mapping[str, Risk] = field(default_factory=dict)  #: questions that an opened chart is asked, by id
    dosed_by: Mapping[str, str] = field(default_factory=dict)  #: medicine (key) → the CDS service that owns its number instead
    careplans: Mapping[str, CareKnowledge] = field(default_factory=dict)  #: by disease
    dose_loading: bool = False  #: the site wants doses of a loading phase told
    calibrations: Mapping[tuple[str, str], Calibration] = field(default_factory=dict)  #: of a site, by model and formula
