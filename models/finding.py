"""What the engines say: findings, gaps and the rules they looked at. Values only; `present` decides the words."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.estimates import Estimate, Explanation, InputUsed
from models.patient import Gap
from models.plan_values import CarePlanned

Kind = Literal["drug-gene", "dose", "tumour-therapy", "hereditary", "risk", "care-plan", "pre-test", "conflict", "not-checked"]
Action = Literal["alternative", "dose_change", "monitor", "test", "standard", "no_recommendation"]
Urgency = Literal["critical", "warning", "info"]

#: the careful order in which several recommendations on one drug are listed
CAREFUL_FIRST: tuple[Action, ...] = ("alternative", "dose_change", "test", "monitor", "no_recommendation", "standard")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where advice comes from. No member has a default: advice without provenance cannot be built."""

    label: str
    version: str
    url: str


@dataclass(frozen=True, slots=True)
class Drug:
    """An ingredient: its name, and its RxNorm ingredient id ("" where RxNorm has none)."""

    name: str
    rxnorm: str

    @property
    def key(self) -> str:
        """By which Knowledge files it: the RxNorm id, else "name:…"."""
        return self.rxnorm or f"name:{self.name}"


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose in the source's figures: percent of a basis, or an amount. low == high for one figure."""

    low: float | None
    high: float | None
    unit: str  #: "%" or a UCUM unit
    basis: str  #: of what: "standard starting dose"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a gene's results: what would be looked up if it were true."""

    diplotype: str = ""
    phenotype: str = ""
    activity_score: str = ""  #: "0.0", "≥3.0", "1.0–1.5"; "" where the gene has none or it cannot be given
    because: str = ""  #: where several readings stand side by side: what this one rests on


@dataclass(frozen=True, slots=True)
class GeneEvidence:
    """What a finding rests on, for one gene. `possible` holds every reading when more than one could be true."""

    gene: str
    asked: str = ""  #: presence genes: the allele that the guideline asks about ("*57:01")
    diplotype: str = ""
    phenotype: str = ""
    activity_score: str = ""
    reported_phenotype: str = ""
    as_of: str = ""
    laboratory: str = ""
    amended: bool = False
    sources: tuple[str, ...] = ()
    adjusted: tuple[Reading, ...] = ()  #: what other medicines leave of the activity; drives the advice
    adjusted_because: tuple[tuple[Drug, str], ...] = ()  #: these medicines, each with its strength ("strong inhibitor")
    also_acting: tuple[tuple[Drug, str], ...] = ()  #: medicines that act on the enzyme too, but do not enter the advice
    allele_status: tuple[str, ...] = ()  #: presence genes: "*57:01 positive"
    possible: tuple[Reading, ...] = ()
    rule: str = ""  #: message id (gene-rule-…) of why this phenotype was used, where something else stands beside it
    by_words: bool = False  #: rests on free text without a code
    method: str = ""  #: how it was tested, as the laboratory wrote
    missing: str = ""  #: why there is nothing to look up: a Gap's reason or "pending"; "" when there is
    variant: str = ""  #: a variant or marker, and no genotype: "p.V600E", "exon 19 deletion", "high"
    zygosity: str = ""
    significance: str = ""  #: as the laboratory classed the variant: "pathogenic", "likely pathogenic"
    source_class: str = ""  #: germline · somatic · "" (not said); of variants


@dataclass(frozen=True, slots=True)
class Tier:
    """How strong the evidence is for this tumour, by one scale. Computed from level and tumour, never stored."""

    scale: str  #: "AMP/ASCO/CAP" · "ESCAT"
    tier: str  #: "I-A"


@dataclass(frozen=True, slots=True)
class TumourType:
    """The tumour that a finding is about."""

    label: str
    oncotree: str
    origin: str = ""  #: the entry of the problem list


@dataclass(frozen=True, slots=True)
class Orderable:
    """What can be requested from the card: a test that would tell what is missing, or a service."""

    name: str  #: what it tests ("DPYD", "HLA-B*57:01"), or what is asked for ("referral to nephrology")
    loinc: str = ""  #: "": a service for which no code is known here, so it is asked for in words
    system: str = ""  #: of the code, where it is none of LOINC


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row of a guideline that applies, as its source classifies it."""

    source: str
    classification: str
    actions: tuple[Action, ...]
    population: str
    lookup: Mapping[str, str]
    message: str  #: id in cds_service/messages
    parts: Mapping[str, str]  #: the message's named parts
    dose: Dose | None = None
    alternatives: tuple[Drug, ...] = ()  #: named by the source; Finding.options says what became of each
    population_label: str = ""  #: in words, for the card
    derived: bool = False  #: inferred by us from the source, not stated by it
    direction: str = ""  #: of a tumour's therapy: sensitivity · resistance · no benefit
    tiers: tuple[Tier, ...] = ()
    as_of: str = ""  #: of this statement, where its evidence holds several

    @property
    def action(self) -> Action:
        return self.actions[0]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence with parts that qualifies the whole card."""

    message: str  #: "note-…" in cds_service/messages, without "note-"
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """What became of one alternative that the advice names, for this patient."""

    drug: Drug
    verdict: Literal["offered", "refused", "caution", "unknown"]
    because: str  #: message id (option-…) of why: allergy · taken · condition · own-finding · unread · nothing-against …
    detail: str = ""  #: the condition, the other medicine, the limit, the gene
    origin: str = ""  #: the entry of the chart that it rests on: "Condition/12"


