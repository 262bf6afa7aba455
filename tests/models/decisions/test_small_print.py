"""What stands beside the advice: reasons of gaps, order and merging of recommendations, what readings share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from models.codes import HGNC, RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.decisions.merge import one_finding
from models.features.age import age
from models.features.gene_names import by_gene
from models.features.gene_state import gene_state
from models.features.ingredients import ingredients
from models.features.population import age_undecided
from models.features.provenance import NOWHERE
from models.finding import Dose, Evidence, Finding
from models.knowledge.types import Knowledge, Population
from models.patient import Gap, GeneResult, Order, PatientProfile
from models.pharmacogenomics.findings import recommendations
from models.pharmacogenomics.rows import Applied
from tests.support.small_knowledge import guideline, row

AS_OF = date(2026, 11, 25)


def order(*codes: str) -> Order:
    return Order("MedicationRequest/1", Concept(tuple(Code(RXNORM, code) for code in codes)), origin="MedicationRequest/1")


def finding(knowledge: Knowledge, drug: str, *results: GeneResult) -> Finding:
    [found] = assess_orders(PatientProfile(AS_OF, genotypes=results, orders=(order(drug),)), knowledge).findings
    return found


def result(gene: str, number: int = 1, **members: object) -> GeneResult:
    return GeneResult(Concept(text=gene), f"Observation/{number}", **members)  # type: ignore[arg-type]


def test_a_result_of_an_unknown_gene_is_told_in_the_assessment(knowledge: Knowledge) -> None:
    patient = PatientProfile(AS_OF, genotypes=(result("BRCA1", diplotypes=("a/b",)),), orders=(order("32968"),))
    assert ("BRCA1", "not_understood") in {(g.subject, g.reason) for g in assess_orders(patient, knowledge).gaps}


def test_a_result_of_two_genes_says_so(knowledge: Knowledge) -> None:
    both = GeneResult(Concept((Code(HGNC, "HGNC:2621"), Code(HGNC, "HGNC:2625"))), "Observation/1")
    _, gaps = by_gene([both], knowledge.genes)
    assert gaps == (Gap("CYP2C19 / CYP2D6", "not_understood", "one result names several genes", "Observation/1"),)


def test_codes_of_two_medicines_say_so(knowledge: Knowledge) -> None:
    read = ingredients(order("32968", "2670"), knowledge.drugs)
    assert [(g.reason, g.because) for g in read.gaps] == [("conflict", "its codes mean different medicines")]


def test_a_state_without_results_claims_no_provenance(knowledge: Knowledge) -> None:
    state = gene_state(knowledge.genes["CYP2C19"], (), complete=True)
    assert (state.provenance, NOWHERE.amended, NOWHERE.by_words, NOWHERE.sources) == (NOWHERE, False, False, ())


def test_spellings_of_one_result_that_differ_say_so(knowledge: Knowledge) -> None:
    state = gene_state(knowledge.genes["CYP2C19"], [result("CYP2C19", diplotypes=("*1/*1", "*2/*2"))], complete=True)
    assert (state.missing, state.because) == ("conflict", "code and words of one result give different diplotypes")


def test_only_results_without_any_code_rest_on_words(knowledge: Knowledge) -> None:
    words = result("CYP2C19", diplotypes=("*2/*2",), text_only=True, status="amended", laboratory="North Lab", effective="2024-03-01T10:00")
    coded = replace(words, gene=Concept((Code(HGNC, "HGNC:2621"),)), origin="Observation/2", status="final", effective="2020")
    gene = knowledge.genes["CYP2C19"]
    found = gene_state(gene, [words], complete=True).provenance
    assert (found.by_words, found.amended, found.laboratory, found.as_of) == (True, True, "North Lab", "2024-03-01")
    both = gene_state(gene, [words, coded], complete=True).provenance
    assert (both.by_words, both.amended, both.sources) == (False, True, ("Observation/1", "Observation/2"))


def test_readings_of_one_phenotype_share_it_and_contradicting_ones_share_nothing(knowledge: Knowledge) -> None:
    [open_score] = finding(knowledge, "41493", result("CYP2C9", phenotype="Intermediate Metabolizer")).genes
    assert (open_score.phenotype, open_score.diplotype, open_score.activity_score) == ("Intermediate Metabolizer", "", "")
    two = [result("CYP2C19", n, diplotypes=(pair,)) for n, pair in enumerate(("*1/*1", "*2/*2"))]
    [contradicting] = finding(knowledge, "32968", *two).genes
    assert (contradicting.phenotype, contradicting.diplotype) == ("", "")


@pytest.mark.parametrize(
    ("born", "known_only", "undecided"),
    [("2014", True, True), ("", True, True), ("2021-01-01", True, False), ("1980-01-01", True, False), ("2014", False, False)],
)
def test_an_age_is_undecided_only_where_a_group_hangs_on_it(born: str, known_only: bool, undecided: bool) -> None:
    children = Population("children", "under 12 years", age_below=12, unless_known=not known_only)
    assert age_undecided(replace(guideline(), populations=(children,)), age(born, AS_OF)) is undecided


def test_a_group_without_an_age_never_waits_for_one() -> None:
    exposed = Population("exposed", "took it before", unless_known=False)
    assert not age_undecided(replace(guideline(), populations=(exposed,)), None)


def test_of_one_action_the_stronger_advice_comes_first_and_silence_last() -> None:
    strengths = ["n/a", "Association", "Optional", "Moderate", "Label dose", "Strong", "Contraindicated"]
    rows = [replace(row({}, "dose_change", message=s), classification=s) for s in strengths]
    rows += [row({}, "standard", message="silent"), replace(row({}, "alternative", message="switch"), classification="Optional")]
    applied = [Applied(Population("general", "any"), {}, r, None) for r in rows]
    said = [r.message for r in recommendations(guideline(), applied, {"20": guideline().drug})]
    assert said == ["switch", "Contraindicated", "Strong", "Label dose", "Moderate", "Optional", "Association", "n/a", "silent"]


def test_fault_E45_findings_on_one_drug_are_told_on_one_card_with_everything_of_both(knowledge: Knowledge) -> None:
    loud = finding(knowledge, "32968", result("CYP2C19", diplotypes=("*2/*2",)))
    quiet = replace(
        finding(knowledge, "32968", result("CYP2C19", diplotypes=("*1/*2",))),
        evidence=(Evidence("Other body", "2", "https://example.org"),),
        notes=("derived",),
        gaps=(Gap("CYP2C19", "unknown_allele", "an allele"),),
    )
    loud = replace(loud, notes=("results-conflict",), gaps=(Gap("CYP2C19", "not_understood", "a term"),))
    for several in ((loud, quiet), (quiet, loud)):
        merged = one_finding(several)
        assert merged.urgency == loud.urgency
        assert merged.recommendations == (*loud.recommendations, *quiet.recommendations)
        assert (merged.genes, merged.evidence) == ((*loud.genes, *quiet.genes), (*loud.evidence, *quiet.evidence))
        assert (merged.notes, merged.gaps) == ((*loud.notes, *quiet.notes), (*loud.gaps, *quiet.gaps))
        assert not merged.removable


def said_by(found: Finding, body: str, dose: Dose | None = None) -> Finding:
    """The same finding as another body would make it, with this dose."""
    return replace(found, recommendations=tuple(replace(said, source=body, dose=dose) for said in found.recommendations))


def test_fault_E46_among_equals_cpic_leads_and_a_louder_label_leads_all_the_same(knowledge: Knowledge) -> None:
    cpic = finding(knowledge, "32968", result("CYP2C19", diplotypes=("*2/*2",)))
    label = said_by(cpic, "Another body")
    for several in ((cpic, label), (label, cpic)):
        assert list(dict.fromkeys(said.source for said in one_finding(several).recommendations)) == ["CPIC", "Another body"]
    louder = replace(label, urgency="critical")
    for several in ((cpic, louder), (louder, cpic)):
        merged = one_finding(several)
        assert list(dict.fromkeys(said.source for said in merged.recommendations)) == ["Another body", "CPIC"]
        assert merged.urgency == "critical"


def test_a_highest_dose_does_not_contradict_that_the_order_should_go(knowledge: Knowledge) -> None:
    cpic = finding(knowledge, "32968", result("CYP2C19", diplotypes=("*2/*2",)))
    assert cpic.removable
    kept = replace(cpic, removable=False)
    most, exact = Dose(None, 20.0, "mg/d", "daily dose"), Dose(10.0, 20.0, "mg/d", "daily dose")
    assert one_finding((cpic, said_by(kept, "FDA", most))).removable
    assert not one_finding((cpic, said_by(kept, "FDA", exact))).removable
    assert not one_finding((cpic, said_by(kept, "FDA"))).removable
    assert not one_finding((said_by(kept, "CPIC", most), said_by(kept, "FDA", most))).removable
