"""What must hold for any patient: order, repeats, spelling and withdrawn results change nothing that they should not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cds_service.messages import messages
from cds_service.present import summary
from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import CAREFUL_FIRST, Assessment
from models.patient import GeneResult, Order, PatientProfile
from tests.support.shipped import shipped

KNOWLEDGE = shipped()
METABOLIC = {symbol: sorted(gene.alleles) for symbol, gene in KNOWLEDGE.genes.items() if gene.method != "presence"}
DRUGS = sorted(KNOWLEDGE.guidelines)


@st.composite
def result(draw: st.DrawFn, number: int = 0) -> GeneResult:
    gene = draw(st.sampled_from(sorted(METABOLIC)))
    one, other = draw(st.sampled_from(METABOLIC[gene])), draw(st.sampled_from(METABOLIC[gene]))
    return GeneResult(Concept(text=gene), f"Observation/{draw(st.integers(0, 9))}{number}", diplotypes=(f"{one}/{other}",))


PATIENTS = st.builds(
    lambda results, drugs: PatientProfile(
        date(2026, 11, 25),
        genotypes=tuple({r.gene.text: r for r in results}.values()),
        orders=tuple(
            Order(f"MedicationRequest/{d}", Concept((Code(RXNORM, d),)), origin=f"MedicationRequest/{d}") for d in dict.fromkeys(drugs)
        ),
    ),
    st.lists(result(), max_size=5),
    st.lists(st.sampled_from(DRUGS), min_size=1, max_size=3),
)
PRESENCE = {symbol: sorted(gene.alleles) for symbol, gene in KNOWLEDGE.genes.items() if gene.method == "presence"}


@st.composite
def any_result(draw: st.DrawFn, number: int) -> GeneResult:
    """A genotype, a phenotype in words or a presence test; several of one gene may agree or contradict each other."""
    gene = draw(st.sampled_from(sorted(KNOWLEDGE.genes)))
    origin, dated = f"Observation/{number}", draw(st.sampled_from(("", "2018-03", "2024-03-01")))
    if gene in PRESENCE:
        allele = f"{gene}{draw(st.sampled_from(PRESENCE[gene]))}"
        return GeneResult(Concept(text=gene), origin, presence_of=allele, present=draw(st.booleans()), effective=dated)
    if draw(st.booleans()):
        return GeneResult(Concept(text=gene), origin, phenotype=draw(st.sampled_from(KNOWLEDGE.genes[gene].phenotypes)), effective=dated)
    pair = "/".join(draw(st.sampled_from(METABOLIC[gene])) for _ in range(2))
    return GeneResult(Concept(text=gene), origin, diplotypes=(pair,), effective=dated)


def an_order(drug: str) -> Order:
    return Order(f"MedicationRequest/{drug}", Concept((Code(RXNORM, drug),)), origin=f"MedicationRequest/{drug}")


@st.composite
def any_patient(draw: st.DrawFn) -> PatientProfile:
    results = tuple(draw(any_result(number)) for number in range(draw(st.integers(0, 6))))
    drugs = draw(st.lists(st.sampled_from(DRUGS), min_size=1, max_size=3, unique=True))
    born = draw(st.sampled_from(("", "1970-01-01", "2009", "2018-05")))
    return PatientProfile(date(2026, 11, 25), birth_date=born, genotypes=results, orders=tuple(map(an_order, drugs)))


MANY = settings(max_examples=150, deadline=None)
SOME = settings(max_examples=60, deadline=None)
QUIET_TO_LOUD = ("", "info", "warning", "critical")


def said(found: Assessment) -> set[tuple[str, str, str, str]]:
    return {(f.drug.name, f.urgency, f.kind, f.topic) for f in found.findings}


def answer(patient: PatientProfile) -> Assessment:
    return assess_orders(patient, KNOWLEDGE)


@MANY
@given(PATIENTS, st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing(patient: PatientProfile, random: object) -> None:
    several = [*patient.genotypes, *patient.genotypes]
    random.shuffle(several)  # type: ignore[attr-defined]
    assert said(answer(replace(patient, genotypes=tuple(several)))) == said(answer(patient))


@MANY
@given(PATIENTS)
def test_an_unrelated_result_changes_no_finding(patient: PatientProfile) -> None:
    other = GeneResult(Concept(text="BRCA1"), "Observation/x", diplotypes=("a/b",))
    assert said(answer(replace(patient, genotypes=(*patient.genotypes, other)))) == said(answer(patient))


@MANY
@given(PATIENTS)
def test_a_reversed_diplotype_with_the_gene_before_it_is_the_same(patient: PatientProfile) -> None:
    def reversed_(r: GeneResult) -> GeneResult:
        one, _, other = r.diplotypes[0].partition("/")
        return replace(r, diplotypes=(f"{r.gene.text} {other}/{one}",))

    assert said(answer(replace(patient, genotypes=tuple(map(reversed_, patient.genotypes))))) == said(answer(patient))


@MANY
@given(PATIENTS)
def test_date_laboratory_and_source_do_not_change_the_topic(patient: PatientProfile) -> None:
    moved = tuple(replace(r, effective="1999-01-01", laboratory="Elsewhere", origin=r.origin + "9") for r in patient.genotypes)
    assert said(answer(replace(patient, genotypes=moved))) == said(answer(patient))


@MANY
@given(PATIENTS)
def test_a_result_that_cannot_be_used_is_as_none_and_claims_no_check(patient: PatientProfile) -> None:
    for status in ("preliminary", "unknown"):
        unusable = tuple(replace(r, status=status) for r in patient.genotypes)
        found = answer(replace(patient, genotypes=unusable))
        assert {f.kind for f in found.findings} <= {"pre-test", "not-checked"}
        assert not {c.outcome for c in found.checked if not c.subject.endswith("label")} & {"fired", "silent"}


@MANY
@given(PATIENTS)
def test_every_finding_can_be_shown_and_believed(patient: PatientProfile) -> None:
    assert_believable(patient)


def assert_believable(patient: PatientProfile) -> None:
    """Evidence, topic, length, order and coverage of all that is said to one patient."""
    found = answer(patient)
    for finding in found.findings:
        assert finding.evidence and all(e.version and e.url.startswith("https://") for e in finding.evidence)
        assert re.fullmatch("[0-9a-f]{24}", finding.topic)
        assert len(summary(finding, messages())) < 140
        loud = [CAREFUL_FIRST.index(r.action) for r in finding.recommendations if r.action not in ("standard", "no_recommendation")]
        assert loud == sorted(loud)
        assert finding.urgency != "critical" or finding.kind == "drug-gene"
    subjects = {c.subject for c in found.checked}
    for order in patient.orders:
        guideline = KNOWLEDGE.guidelines[order.medication.codings[0].code][0]
        assert {f"{guideline.drug.name}–{gene}" for gene in guideline.keys} <= subjects


@SOME
@given(any_patient(), st.randoms(use_true_random=False))
def test_order_and_repeats_change_nothing_of_contradicting_results_either(patient: PatientProfile, random: object) -> None:
    several = [*patient.genotypes, *patient.genotypes]
    random.shuffle(several)  # type: ignore[attr-defined]
    moved = answer(replace(patient, genotypes=tuple(several)))
    assert said(moved) == said(answer(patient))
    assert {(c.subject, c.outcome) for c in moved.checked} == {(c.subject, c.outcome) for c in answer(patient).checked}


@SOME
@given(any_patient(), st.data())
def test_entered_in_error_equals_removal(patient: PatientProfile, data: st.DataObject) -> None:
    withdrawn = data.draw(st.sets(st.sampled_from(range(len(patient.genotypes)))) if patient.genotypes else st.just(set()))
    marked = tuple(replace(r, status="entered-in-error") if i in withdrawn else r for i, r in enumerate(patient.genotypes))
    without = tuple(r for i, r in enumerate(patient.genotypes) if i not in withdrawn)
    one, other = answer(replace(patient, genotypes=marked)), answer(replace(patient, genotypes=without))
    assert said(one) == said(other)
    assert [(c.subject, c.outcome) for c in one.checked] == [(c.subject, c.outcome) for c in other.checked]


@SOME
@given(any_patient(), st.sampled_from(sorted(KNOWLEDGE.genes)))
def test_without_its_result_no_gene_is_called_checked(patient: PatientProfile, gene: str) -> None:
    found = answer(replace(patient, genotypes=tuple(r for r in patient.genotypes if r.gene.text != gene)))
    own = [c for c in found.checked if c.subject.endswith(f"–{gene}") and "route" not in c.because]
    assert not {c.outcome for c in own} & {"fired", "silent"}
    told = {g.subject for g in found.gaps}
    assert {c.subject for c in own} <= told
    assert all(g.missing for f in found.findings for g in f.genes if g.gene == gene)


@SOME
@given(any_patient())
def test_every_finding_of_any_patient_can_be_shown_and_believed(patient: PatientProfile) -> None:
    assert_believable(patient)


@SOME
@given(any_patient())
def test_laboratory_and_source_do_not_change_the_topic_of_any_patient(patient: PatientProfile) -> None:
    moved = tuple(replace(r, laboratory="Elsewhere", origin=f"Observation/x{i}") for i, r in enumerate(patient.genotypes))
    assert said(answer(replace(patient, genotypes=moved))) == said(answer(patient))


@SOME
@given(any_patient())
def test_contradicting_or_differing_results_never_offer_a_removal(patient: PatientProfile) -> None:
    for finding in answer(patient).findings:
        if finding.kind == "conflict":
            assert not finding.removable and finding.urgency != "critical"
        if finding.removable:
            assert finding.recommendations[0].action == "alternative"


SCORED = {
    symbol: [(name, allele.activity) for name, allele in sorted(KNOWLEDGE.genes[symbol].alleles.items()) if allele.activity is not None]
    for symbol in ("DPYD", "CYP2C9")
}


@pytest.mark.parametrize(("drug", "gene"), [("4492", "DPYD"), ("194000", "DPYD"), ("8183", "CYP2C9"), ("72236", "CYP2C9")])
@SOME
@given(st.data())
def test_less_activity_never_yields_a_quieter_card(drug: str, gene: str, data: st.DataObject) -> None:
    """Fluorouracil and capecitabine; phenytoin and fosphenytoin where HLA-B*15:02 is negative."""
    alleles = st.sampled_from(SCORED[gene])
    (a, less_one), (b, less_other), (c, more_one), (d, more_other) = (data.draw(alleles) for _ in range(4))
    assume(less_one + less_other <= more_one + more_other)
    negative = GeneResult(Concept(text="HLA-B"), "Observation/hla", presence_of="HLA-B*15:02", present=False)

    def loudness(pair: str) -> int:
        own = GeneResult(Concept(text=gene), "Observation/1", diplotypes=(pair,))
        patient = PatientProfile(date(2026, 11, 25), genotypes=(own, negative), orders=(an_order(drug),))
        return max((QUIET_TO_LOUD.index(f.urgency) for f in answer(patient).findings), default=0)

    assert loudness(f"{a}/{b}") >= loudness(f"{c}/{d}")
