"""What must hold for any patient: order, repeats, spelling and withdrawn results change nothing that they should not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.messages import messages
from cds_service.present import summary
from models.codes import RXNORM, Code, Concept
from models.decisions.assess import assess_orders
from models.finding import CAREFUL_FIRST, Assessment
from models.knowledge.load import load
from models.patient import GeneResult, Order, PatientProfile

KNOWLEDGE = load()
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
MANY = settings(max_examples=150, deadline=None)


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
    found = answer(patient)
    for finding in found.findings:
        assert finding.evidence and all(e.version and e.url.startswith("https://") for e in finding.evidence)
        assert len(finding.topic) == 24 and finding.topic.isalnum()
        assert len(summary(finding, messages())) < 140
        loud = [CAREFUL_FIRST.index(r.action) for r in finding.recommendations if r.action not in ("standard", "no_recommendation")]
        assert loud == sorted(loud)
        assert finding.urgency != "critical" or finding.kind == "drug-gene"
    subjects = {c.subject for c in found.checked}
    for order in patient.orders:
        guideline = KNOWLEDGE.guidelines[order.medication.codings[0].code][0]
        assert {f"{guideline.drug.name}–{gene}" for gene in guideline.keys} <= subjects