@dataclass(frozen=True, slots=True)
class Therapy:
    """One medicine, or one combination, with what each source says of it for this tumour: the strongest first."""

    medicines: tuple[Drug, ...]
    said: tuple[Recommendation, ...]

    @property
    def name(self) -> str:
        return " + ".join(drug.name for drug in self.medicines)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial whose stated criteria on biomarkers, tumour and age are met, or are not known to be missed."""

    id: str
    title: str
    url: str
    met: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  #: criteria of which the chart tells nothing


@dataclass(frozen=True, slots=True)
class Plan:
    """The therapies that a tumour's biomarkers speak for and against, by tier."""

    fits: tuple[Therapy, ...] = ()
    unsure: tuple[Therapy, ...] = ()  #: fit, but what makes a like medicine fail was found too
    against: tuple[Therapy, ...] = ()
    elsewhere: tuple[Therapy, ...] = ()  #: approved for these biomarkers in another tumour
    withdrawn: tuple[Therapy, ...] = ()
    untested: tuple[str, ...] = ()  #: biomarkers that labels for this tumour ask about and that no result tells
    genes: tuple[Finding, ...] = ()  #: what the patient's own genes mean for medicines of the plan, and for others usual in this tumour
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One decision about one drug (or, later, tumour, risk or plan)."""

    kind: Kind
    urgency: Urgency
    drug: Drug
    genes: tuple[GeneEvidence, ...]
    recommendations: tuple[Recommendation, ...]  #: most careful first
    evidence: tuple[Evidence, ...]
    orders: tuple[str, ...] = ()  #: draft orders it is about; "" ids are left out
    removable: bool = False  #: every applying row agrees that this order should not stand
    notes: tuple[str, ...] = ()  #: message ids of sentences that qualify the whole card
    gaps: tuple[Gap, ...] = ()  #: what was not checked and belongs on this card
    options: tuple[Screened, ...] = ()  #: the alternatives that its recommendations name, screened
    replaceable: bool = False  #: one draft of this medicine alone: an alternative can take its place
    remarks: tuple[Remark, ...] = ()  #: notes that name a figure or a thing of this patient
    tests: tuple[Orderable, ...] = ()  #: tests that could be ordered first
    tumour: TumourType | None = None
    condition: str = ""  #: an inherited one, as its card names it
    plan: Plan | None = None  #: of a tumour's treatment plan, whose `drug` bears the tumour's name
    estimate: Estimate | None = None
    inputs: tuple[InputUsed, ...] = ()  #: what the estimate rests on, genes apart
    outcome: str = ""  #: of a risk: what it is a risk of
    horizon_years: float | None = None
    explanation: Explanation | None = None
    care: CarePlanned | None = None  #: of a care plan, whose `drug` bears the disease's name

    @property
    def topic(self) -> str:
        """24 hexadecimal characters that change only with the facts: kind, drug, genes, phenotypes, action."""
        facts = [self.kind, self.drug.rxnorm or self.drug.name, self.recommendations[0].action if self.recommendations else ""]
        for gene in sorted(self.genes, key=lambda g: g.gene):
            readings = sorted(f"{r.phenotype}|{r.activity_score}" for r in (*gene.possible, *gene.adjusted))
            facts += [gene.gene, gene.phenotype, gene.activity_score, *gene.allele_status, *readings]
            facts += filter(None, (gene.variant, gene.zygosity, gene.significance))
        facts += filter(None, (self.tumour.oncotree if self.tumour else "", self.condition))
        if self.kind == "care-plan":
            facts += [*(said.message for said in self.recommendations), *(self.care.facts if self.care else ())]
        if self.kind == "risk":  # a risk moves with every measurement: what is advised is the fact, not its digits
            facts += [self.outcome, *(said.message for said in self.recommendations)]
        elif self.estimate is not None:  # another dose is another fact
            facts += [f"{self.estimate.value:.3g}", self.estimate.unit]
        return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule that was looked at, fired or not: what coverage and --explain are made of."""

    subject: str  #: "clopidogrel–CYP2C19"
    outcome: str  #: fired · silent · not_tested · not_callable · …
    because: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer of the core. An empty one means only: looked, and there is nothing to do."""

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    checked: tuple[Checked, ...] = ()
