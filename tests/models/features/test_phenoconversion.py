"""What modulators leave of a genotype: strength, wash-out, routes, products made to inhibit, ranges."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import Concept
from models.features.gene_state import GeneState, gene_state
from models.features.phenoconversion import Taken, converted, modulating
from models.knowledge.types import Knowledge
from models.patient import GeneResult

AS_OF = date(2026, 11, 25)
FLUCONAZOLE, FELBAMATE, RIFAMPIN, EFAVIRENZ, AMIODARONE = "4450", "24812", "9384", "195085", "703"
PAROXETINE, FLUOXETINE, DULOXETINE, QUINIDINE, DEXTROMETHORPHAN, TERBINAFINE = "32937", "4493", "72625", "9068", "3289", "37801"


def takes(rxnorm: str, *, active: bool = True, ended: str = "", route: str = "", beside: tuple[str, ...] = ()) -> Taken:
    return Taken(rxnorm, frozenset(beside), route, active, ended)


def counted(knowledge: Knowledge, *medicines: Taken, ordered: str = "2670") -> list[str]:
    return [i.drug.name for i in modulating(medicines, knowledge.modulators["CYP2D6"], ordered, AS_OF)]


def test_the_strongest_comes_first_and_each_once(knowledge: Knowledge) -> None:
    assert counted(knowledge, takes(DULOXETINE), takes(PAROXETINE), takes(PAROXETINE)) == ["paroxetine", "duloxetine"]


def test_the_ordered_drug_never_counts_against_itself(knowledge: Knowledge) -> None:
    assert counted(knowledge, takes(PAROXETINE), ordered=PAROXETINE) == []


def test_a_product_made_to_inhibit_does_not_count(knowledge: Knowledge) -> None:
    assert counted(knowledge, takes(QUINIDINE, beside=(DEXTROMETHORPHAN,))) == []
    assert counted(knowledge, takes(QUINIDINE)) == ["quinidine"]


def test_a_topical_medicine_does_not_count(knowledge: Knowledge) -> None:
    assert counted(knowledge, takes(TERBINAFINE, route="TOPICAL")) == []
    assert counted(knowledge, takes(TERBINAFINE, route="ORAL")) == ["terbinafine"]


@pytest.mark.parametrize(
    ("rxnorm", "ended", "counts"),
    [
        (FLUOXETINE, "2026-10-21", True),
        (FLUOXETINE, "2026-10-20", False),
        (PAROXETINE, "2026-11-18", True),
        (PAROXETINE, "2026-11-17", False),
        (PAROXETINE, "", False),
        (PAROXETINE, "2026-11", False),
    ],
)
def test_a_stopped_medicine_counts_until_it_is_washed_out(knowledge: Knowledge, rxnorm: str, ended: str, counts: bool) -> None:
    assert bool(counted(knowledge, takes(rxnorm, active=False, ended=ended))) is counts


@pytest.mark.parametrize(
    ("diplotype", "modulator", "left"),
    [
        ("*1/*1", PAROXETINE, {("Poor Metabolizer", "0.0")}),
        ("*1/*1", DULOXETINE, {("Intermediate Metabolizer", "1.0")}),
        ("*1/*41", DULOXETINE, {("Intermediate Metabolizer", "0.5")}),
        ("*1/*1x≥3", DULOXETINE, {("Normal Metabolizer", "2.0"), ("Normal Metabolizer", "2.25"), ("Ultrarapid Metabolizer", "≥2.5")}),
        ("*1x5/*1", DULOXETINE, {("Ultrarapid Metabolizer", "3.0")}),
        ("*1x7/*1", DULOXETINE, {("Ultrarapid Metabolizer", "4.0")}),
        ("*1/*22", PAROXETINE, {("Poor Metabolizer", "0.0")}),
    ],
)
def test_fault_E42_what_is_left(knowledge: Knowledge, diplotype: str, modulator: str, left: set[tuple[str, str]]) -> None:
    gene = knowledge.genes["CYP2D6"]
    state = gene_state(gene, [GeneResult(Concept(text="CYP2D6"), "Observation/1", diplotypes=(diplotype,))], True)
    modulators = knowledge.modulators["CYP2D6"]
    after = converted(gene, state, modulators, modulating([takes(modulator)], modulators, "2670", AS_OF))
    assert {(r.phenotype, r.activity_score) for r in after.readings} == left
    assert after.genetic == state.readings


@pytest.mark.parametrize(("diplotype", "modulator"), [("*4/*4", PAROXETINE), ("*10/*4", DULOXETINE), ("*1/*22", DULOXETINE)])
def test_what_cannot_change_stays_as_measured(knowledge: Knowledge, diplotype: str, modulator: str) -> None:
    gene = knowledge.genes["CYP2D6"]
    state = gene_state(gene, [GeneResult(Concept(text="CYP2D6"), "Observation/1", diplotypes=(diplotype,))], True)
    modulators = knowledge.modulators["CYP2D6"]
    assert converted(gene, state, modulators, modulating([takes(modulator)], modulators, "2670", AS_OF)) is state


def under(knowledge: Knowledge, symbol: str, diplotype: str, *medicines: str) -> GeneState:
    """The gene's state while these medicines (RxNorm ids) are taken."""
    gene, modulators = knowledge.genes[symbol], knowledge.modulators[symbol]
    state = gene_state(gene, [GeneResult(Concept(text=symbol), "Observation/1", diplotypes=(diplotype,))], True)
    return converted(gene, state, modulators, modulating([takes(m) for m in medicines], modulators, "32968", AS_OF))


