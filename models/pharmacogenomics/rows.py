"""Which rows of a guideline apply: every reading of every gene, in every population that the chart leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from models.features.gene_state import GeneState
from models.finding import Reading
from models.knowledge.types import INDETERMINATE, NO_RESULT, NO_SCORE, Gene, Guideline, Population, Row, Score
from models.pharmacogenomics.lookup import find_row


@dataclass(frozen=True, slots=True)
class Applied:
    """One row that applies, the population and keys under which it was found, and the row of a usual patient."""

    population: Population
    lookup: Mapping[str, str]
    row: Row
    usual: Row | None  #: None: a label's rule, which is worth saying whatever is usual
    insisted: bool = False  #: worth saying though a usual patient gets the same advice

    @property
    def silent(self) -> bool:
        """Nothing to do, or nothing that would not be said to everybody."""
        nothing = self.row.actions[0] in ("standard", "no_recommendation")
        return nothing or (self.usual is not None and not self.insisted and same_advice(self.row, self.usual))


def same_advice(one: Row, other: Row) -> bool:
    return one is other or (one.actions, one.message, one.parts, one.dose) == (other.actions, other.message, other.parts, other.dose)


def applied_rows(
    guideline: Guideline,
    populations: Sequence[Population],
    states: Mapping[str, GeneState],
    genes: Mapping[str, Gene],
    reported: bool = False,
) -> tuple[Applied, ...]:
    """Rows for each combination of readings and population; `reported` looks the laboratory's phenotypes up instead."""
    choices = [keys(states[gene], mode, reported) for gene, mode in guideline.keys.items()]
    usual = {gene: usual_key(genes[gene], mode) for gene, mode in guideline.keys.items()}
    found = []
    for population in populations:
        usual_row = find_row(guideline, population.id, usual)
        for combination in product(*choices):
            lookup = dict(zip(guideline.keys, combination, strict=True))
            found.append(Applied(population, lookup, find_row(guideline, population.id, lookup), usual_row))
    return tuple(found)


def keys(state: GeneState, mode: str, reported: bool = False) -> tuple[str, ...]:
    """The look-up keys of a gene's readings, without repeats; "No Result" when there is nothing to look up."""
    if mode.startswith("*"):
        return tuple(f"{mode} {status}" for status in _allele(state.alleles.get(mode, ""))) or (NO_RESULT,)
    if mode == "diplotype":  # a phenotype in words, the laboratory's too, names no alleles
        return tuple(dict.fromkeys(r.diplotype or NO_SCORE for r in state.readings)) or (NO_RESULT,)
    readings = state.reported if reported and state.reported else state.readings
    return tuple(dict.fromkeys(_key(r, mode) for r in readings)) or (NO_RESULT,)


def _allele(status: str) -> tuple[str, ...]:
    return {"conflict": ("positive", "negative"), "undecided": (), "": ()}.get(status, (status,))


def _key(reading: Reading, mode: str) -> str:
    if mode == "phenotype":
        return reading.phenotype
    return NO_SCORE if reading.phenotype == INDETERMINATE else reading.activity_score


def usual_key(gene: Gene, mode: str) -> str:
    """The key of a patient in whom nothing was found: advice equal to theirs is not worth a card."""
    if mode.startswith("*"):
        return f"{mode} negative"
    if mode == "phenotype":
        return gene.usual
    if mode == "diplotype":
        return f"{gene.reference}/{gene.reference}"
    activity = gene.alleles[gene.reference].activity or 0.0
    return str(Score(2 * activity, 2 * activity))
