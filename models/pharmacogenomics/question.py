"""One guideline put to one patient: what is known of its genes, and what has to be told as not checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.features.age import Age
from models.features.circumstances import NOTHING_KNOWN, Circumstances
from models.features.gene_state import GeneState
from models.features.population import open_populations
from models.finding import Checked
from models.knowledge.types import Guideline, Knowledge, Population
from models.patient import Gap
from models.pharmacogenomics.findings import missing_reason
from models.pharmacogenomics.urgency import fatal


@dataclass(frozen=True, slots=True)
class Question:
    """`states` holds every gene of the guideline."""

    guideline: Guideline
    states: Mapping[str, GeneState]
    age: Age | None
    knowledge: Knowledge
    chart: Circumstances = NOTHING_KNOWN
    continued_days: int = 0  #: for how long the ordered dose has been taken; 0: a start, or not known
    started: bool = False  #: the chart holds the drug as taken before, so this order is no first start

    @property
    def populations(self) -> tuple[Population, ...]:
        """The groups that age and chart leave open."""
        return open_populations(self.guideline, self.age, self.chart, self.knowledge.clinical)

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(f"{self.guideline.drug.name}–{gene}" for gene in self.guideline.keys)

    @property
    def lethal(self) -> bool:
        """Has the guideline any row whose neglect can kill (for this patient, as far as the age is known)?"""
        return any(fatal(row, self.age) for row in self.guideline.rows)

    @property
    def metabolic(self) -> bool:
        """Does it ask for an enzyme's or transporter's activity that matures after birth, and not only for an allele?"""
        return any(not mode.startswith("*") and not self.knowledge.genes[gene].from_birth for gene, mode in self.guideline.keys.items())

    @property
    def missing(self) -> tuple[str, ...]:
        """Genes of which there is nothing to look up."""
        return tuple(gene for gene, mode in self.guideline.keys.items() if _missing(self.states[gene], mode))

    @property
    def converted(self) -> bool:
        """Do other medicines change an enzyme that the guideline asks about? Then the result is predicted, not measured."""
        return any(self.states[gene].modulators for gene in self.guideline.keys)

    @property
    def ungraded(self) -> bool:
        """Does the advice rest on what no guideline grades?"""
        return any(self.states[gene].predicted for gene in self.guideline.keys)

    @property
    def doubtful(self) -> bool:
        """May a result not be about the gene at work in this patient? Then at most a warning, and no suggestion."""
        return any(self.states[gene].doubts for gene in self.guideline.keys)

    @property
    def hinted(self) -> bool:
        """Is a gene known from running text alone? Then it may warn, but not reassure."""
        return any(self.states[gene].provenance.hint for gene in self.guideline.keys)

    @property
    def conflict(self) -> bool:
        """Do results contradict each other? For a presence gene only the allele that is asked about counts."""
        return any(_contradicts(self.states[gene], mode) for gene, mode in self.guideline.keys.items())


def _missing(state: GeneState, mode: str) -> bool:
    return state.alleles.get(mode, "undecided") == "undecided" if mode.startswith("*") else not state.readings


def _contradicts(state: GeneState, mode: str) -> bool:
    return state.alleles.get(mode) == "conflict" if mode.startswith("*") else state.certainty == "conflict"


def gene_gaps(question: Question) -> tuple[Gap, ...]:
    """What was not understood of the guideline's genes, and why each missing gene is missing."""
    found: list[Gap] = []
    for gene, mode in question.guideline.keys.items():
        state = question.states[gene]
        found += (*state.gaps, *state.doubts, *state.unseen)
        reason = missing_reason(state, mode)
        if gene in question.missing and not any(gap.reason == reason for gap in state.gaps):
            subject = f"{question.guideline.drug.name}–{gene}"
            found.append(Gap(subject, "not_tested" if reason == "pending" else reason, _because(state, mode)))
    return tuple(dict.fromkeys(found))


def checked(question: Question, outcome: str, missing: Sequence[str]) -> tuple[Checked, ...]:
    """One line for each gene: the outcome for those looked up, the reason for those in `missing`."""
    found = []
    for (gene, mode), subject in zip(question.guideline.keys.items(), question.subjects, strict=True):
        state = question.states[gene]
        if gene in missing:
            found.append(Checked(subject, missing_reason(state, mode), _because(state, mode)))
        else:
            found.append(Checked(subject, outcome, _looked_up(state, mode, question.knowledge.genes[gene].remarks)))
    return tuple(found)


def _because(state: GeneState, mode: str) -> str:
    if missing_reason(state, mode) == "pending" and state.missing != "pending":
        return "a test is on order, and its result is pending"
    if state.alleles.get(mode) == "undecided":
        return "the typing is too coarse to tell the allele that the guideline asks about"
    return state.because or "no result on file for the allele that the guideline asks about"


def _looked_up(state: GeneState, mode: str, remarks: Mapping[str, str]) -> str:
    """What was looked up; with the gene's remark on a phenotype that is easily taken for a normal result."""
    if mode.startswith("*"):
        return f"{mode} {state.alleles[mode]}"
    read = " or ".join(" ".join(filter(None, (r.diplotype, r.phenotype, r.activity_score))) for r in state.readings)
    read += f" ({state.readings[0].because})" if state.rule and state.readings[0].because else ""
    told = ", ".join(f"{m.drug.name} ({m.strength})" for m in state.mentioned)
    warned = dict.fromkeys(remarks[r.phenotype] for r in state.readings if r.phenotype in remarks)
    return "; ".join((read, *warned, *([f"not counted: {told}"] if told else ())))
