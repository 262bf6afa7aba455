"""Single variants in a chart: what they make, what they contradict, and what they never make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from models.codes import HGNC, Code, Concept
from models.decisions.assess import assess_orders
from models.features.chart import state_from_chart
from models.features.chart_variants import AGAINST, NOTE, SINGLE, UNSAID
from models.features.gene_state import GeneState
from models.features.variant_alleles import NO_EFFECT, PHASE, ZYGOSITY, from_variants
from models.features.variant_sites import variants_by_gene
from models.finding import Finding
from models.knowledge.chart_evidence_check import GRAFTS
from models.knowledge.types import Knowledge
from models.patient import Condition, GeneResult, Order, PatientProfile
from models.variant import Place, Variant
from tests.support.cases import AS_OF, coded

DBSNP = "http://www.ncbi.nlm.nih.gov/projects/SNP"
DPD_2A, DPD_13 = "c.1905+1G>A (*2A)", "c.1679T>G (*13)"


def variant(gene: str = "", name: str = "", **more: Any) -> Variant:
    """`name`: a c. name, or an rsID."""
    known: dict[str, Any] = {"state": "present", "zygosity": "heterozygous", "source_class": "germline"}
    known["genes"] = (Concept(text=gene),) if gene else ()
    known |= {"ids": (Code(DBSNP, name),)} if name.startswith("rs") else {"coding": (name,)} if name else {}
    return Variant(**({"origin": "Observation/v"} | known | more))


def state(knowledge: Knowledge, gene: str, *variants: Variant, diplotype: str = "", **more: Any) -> GeneState:
    results = (GeneResult(Concept(text=gene), "Observation/g", diplotypes=(diplotype,)),) if diplotype else more.pop("results", ())
    chart = PatientProfile(AS_OF, genotypes=results, variants=variants, **more)
    return state_from_chart(knowledge.genes[gene], results, chart, knowledge)


def diplotypes(found: GeneState) -> list[str]:
    return [r.diplotype for r in found.readings]


@pytest.mark.parametrize(
    "given",
    [
        variant("DPYD", "c.1905+1G>A"),
        variant("DPYD", "NM_000110.4:c.1905+1G>A"),
        variant("DPYD", "NM_000110.3(DPYD):c.1905+1G>A"),
        variant("DPYD", "rs3918290"),
        variant("", "rs3918290"),
        variant("DPYD", "rs3918290", place=Place(ref="G", alt="A")),
        variant("", ids=(Code("", "NC_000001.11:97450057:C:T"),)),
        variant("", genomic=("NC_000001.11:g.97450058C>T",)),
        variant("", genomic=("NC_000001.10:g.97915614C>T",)),
        variant("", place=Place(build="GRCh38", chromosome="chr1", start=97450058, counts_from=1, ref="C", alt="T")),
        variant("", place=Place(build="GRCh38", chromosome="1", start=97450057, counts_from=0, ref="C", alt="T")),
        variant("DPYD", genomic=("NM_000110.4:c.1905+1G>A",)),
        variant(genes=(Concept((Code(HGNC, "HGNC:3012", "DPYD"),)),), coding=("c.1905+1G>A",)),
    ],
)
def test_one_variant_by_each_of_its_names_stands_beside_the_reference(given: Variant, knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", given)
    assert diplotypes(found) == [f"Reference/{DPD_2A}"]
    assert (found.missing, found.notes, found.provenance.sources) == ("", (NOTE,), ("Observation/v",))
    assert [d.because for d in found.doubts] == [SINGLE]
    assert [e.label for e in found.evidence] == ["CPIC and PharmVar, DPYD variants"]


@pytest.mark.parametrize(
    ("given", "because"),
    [
        (variant("DPYD", "NM_001160301.1:c.1905+1G>A"), NO_EFFECT),
        (variant("DPYD", "c.1905+1G>A", zygosity="hemizygous"), ZYGOSITY),
        (variant("DPYD", "rs3918290", place=Place(ref="C", alt="A")), NO_EFFECT),
        (variant("DPYD", place=Place(build="GRCh38", chromosome="1", start=97450058, ref="C", alt="T")), NO_EFFECT),
        (variant("DPYD", place=Place(build="GRCh38", chromosome="1", start=97450057, counts_from=1, ref="C", alt="T")), NO_EFFECT),
        (variant("DPYD", "rs3918290", place=Place(ref="C", alt="C")), NO_EFFECT),
        (variant("DPYD", "c.1905+1G>A", state="absent", zygosity=""), NO_EFFECT),
        (variant("DPYD", "c.1905+1G>A", state="reference", zygosity="homozygous"), NO_EFFECT),
        (variant("DPYD", "c.85T>C", zygosity="homozygous"), NO_EFFECT),
        (variant("RYR1", "rs118192160"), NO_EFFECT),
        (variant("MT-RNR1", genomic=("NC_001807.4:m.1555A>G",)), NO_EFFECT),
        (variant("RYR1", "c.14582G>A"), NO_EFFECT),
    ],
)
def test_what_settles_nothing_makes_no_result_and_is_not_called_untested(given: Variant, because: str, knowledge: Knowledge) -> None:
    found = state(knowledge, given.genes[0].text, given)
    assert (found.readings, found.missing, found.because) == ((), "not_callable", because)


def test_where_it_is_not_said_whether_one_or_both_have_it_both_are_told(knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A", zygosity=""))
    assert [(r.diplotype, r.phenotype) for r in found.readings] == [
        ("Reference/c.1905+1G>A (*2A)", "Intermediate Metabolizer"),
        ("c.1905+1G>A (*2A)/c.1905+1G>A (*2A)", "Poor Metabolizer"),
    ]
    assert ZYGOSITY in [gap.because for gap in found.gaps] and ZYGOSITY in [gap.because for gap in found.doubts]
    ryr1 = state(knowledge, "RYR1", variant("RYR1", "c.7300G>A", zygosity=""))
    assert {r.phenotype for r in ryr1.readings} == {"Malignant Hyperthermia Susceptibility"}
    assert ryr1.doubts == (), "one or both: it means the same"
    several = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A", zygosity=""), variant("DPYD", "c.2846A>T", origin="Observation/2"))
    assert (several.readings, several.because) == ((), ZYGOSITY)


def test_a_homozygous_variant_that_leaves_no_function_is_settled(knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A", zygosity="homozygous"))
    assert diplotypes(found) == [f"{DPD_2A}/{DPD_2A}"]
    assert found.doubts == ()
    decreased = state(knowledge, "DPYD", variant("DPYD", "c.2846A>T", zygosity="homozygous"))
    assert [d.because for d in decreased.doubts] == [SINGLE]


def test_two_variants_may_lie_on_one_chromosome_or_on_two(knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A"), variant("DPYD", "c.1679T>G", origin="Observation/w"))
    assert [r.activity_score for r in found.readings] == ["0.0", "1.0"] or [r.activity_score for r in found.readings] == ["1.0", "0.0"]
    assert found.certainty == "ambiguous"
    assert found.provenance.sources == ("Observation/v", "Observation/w")


@pytest.mark.parametrize(
    ("variants", "genotypes"),
    [
        ("c.1905+1G>A c.1679T>G c.2846A>T", "{13}/{2A} {13}/{2846} Reference/{13}"),
        ("c.1905+1G>A c.2846A>T=", "{2846}/{2A}"),
        ("c.1905+1G>A= c.2846A>T", "{2A}/{2A}"),
        ("c.1905+1G>A= c.2846A>T=", "{2A}/{2A}"),
        ("c.1905+1G>A c.1679T>G c.2846A>T=", "{13}/{2A} {13}/{2846}"),
        ("c.85T>C c.1905+1G>A", "Reference/{2A}"),
        ("c.85T>C? c.1905+1G>A", "Reference/{2A}"),
    ],
)
def test_several_variants_work_as_the_worst_on_each_chromosome(variants: str, genotypes: str, knowledge: Knowledge) -> None:
    """ "=" behind a name: on both chromosomes; "?": not said."""
    signs = {"=": "homozygous", "?": ""}
    given = [
        variant("DPYD", name.rstrip("=?"), zygosity=signs.get(name[-1], "heterozygous"), origin=f"Observation/{n}")
        for n, name in enumerate(variants.split())
    ]
    names = {"{13}": DPD_13, "{2A}": DPD_2A, "{2846}": "c.2846A>T"}
    expected = {tuple(sorted(names.get(part, part) for part in pair.split("/"))) for pair in genotypes.split()}
    assert {tuple(sorted(text.split("/"))) for text in diplotypes(state(knowledge, "DPYD", *given))} == expected


def test_effects_that_cannot_be_ranked_count_where_all_genotypes_mean_the_same(knowledge: Knowledge) -> None:
    gene = knowledge.genes["RYR1"]
    names = {a.function: a.name for a in gene.alleles.values() if a.function.startswith("Malignant")}.values()
    assert len(names) == 2  # the source spells the function in two ways
    found = state(knowledge, "RYR1", *(variant("RYR1", name, origin=f"Observation/{name}") for name in names))
    assert {r.phenotype for r in found.readings} == {"Malignant Hyperthermia Susceptibility"}
    assert len(found.readings) == 3


def test_where_it_matters_which_chromosome_has_them_nothing_is_settled(knowledge: Knowledge) -> None:
    gene = knowledge.genes["RYR1"]
    kinds = {a.function: a.name for a in gene.alleles.values() if a.function.startswith("Malignant")}
    other = replace(gene, pairs={**gene.pairs, tuple(sorted(kinds)): "another phenotype"})
    variants = [variant("RYR1", name, origin=f"Observation/{name}") for name in kinds.values()]
    made = from_variants(other, variants, knowledge)
    assert (made.results, [gap.because for gap in made.gaps]) == ((), [PHASE])


@pytest.mark.parametrize("other", ["m.663A>G", "m.1494C>T", "m.827A>G"])
def test_a_variant_of_unknown_effect_does_not_undo_a_known_one(other: str, knowledge: Knowledge) -> None:
    given = (variant("MT-RNR1", genomic=(name,), zygosity="", origin=f"Observation/{name}") for name in ("m.1555A>G", other))
    found = state(knowledge, "MT-RNR1", *given)
    assert [r.phenotype for r in found.readings] == ["increased risk of aminoglycoside-induced hearing loss"]


def test_a_part_of_an_allele_is_no_second_one(knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "rs75017182"), variant("DPYD", "c.1129-5923C>G"), variant("DPYD", "rs56038477"))
    assert diplotypes(found) == ["Reference/c.1129-5923C>G, c.1236G>A (HapB3)"]


def test_one_variant_told_in_two_ways_is_a_conflict(knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A"), variant("DPYD", "rs3918290", zygosity="homozygous"))
    assert found.missing == "conflict"


@pytest.mark.parametrize(
    "denied",
    [
        variant("DPYD", "rs3918290", state="absent", origin="Observation/w"),
        variant("DPYD", "c.1905+1G>A", state="reference", origin="Observation/w"),
        variant("", genomic=("NC_000001.10:g.97915614C>T",), state="absent", origin="Observation/w"),
        variant("DPYD", "rs3918290", place=Place(ref="C", alt="C"), origin="Observation/w"),
    ],
)
def test_a_variant_that_is_found_and_not_found_is_a_conflict(denied: Variant, knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A", zygosity="homozygous"), denied)
    assert (found.readings, found.missing) == ((), "conflict")


def test_where_it_is_not_said_to_be_inherited_it_is_a_doubt(knowledge: Knowledge) -> None:
    found = state(knowledge, "RYR1", variant("RYR1", "c.7304G>A", source_class=""))
    assert diplotypes(found) == ["Reference/c.7304G>A"]
    assert [d.because for d in found.doubts] == [UNSAID]


@pytest.mark.parametrize("name", ["c.295_298del", "c.295_298delTCAT", "rs72549309"])
def test_a_deletion_is_one_with_its_bases_or_without(name: str, knowledge: Knowledge) -> None:
    assert diplotypes(state(knowledge, "DPYD", variant("DPYD", name))) == ["Reference/c.295_298delTCAT (*7)"]


@pytest.mark.parametrize(
    ("gene", "given", "diplotype"),
    [
        ("VKORC1", variant("", "rs9923231"), "rs9923231 reference (C)/rs9923231 variant (T)"),
        ("VKORC1", variant("VKORC1", "NM_024006.6:c.-1639G>A"), "rs9923231 reference (C)/rs9923231 variant (T)"),
        ("ABCG2", variant("", "rs2231142", zygosity="homozygous"), "rs2231142 variant (T)/rs2231142 variant (T)"),
        ("IFNL3", variant("", "rs12979860"), "rs12979860 reference (C)/rs12979860 variant (T)"),
        ("SLCO1B1", variant("", "rs4149056"), "*1/rs4149056 C"),
        ("RYR1", variant("RYR1", "NM_000540.3:c.7304G>A"), "Reference/c.7304G>A"),
        ("CACNA1S", variant("CACNA1S", "rs772226819"), "Reference/c.520C>T"),
        ("MT-RNR1", variant("MT-RNR1", genomic=("m.1555A>G",), zygosity="homoplasmic"), "m.1555A>G"),
        ("MT-RNR1", variant("MT-RNR1", genomic=("NC_012920.1:g.1555A>G",), zygosity=""), "m.1555A>G"),
        ("MT-RNR1", variant("", ids=(Code("", "NC_012920.1:1554:A:G"),), zygosity=""), "m.1555A>G"),
    ],
)
def test_genes_whose_alleles_are_single_variants(gene: str, given: Variant, diplotype: str, knowledge: Knowledge) -> None:
    assert diplotypes(state(knowledge, gene, given)) == [diplotype]


def test_a_gene_of_one_position_is_known_whole(knowledge: Knowledge) -> None:
    found = state(knowledge, "VKORC1", variant("", "rs9923231"))
    assert (found.gaps, found.notes, found.doubts) == ((), (), ())


def test_one_variant_settles_what_no_other_can_change(knowledge: Knowledge) -> None:
    for given in (variant("RYR1", "c.7304G>A"), variant("", "rs9923231"), variant("MT-RNR1", genomic=("m.1555A>G",))):
        gene = given.genes[0].text if given.genes else "VKORC1"
        assert state(knowledge, gene, given).doubts == ()


def test_a_part_of_the_mitochondria_is_not_the_patient(knowledge: Knowledge) -> None:
    found = state(knowledge, "MT-RNR1", variant("MT-RNR1", genomic=("m.1555A>G",), zygosity="heteroplasmic"))
    assert found.missing == "not_callable"


@pytest.mark.parametrize("gene", ["CYP2C19", "CYP2D6", "TPMT", "NUDT15", "CYP2B6", "UGT1A1", "NAT2", "CYP3A5", "G6PD"])
def test_star_alleles_are_never_made_from_variants(gene: str, knowledge: Knowledge) -> None:
    sites = [site for site in knowledge.sites.by_gene[gene] if site.rsid]
    found = state(
        knowledge, gene, *(variant(gene, site.rsid, origin=f"Observation/{n}", zygosity="homozygous") for n, site in enumerate(sites))
    )
    assert (found.readings, found.missing) == ((), "not_callable")
    if gene != "G6PD":
        assert found.because == f"single variants of {gene} are on file without a genotype; no star allele is made from them"


@pytest.mark.parametrize(
    "never",
    [
        {"source_class": "somatic"},
        {"source_class": "donor"},
        {"status": "preliminary", "source_class": "somatic"},
        {"status": "unknown"},
        {"source_class": "", "allele_fraction": 0.12},
    ],
)
def test_somatic_donor_and_unfinished_variants_never_count(never: dict[str, Any], knowledge: Knowledge) -> None:
    found = state(knowledge, "RYR1", variant("RYR1", "c.7304G>A", **never))
    assert (found.readings, found.doubts) == ((), ())
    assert found.missing == "not_tested"
    assert not state(knowledge, "DPYD", variant("DPYD", "rs3918290", **never), diplotype="Reference/Reference").doubts


def test_an_unfinished_variant_is_waited_for(knowledge: Knowledge) -> None:
    found = state(knowledge, "RYR1", variant("RYR1", "c.7304G>A", status="preliminary"))
    assert (found.readings, found.missing) == ((), "pending")
    assert not state(knowledge, "DPYD", variant("DPYD", "rs3918290", status="preliminary"), diplotype="Reference/Reference").doubts


@pytest.mark.parametrize("when", ["2025-05-01", ""])
def test_variants_of_the_blood_after_a_transplantation_do_not_count(when: str, knowledge: Knowledge) -> None:
    graft = Condition(coded(GRAFTS["blood"], knowledge), began="2024-01-01")
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A", effective=when), conditions=(graft,))
    assert found.readings == ()
    assert found.missing == found.gaps[0].reason != "not_tested"


# ---- contradictions -------------------------------------------------------------------------------------------------------------------


def test_a_reported_diplotype_against_the_raw_variants(knowledge: Knowledge) -> None:
    """Trap 2 of fhir-genomics.md: *2/*2, while the site of *3 is homozygous and that of *2 is reference. On GRCh37."""
    raw = variant("CYP2C19", genomic=("NC_000010.10:g.96540410G>A",), zygosity="homozygous")
    site = variant("CYP2C19", place=Place(build="GRCh37", chromosome="10", start=96541616, counts_from=1, ref="G", alt="G"))
    for given in (raw, site):
        found = state(knowledge, "CYP2C19", given, diplotype="*2/*2")
        assert diplotypes(found) == ["*2/*2"]
        assert [(d.reason, d.origin) for d in found.doubts] == [("conflict", "Observation/v")]
        assert set(found.doubts) <= set(found.gaps)


@pytest.mark.parametrize(
    ("gene", "diplotype", "given"),
    [
        ("CYP2C19", "*2/*2", variant("", "rs4244285", zygosity="homozygous")),
        ("CYP2C19", "*1/*2", variant("", "rs4244285")),
        ("CYP2C19", "*1/*2", variant("", "rs4244285", zygosity="")),
        ("CYP2C19", "*1/*2", variant("", "rs4986893", state="absent")),
        ("CYP2C19", "*1/*1", variant("", "rs3758581", zygosity="homozygous")),
        ("CYP2C19", "*1/*1", variant("", "rs3758581", state="absent")),
        ("CYP2C19", "*4/*4", variant("", "rs12248560")),
        ("SLCO1B1", "*1/*5", variant("", "rs2306283")),
        ("SLCO1B1", "*1/rs4149056 C", variant("", "rs4149056")),
        ("TPMT", "*1/*3A", variant("", "rs1142345")),
        ("DPYD", f"Reference/{DPD_2A}", variant("DPYD", "rs3918290")),
        ("CYP2D6", "*1/*1", variant("", "rs3892097", zygosity="homozygous")),
    ],
)
def test_what_fits_the_genotype_is_no_doubt(gene: str, diplotype: str, given: Variant, knowledge: Knowledge) -> None:
    found = state(knowledge, gene, given, diplotype=diplotype)
    assert found.doubts == ()
    assert found == state(knowledge, gene, diplotype=diplotype)


@pytest.mark.parametrize(
    ("gene", "diplotype", "given"),
    [
        ("CYP2C19", "*1/*2", variant("", "rs4244285", state="absent")),
        ("CYP2C19", "*2/*2", variant("", "rs4244285")),
        ("CYP2C19", "*1/*2", variant("", "rs4244285", zygosity="homozygous")),
        ("CYP2C19", "*1/*17", variant("", "rs4986893")),
        ("TPMT", "*1/*1", variant("", "rs1800462", zygosity="")),
        ("DPYD", "Reference/Reference", variant("DPYD", "rs3918290")),
        ("DPYD", f"Reference/{DPD_13}", variant("DPYD", "rs55886062", state="reference")),
        ("CYP2C9", "*1/*3", variant("", "rs1057910", state="absent")),
        ("NUDT15", "*1/*3", variant("", "rs116855232", state="absent")),
    ],
)
def test_what_does_not_fit_is_a_doubt(gene: str, diplotype: str, given: Variant, knowledge: Knowledge) -> None:
    found = state(knowledge, gene, given, diplotype=diplotype)
    assert [d.reason for d in found.doubts] == ["conflict"]
    assert [r.phenotype for r in found.readings] == [r.phenotype for r in state(knowledge, gene, diplotype=diplotype).readings]


def test_a_variant_against_a_usual_phenotype_is_a_doubt(knowledge: Knowledge) -> None:
    said = GeneResult(Concept(text="DPYD"), "Observation/p", phenotype="Normal Metabolizer")
    assert [d.reason for d in state(knowledge, "DPYD", variant("DPYD", "rs3918290"), results=(said,)).doubts] == ["conflict"]


def test_a_contradicted_genotype_warns_without_a_suggestion(knowledge: Knowledge) -> None:
    fatal, at_most = (_capecitabine(knowledge, *given) for given in ((), (variant("DPYD", "rs3918290", state="absent"),)))
    assert (fatal.urgency, fatal.removable) == ("critical", True)
    assert (at_most.urgency, at_most.removable) == ("warning", False)
    assert (AGAINST in at_most.notes, AGAINST in fatal.notes) == (True, False)
    assert "conflict" in {
        gap.reason for gap in assess_orders(_chart(knowledge, variant("DPYD", "rs3918290", state="absent")), knowledge).gaps
    }


def _chart(knowledge: Knowledge, *variants: Variant, diplotype: str = f"{DPD_2A}/{DPD_2A}", drug: str = "capecitabine") -> PatientProfile:
    rxnorm = next(d.rxnorm for d in knowledge.drugs.ingredients.values() if d.name == drug)
    order = Order("MedicationRequest/1", Concept((Code("http://www.nlm.nih.gov/research/umls/rxnorm", rxnorm),)))
    results = (GeneResult(Concept(text="DPYD"), "Observation/g", diplotypes=(diplotype,)),) if diplotype else ()
    return PatientProfile(AS_OF, birth_date="1970-01-01", genotypes=results, variants=variants, orders=(order,))


def _capecitabine(knowledge: Knowledge, *variants: Variant) -> Finding:
    return assess_orders(_chart(knowledge, *variants), knowledge).findings[0]


def test_a_gene_with_variants_and_no_genotype_is_never_called_untested(knowledge: Knowledge) -> None:
    """NUDT15 *3's variant beside a normal TPMT: no star allele is made, and the second gene still has to be tested."""
    chart = _chart(knowledge, variant("NUDT15", "rs116855232"), diplotype="", drug="azathioprine")
    chart = replace(chart, genotypes=(GeneResult(Concept(text="TPMT"), "Observation/g", diplotypes=("*1/*1",)),))
    said = assess_orders(chart, knowledge)
    assert [(f.kind, f.recommendations[0].message) for f in said.findings] == [("pre-test", "gene-without-result")]
    assert {c.outcome for c in said.checked if c.subject == "azathioprine–NUDT15"} == {"not_callable"}
    assert not any(gap.reason == "not_tested" for gap in said.gaps)
    untested = assess_orders(replace(chart, variants=()), knowledge)
    assert [f.recommendations[0].message for f in untested.findings] == ["gene-not-tested"]


def test_a_variant_alone_brings_the_card_that_its_genotype_would(knowledge: Knowledge) -> None:
    alone = assess_orders(_chart(knowledge, variant("DPYD", "rs3918290"), diplotype=""), knowledge)
    genotyped = assess_orders(_chart(knowledge, diplotype=f"Reference/{DPD_2A}"), knowledge)
    (found,), (whole,) = alone.findings, genotyped.findings
    assert (found.recommendations[0].message, found.urgency) == (whole.recommendations[0].message, whole.urgency)
    assert NOTE in found.notes


# ---- whose variant it is --------------------------------------------------------------------------------------------------------------


def test_code_and_words_that_name_different_genes_are_a_gap(knowledge: Knowledge) -> None:
    swapped = Concept((Code(HGNC, "HGNC:3012", "CYP2C19"),))
    grouped, gaps = variants_by_gene((variant(genes=(swapped,), coding=("c.1905+1G>A",)),), knowledge)
    assert (grouped, [gap.reason for gap in gaps]) == ({}, ["conflict"])


def test_a_place_in_another_gene_than_the_one_named_is_a_conflict(knowledge: Knowledge) -> None:
    found = state(knowledge, "DPYD", variant("DPYD", "rs4244285"))
    assert (found.readings, found.missing) == ((), "conflict")
    assert state(knowledge, "DPYD", variant("DPYD", "rs3918290", genomic=("NC_000001.11:g.97515787A>C",))).missing == "conflict"


def test_other_genes_are_left_to_others(knowledge: Knowledge) -> None:
    assert variants_by_gene((variant("BRAF", "c.1799T>A"), variant(), variant("", "rs113488022")), knowledge) == ({}, ())


def test_absence_of_several_genes_at_once_says_nothing(knowledge: Knowledge) -> None:
    two = (Concept(text="DPYD"), Concept(text="RYR1"))
    assert variants_by_gene((variant(genes=two, state="absent"),), knowledge) == ({}, ())
    assert [gap.reason for gap in variants_by_gene((variant(genes=two),), knowledge)[1]] == ["not_understood"]


@hypothesis.given(data=st.data())
def test_no_allele_is_made_that_no_variant_names(data: st.DataObject, knowledge: Knowledge) -> None:
    gene = knowledge.genes[data.draw(st.sampled_from(["DPYD", "RYR1", "CACNA1S", "CYP2C19", "TPMT", "SLCO1B1", "CFTR"]))]
    sites = data.draw(st.lists(st.sampled_from(knowledge.sites.by_gene[gene.symbol]), min_size=1, max_size=4))
    zygosity, states = st.sampled_from(["heterozygous", "homozygous", ""]), st.sampled_from(["present", "absent", "reference"])
    drawn = [
        (
            site,
            variant(
                gene.symbol,
                site.rsid or "c.1A>G",
                place=Place(ref=site.ref, alt=site.alt),
                zygosity=data.draw(zygosity),
                state=data.draw(states),
            ),
        )
        for site in sites
    ]
    named = {name for site, v in drawn if v.state == "present" for name in site.needed}
    named |= {p.allele for site, v in drawn if v.state == "present" for p in gene.positions if p.name == site.rsid}
    for result in from_variants(gene, [v for _, v in drawn], knowledge).results:
        made = [part for text in result.diplotypes for pair in text.split(" or ") for part in pair.split("/")]
        assert set(made) <= named | {gene.reference}
        assert any(part != gene.reference for part in made)
        assert not any(part.startswith("*") for part in made if part != gene.reference)


def test_without_variants_nothing_is_asked(knowledge: Knowledge) -> None:
    chart = PatientProfile(AS_OF)
    assert state_from_chart(knowledge.genes["DPYD"], (), chart, replace(knowledge, sites=None)).missing == "not_tested"  # type: ignore[arg-type]


def test_a_recorded_problem_stands_beside_variants_as_beside_a_genotype(knowledge: Knowledge) -> None:
    problem = Condition(coded("malignant-hyperthermia", knowledge), origin="Condition/1")
    found = state(knowledge, "RYR1", variant("RYR1", "c.7304G>A"), conditions=(problem,))
    assert {r.phenotype for r in found.readings} == {"Malignant Hyperthermia Susceptibility"}
    assert NOTE in found.notes


def test_a_test_that_could_not_be_called_does_not_hide_a_variant(knowledge: Knowledge) -> None:
    failed = GeneResult(Concept(text="DPYD"), "Observation/f", callable=False, because="too little DNA")
    found = state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A"), results=(failed,))
    assert diplotypes(found) == [f"Reference/{DPD_2A}"]
    assert "too little DNA" in {gap.because for gap in found.gaps}
    unread = GeneResult(Concept(text="DPYD"), "Observation/u", diplotypes=("c.9999A>G/Reference",))
    assert state(knowledge, "DPYD", variant("DPYD", "c.1905+1G>A"), results=(unread,)).missing == "unknown_allele"


def test_no_dose_is_calculated_from_a_contradicted_genotype(knowledge: Knowledge) -> None:
    against = variant("", "rs1057910", state="absent")
    for variants, reason in (((), None), ((against,), "conflict")):
        chart = replace(
            _chart(knowledge, *variants, diplotype="", drug="warfarin"),
            genotypes=(GeneResult(Concept(text="CYP2C9"), "Observation/g", diplotypes=("*1/*3",)),),
        )
        outcomes = {line.outcome for line in assess_orders(chart, knowledge).checked if line.subject == "warfarin–CYP2C9"}
        assert (reason in outcomes) is (reason is not None)
