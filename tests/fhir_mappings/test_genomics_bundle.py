"""The bundle of an import: R4B accepts it, our reader reads it back, and it never passes for a laboratory's."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_mappings.genomics_bundle import FoundVariant, ImportedGene, Origin, genomics_bundle, genotype_text
from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.validation import problems
from models.features.calls import calls
from models.features.phenotypes import phenotype_of_text
from models.knowledge.types import Knowledge
from models.patient import Gap
from tests.support.vcf_files import definitions

ORIGIN = Origin("p1", "sample.vcf", "0123456789ab", "named alleles", "2026-03-01")
VARIANT = FoundVariant("NC_000010.11", 94781859, "G", "A", "rs4244285", 2, 2)
POOR = ImportedGene("CYP2C19", "HGNC:2621", ("*2/*2",), "Poor Metabolizer", remarks=("Not looked for: *36.",), variants=(VARIANT,))


def resources(*genes: ImportedGene, origin: Origin = ORIGIN) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in genomics_bundle(origin, genes)["entry"]]


def results(*genes: ImportedGene) -> list[dict[str, Any]]:
    """The Observations that the search of our input would find."""
    return [r for r in resources(*genes) if r["resourceType"] == "Observation" and r["code"]["coding"][0]["code"] != "69548-6"]


def test_r4b_accepts_every_shape() -> None:
    missing = ImportedGene("TPMT", "HGNC:12014", because="rs1800462 was not read, so *2 cannot be excluded")
    deletion = FoundVariant("NC_000001.11", 97740410, "GATGA", "G", "", 1, 2)
    one = ImportedGene("G6PD", "HGNC:4057", ("A",), "Normal", variants=(FoundVariant("NC_000023.11", 5, "A", "G", "", 1, 1),))
    bundle = genomics_bundle(
        Origin("p1", "f", "d", "m", ""), (POOR, missing, one, ImportedGene("DPYD", "HGNC:3012", because="no", variants=(deletion,)))
    )
    assert problems(bundle) == ()
    assert [p for entry in bundle["entry"] for p in problems(entry["resource"])] == []


def test_every_resource_says_what_it_is() -> None:
    for resource in resources(POOR):
        assert resource["subject"] == {"reference": "Patient/p1"}
        assert resource["performer"] == [{"display": "precision-hooks import (research use)"}]
        assert resource["meta"]["tag"][0]["display"] == "Imported outside the order path; not a laboratory result"
        words = resource.get("conclusion") or " ".join(note["text"] for note in resource["note"])
        assert "sample.vcf (sha256 0123456789ab…)" in words
        assert "outside the order path" in words and "not a laboratory result" in words


def test_the_same_import_has_the_same_ids_and_another_one_others() -> None:
    ids = [r["id"] for r in resources(POOR)]
    assert ids == [r["id"] for r in resources(POOR)]
    assert len(set(ids)) == len(ids)
    assert not set(ids) & {r["id"] for r in resources(POOR, origin=Origin("p2", "sample.vcf", "0123456789ab", "m", ""))}


def test_a_status_rests_on_its_genotype_and_that_on_its_variants() -> None:
    report, variant, genotype, status = resources(POOR)
    assert status["derivedFrom"] == [{"reference": f"urn:uuid:{genotype['id']}"}]
    assert genotype["derivedFrom"] == [{"reference": f"urn:uuid:{variant['id']}"}]
    assert [r["reference"] for r in report["result"]] == [f"urn:uuid:{r['id']}" for r in (variant, genotype, status)]
    told = {c["code"]["coding"][0]["code"]: c for c in variant["component"]}
    assert told["81290-9"]["valueCodeableConcept"]["text"] == "NC_000010.11:g.94781859G>A"
    assert told["53034-5"]["valueCodeableConcept"]["coding"][0]["code"] == "LA6705-3"


def test_a_gene_without_a_genotype_has_no_status_and_says_why() -> None:
    (genotype,) = results(ImportedGene("TPMT", "HGNC:12014", because="rs1800462 was not read", phenotype="Normal Metabolizer"))
    assert "valueCodeableConcept" not in genotype
    assert genotype["dataAbsentReason"]["text"] == "rs1800462 was not read"


def test_a_gene_that_the_file_does_not_tell_has_no_observation() -> None:
    (report,) = resources(ImportedGene("CYP2D6", "HGNC:2625", because="needs a structural caller", tested=False))
    assert report["conclusion"].endswith("Not told by this file: CYP2D6.")


def test_several_genotypes_are_written_as_alternatives() -> None:
    assert genotype_text("TPMT", ("*1/*3A", "*3B/*3C")) == "TPMT*1/*3A or TPMT*3B/*3C"
    assert genotype_text("DPYD", ("Reference/c.2846A>T",)) == "DPYD Reference/c.2846A>T"


@pytest.mark.parametrize("symbol", sorted(definitions().genes))
def test_our_reader_reads_every_allele_back(symbol: str, knowledge: Knowledge) -> None:
    gene = knowledge.genes[symbol]
    known = [a.name for a in definitions().genes[symbol].alleles if phenotype_of_text(gene, f"{gene.reference}/{a.name}")[0]]
    assert gene.reference in known
    for name in known:
        for pair in (f"{gene.reference}/{name}", f"{name}/{name}"):
            reading, _ = phenotype_of_text(gene, pair)
            assert reading is not None
            read = genotypes_input(knowledge).read(results(ImportedGene(symbol, gene.hgnc, (pair,), reading.phenotype)))
            assert read.gaps == (), pair
            gaps: list[Gap] = []
            (call,) = calls(gene, read.values, gaps)
            assert not gaps
            assert str(call.diplotype) == reading.diplotype, pair
            assert {r.phenotype for r in read.values if r.phenotype} <= {reading.phenotype}


def test_alternatives_are_read_back_as_such(knowledge: Knowledge) -> None:
    gene = knowledge.genes["TPMT"]
    read = genotypes_input(knowledge).read(results(ImportedGene("TPMT", gene.hgnc, ("*1/*3A", "*3B/*3C"))))
    (call,) = calls(gene, read.values, [])
    assert str(call.diplotype) == "*1/*3A or *3B/*3C"
