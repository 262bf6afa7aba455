"""What inhibitors leave of a genotype: strength, wash-out, routes, products made to inhibit, ranges."""

from __future__ import annotations

from datetime import date

import pytest

from models.codes import Concept
from models.features.gene_state import gene_state
from models.features.phenoconversion import Taken, converted, inhibiting
from models.knowledge.types import Knowledge
from models.patient import GeneResult

AS_OF = date(2026, 11, 25)
PAROXETINE, FLUOXETINE, DULOXETINE, QUINIDINE, DEXTROMETHORPHAN, TERBINAFINE = "32937", "4493", "72625", "9068", "3289", "37801"


def takes(rxnorm: str, *, active: bool = True, ended: str = "", route: str = "", beside: tuple[str, ...] = ()) -> Taken:
    return Taken(rxnorm, frozenset(beside), route, active, ended)


def counted(knowledge: Knowledge, *medicines: Taken, ordered: str = "2670") -> list[str]:
    return [i.drug.name for i in inhibiting(medicines, knowledge.inhibitors["CYP2D6"], ordered, AS_OF)]


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
    ("diplotype", "inhibitor", "left"),
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
def test_what_is_left(knowledge: Knowledge, diplotype: str, inhibitor: str, left: set[tuple[str, str]]) -> None:
    gene = knowledge.genes["CYP2D6"]
    state = gene_state(gene, [GeneResult(Concept(text="CYP2D6"), "Observation/1", diplotypes=(diplotype,))], True)
    after = converted(gene, state, inhibiting([takes(inhibitor)], knowledge.inhibitors["CYP2D6"], "2670", AS_OF))
    assert {(r.phenotype, r.activity_score) for r in after.readings} == left
    assert after.genetic == state.readings


@pytest.mark.parametrize(("diplotype", "inhibitor"), [("*4/*4", PAROXETINE), ("*10/*4", DULOXETINE), ("*1/*22", DULOXETINE)])
def test_what_cannot_change_stays_as_measured(knowledge: Knowledge, diplotype: str, inhibitor: str) -> None:
    gene = knowledge.genes["CYP2D6"]
    state = gene_state(gene, [GeneResult(Concept(text="CYP2D6"), "Observation/1", diplotypes=(diplotype,))], True)
    assert converted(gene, state, inhibiting([takes(inhibitor)], knowledge.inhibitors["CYP2D6"], "2670", AS_OF)) is state