@pytest.mark.parametrize(
    ("diplotype", "medicine", "left"),
    [
        ("*1/*17", FLUCONAZOLE, "Poor Metabolizer"),
        ("*1/*12", FLUCONAZOLE, "Poor Metabolizer"),
        ("*1/*1", FELBAMATE, "Intermediate Metabolizer"),
        ("*17/*17", FELBAMATE, "Normal Metabolizer"),
        ("*1/*2", FELBAMATE, "Poor Metabolizer"),
        ("*1/*2", RIFAMPIN, "Normal Metabolizer"),
        ("*1/*1", RIFAMPIN, "Rapid Metabolizer"),
    ],
)
def test_a_phenotype_moves_as_the_file_says_and_is_a_prediction(knowledge: Knowledge, diplotype: str, medicine: str, left: str) -> None:
    state = under(knowledge, "CYP2C19", diplotype, medicine)
    assert [r.phenotype for r in state.readings] == [left]
    assert state.predicted
    assert [r.diplotype for r in state.genetic] == [diplotype]


@pytest.mark.parametrize(
    ("symbol", "diplotype", "medicines", "mentioned"),
    [
        ("CYP2C19", "*2/*2", (FLUCONAZOLE,), []),
        ("CYP2C19", "*2/*2", (RIFAMPIN,), []),
        ("CYP2C19", "*1/*12", (FELBAMATE,), []),
        ("CYP2C19", "*1/*1", (FLUCONAZOLE, RIFAMPIN), ["fluconazole", "rifampin"]),
        ("CYP2C19", "*1/*1", (EFAVIRENZ,), ["efavirenz"]),
        ("CYP2C9", "*1/*3", (AMIODARONE,), ["amiodarone"]),
        ("CYP2B6", "*1/*6", (RIFAMPIN,), ["rifampin"]),
    ],
)
def test_fault_E42_what_is_not_counted_is_told(
    knowledge: Knowledge, symbol: str, diplotype: str, medicines: tuple[str, ...], mentioned: list[str]
) -> None:
    state = under(knowledge, symbol, diplotype, *medicines)
    assert not state.genetic
    assert not state.predicted
    assert [m.drug.name for m in state.mentioned] == mentioned
