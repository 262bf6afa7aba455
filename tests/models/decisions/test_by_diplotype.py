"""A guideline that lists single diplotypes, whatever its gene: other genotypes are gaps, and no other medicine changes the alleles."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import Assessment
from models.knowledge.types import Guideline, Knowledge
from models.patient import GeneResult, Medication, Order, PatientProfile
from models.pharmacogenomics.rows import usual_key
from tests.support.small_knowledge import row

CODEINE, PAROXETINE = "2670", "32937"


def listing(knowledge: Knowledge, **changed: Any) -> Knowledge:
    """Codeine by two CYP2D6 diplotypes, a gene whose score other medicines lower."""
    whole = next(g for g in knowledge.guidelines[CODEINE] if g.source.body == "CPIC")
    rows = (
        replace(row({"CYP2D6": ("*4/*4",)}, "dose_change", "serious", "usual-dose"), populations=("general",)),
        row({"CYP2D6": ("*1/*1", "*1/*4")}),
    )
    keys = {"CYP2D6": "diplotype"}
    made: Guideline = replace(whole, keys=keys, rows=rows, others="gap", populations=whole.populations[:1], must_test=False)
    made = replace(made, populations=(replace(made.populations[0], id="general"),), **changed)
    return replace(knowledge, guidelines={CODEINE: (made,)})


def assess(knowledge: Knowledge, *diplotypes: str, takes: tuple[str, ...] = (), **members: Any) -> Assessment:
    order = Order("MedicationRequest/1", Concept((Code(RXNORM, CODEINE),)), origin="MedicationRequest/1")
    found = tuple(GeneResult(Concept(text="CYP2D6"), f"Observation/{d}", diplotypes=(d,)) for d in diplotypes)
    if members:
        found += (GeneResult(Concept(text="CYP2D6"), "Observation/words", **members),)
    medicines = tuple(Medication(Concept((Code(RXNORM, code),))) for code in takes)
    return assess_orders(PatientProfile(date(2026, 11, 26), genotypes=found, orders=(order,), medications=medicines), knowledge)


def gaps(found: Assessment) -> list[str]:
    return [gap.reason for gap in found.gaps if gap.subject == "codeine–CYP2D6"]


def test_a_listed_diplotype_speaks(knowledge: Knowledge) -> None:
    (finding,) = assess(listing(knowledge), "*4/*4").findings
    assert (finding.recommendations[0].lookup, finding.urgency) == ({"CYP2D6": "*4/*4"}, "warning")


@pytest.mark.parametrize("diplotype", ["*1/*2", "*4/*5", "*1x2/*4", "*4/*4x2"])
def test_any_other_is_a_gap_even_where_its_phenotype_is_that_of_a_listed_one(diplotype: str, knowledge: Knowledge) -> None:
    found = assess(listing(knowledge), diplotype)
    assert (found.findings, gaps(found)) == ((), ["out_of_range"])
    assert [c.outcome for c in found.checked] == ["out_of_range"]


def test_where_a_test_must_be_made_it_is_told_on_a_card(knowledge: Knowledge) -> None:
    found = assess(listing(knowledge, must_test=True), "*1/*2")
    (finding,) = found.findings
    assert (finding.kind, finding.urgency, finding.recommendations[0].message) == ("not-checked", "info", "result-not-covered")
    assert finding.genes[0].diplotype == "*1/*2"
    assert gaps(found) == ["out_of_range"]


def test_a_phenotype_in_words_names_no_alleles(knowledge: Knowledge) -> None:
    found = assess(listing(knowledge), phenotype="Poor Metabolizer", phenotype_text="PM")
    assert (found.findings, gaps(found)) == ((), ["out_of_range"])
    (finding,) = assess(listing(knowledge, must_test=True), phenotype="Poor Metabolizer", phenotype_text="PM").findings
    assert finding.recommendations[0].lookup == {"CYP2D6": "n/a"}
    assert finding.genes[0].phenotype == "Poor Metabolizer"


def test_a_gap_beside_a_row_that_speaks_is_told(knowledge: Knowledge) -> None:
    found = assess(listing(knowledge), "*4/*4", "*1/*2")
    (finding,) = found.findings
    assert (finding.kind, finding.urgency, finding.removable) == ("conflict", "warning", False)
    assert [said.lookup["CYP2D6"] for said in finding.recommendations] == ["*4/*4", "*1/*2"]
    assert gaps(found) == ["out_of_range"]


@pytest.mark.parametrize(("diplotype", "cards"), [("*4/*4", 1), ("*1/*1", 0)])
def test_another_medicine_does_not_change_which_alleles_there_are(diplotype: str, cards: int, knowledge: Knowledge) -> None:
    found = assess(listing(knowledge), diplotype, takes=(PAROXETINE,))
    assert (len(found.findings), gaps(found)) == (cards, [])
    assert all("phenoconverted" not in finding.notes for finding in found.findings)


def test_the_usual_patient_has_two_reference_alleles(knowledge: Knowledge) -> None:
    assert usual_key(knowledge.genes["CYP2C9"], "diplotype") == "*1/*1"
    assert usual_key(knowledge.genes["DPYD"], "diplotype") == "Reference/Reference"
