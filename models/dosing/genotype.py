"""The genotype as a dosing flow asks for it: a key for each gene, the alleles that are counted apart, and what was tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.features.diplotypes import Diplotype, parse_diplotype
from models.features.gene_state import GeneState
from models.knowledge.dosing_types import Adjustment, DosingFlow
from models.knowledge.types import INDETERMINATE, Gene


@dataclass(frozen=True, slots=True)
class Genotype:
    """`keys` holds only genes of which exactly one reading stands undisputed; `alleles` is () where they are not known."""

    keys: Mapping[str, str]
    alleles: tuple[str, ...]  #: of the metabolizing gene, as found, before any is counted as another
    reference: str  #: that gene's name for "nothing found"
    poor: bool  #: could it be a poor metabolizer?
    surely_poor: bool
    unusual: bool  #: does any reading of a needed gene differ from the usual phenotype?
    disputed: bool  #: results contradict each other, or the laboratory's phenotype differs

    def tested(self, panel: tuple[str, ...]) -> bool:
        """Is it known of every chromosome that it has none of these alleles, or which one?

        "Nothing found" says only what the laboratory looked for: it is enough where one of the panel was found, since
        then the laboratory looked beyond the common ones.
        """
        return not panel or (bool(self.alleles) and (self.reference not in self.alleles or bool(set(panel) & set(self.alleles))))


def genotype(flow: DosingFlow, states: Mapping[str, GeneState], genes: Mapping[str, Gene]) -> Genotype:
    needed = {gene: states[gene] for gene in flow.keys}
    metabolizer, gene = states[flow.metabolizer], genes[flow.metabolizer]
    found = _diplotype(metabolizer, gene)
    read = (*metabolizer.readings, *metabolizer.reported)
    keys = {}
    for symbol, by in flow.keys.items():
        key = _key(states[symbol], by, genes[symbol], flow.counted_as if symbol == flow.metabolizer else {})
        if key:
            keys[symbol] = key
    return Genotype(
        keys=keys,
        alleles=found.names if found else (),
        reference=gene.reference,
        poor=any(reading.phenotype in flow.poor for reading in read),
        surely_poor=bool(read) and all(reading.phenotype in flow.poor for reading in read),
        unusual=any(r.phenotype not in (genes[g].usual, INDETERMINATE) for g, s in needed.items() for r in (*s.readings, *s.reported)),
        disputed=any(state.certainty == "conflict" or state.reported for state in needed.values()),
    )


def carried(adjustment: Adjustment, found: Genotype, state: GeneState) -> int:
    """How many copies the patient has of what the adjustment is for; 0 where it is not known."""
    if adjustment.by == "alleles":
        return sum(allele in adjustment.carriers for allele in found.alleles)
    return 1 if _settled(state) and state.readings[0].phenotype in adjustment.carriers else 0


def _settled(state: GeneState) -> bool:
    return len(state.readings) == 1 and not state.reported


def _key(state: GeneState, by: str, gene: Gene, counted_as: Mapping[str, str]) -> str:
    """ "" when more than one reading stands, when they are disputed, or when the diplotype is not known."""
    if not _settled(state):
        return ""
    if by == "phenotype":
        return state.readings[0].phenotype
    found = _diplotype(state, gene)
    if found is None:
        return ""
    counted = parse_diplotype("/".join(counted_as.get(name, name) for name in found.names), gene)
    return str(counted) if isinstance(counted, Diplotype) else ""


def _diplotype(state: GeneState, gene: Gene) -> Diplotype | None:
    if not _settled(state) or not state.readings[0].diplotype:
        return None
    found = parse_diplotype(state.readings[0].diplotype, gene)
    return found if isinstance(found, Diplotype) else None
