"""Imported results as a FHIR R4 bundle in the shape of Genomics Reporting. It writes; it reads nothing and makes no call.

Every resource says that it was made from a file outside the order path and is no laboratory result. Ids follow from the patient,
the file and the gene, so the same import gives the same bundle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fhir_mappings.tables import phenotypes
from models.codes import HGNC, LOINC

GUIDE = "http://hl7.org/fhir/uv/genomics-reporting"
TBD = f"{GUIDE}/CodeSystem/tbd-codes-cs"
PERFORMER = "precision-hooks import (research use)"
GENOTYPES = "urn:org.precision-hooks:genotype"  #: names of alleles as the definitions have them, "/" between chromosomes
TAG = {"system": "urn:org.precision-hooks:origin", "code": "import", "display": "Imported outside the order path; not a laboratory result"}
_PRESENT, _GRCH38 = ("LA9633-4", "Present"), ("LA26806-2", "GRCh38")
_STATES = {(1, 1): ("LA6707-9", "Hemizygous"), (1, 2): ("LA6706-1", "Heterozygous"), (2, 2): ("LA6705-3", "Homozygous")}


@dataclass(frozen=True, slots=True)
class Origin:
    """What all results of one import share."""

    patient: str  #: FHIR id
    file: str  #: its name without folders
    digest: str  #: the beginning of its sha256
    method: str  #: what told the alleles
    effective: str  #: ISO date or dateTime; "" where it is not known

    @property
    def note(self) -> str:
        return (
            f"Made from {self.file} (sha256 {self.digest}…) by precision-hooks import: outside the order path, for research and trial use, "
            "not a laboratory result. Confirm with a clinical test before acting on it."
        )


@dataclass(frozen=True, slots=True)
class FoundVariant:
    """One alternative base that was called, on GRCh38."""

    sequence: str  #: "NC_000010.11"
    position: int  #: counted from 1
    reference: str
    alternative: str
    rsid: str
    copies: int  #: chromosomes that carry it
    chromosomes: int

    @property
    def hgvs(self) -> str:
        """The genomic name of a single base; "" for other changes, whose name would need the sequence around them."""
        single = len(self.reference) == len(self.alternative) == 1
        return f"{self.sequence}:g.{self.position}{self.reference}>{self.alternative}" if single else ""


@dataclass(frozen=True, slots=True)
class ImportedGene:
    """One gene's result: genotypes that it can be, or none and why."""

    symbol: str
    hgnc: str
    genotypes: tuple[str, ...] = ()
    phenotype: str = ""  #: what all of them mean; "" where they differ or it is not known
    because: str = ""  #: why there is no genotype
    tested: bool = True  #: False: the file tells nothing of it, so there is no Observation that could pass for a failed test
    remarks: tuple[str, ...] = ()
    variants: tuple[FoundVariant, ...] = ()


def genomics_bundle(origin: Origin, genes: Sequence[ImportedGene]) -> dict[str, Any]:
    """A collection: one report, then each gene's variants, genotype and status."""
    observations = [resource for gene in genes if gene.tested for resource in _gene(origin, gene)]
    untested = ", ".join(gene.symbol for gene in genes if not gene.tested)
    report = {
        **_head(origin, "DiagnosticReport", "report", "genomic-report"),
        "status": "final",
        "category": _categories(),
        "code": {"coding": [_loinc("51969-4", "Genetic analysis report"), _loinc("81247-9", "Master HL7 genetic variant reporting panel")]},
        "subject": _subject(origin),
        **_when(origin),
        "performer": [{"display": PERFORMER}],
        "result": [{"reference": f"urn:uuid:{o['id']}"} for o in observations],
        "conclusion": f"{origin.note}{f' Not told by this file: {untested}.' if untested else ''}",
    }
    everything = [_without_empty(resource) for resource in (report, *observations)]
    return {
        "resourceType": "Bundle",
        "id": _id(origin, "bundle"),
        "meta": {"tag": [TAG]},
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in everything],
    }


def _gene(origin: Origin, gene: ImportedGene) -> list[dict[str, Any]]:
    variants = [_variant(origin, gene, variant) for variant in gene.variants]
    genotype = {
        **_observation(origin, gene, f"genotype {gene.symbol}", "genotype", _loinc("84413-4", "Genotype display name")),
        **_genotype_value(gene),
        "note": [{"text": text} for text in (origin.note, *gene.remarks)],
        "derivedFrom": [{"reference": f"urn:uuid:{v['id']}"} for v in variants],
    }
    coded = _status(gene.phenotype)
    if not gene.genotypes or coded is None:
        return [*variants, genotype]
    status = _observation(
        origin, gene, f"status {gene.symbol}", "therapeutic-implication", {"system": TBD, "code": "therapeutic-implication"}
    )
    status["component"].append(
        {"code": _concept(_loinc("53040-2", "Genetic variation's effect on drug metabolism")), "valueCodeableConcept": coded}
    )
    return [*variants, genotype, {**status, "derivedFrom": [{"reference": f"urn:uuid:{genotype['id']}"}]}]


def _genotype_value(gene: ImportedGene) -> dict[str, Any]:
    if not gene.genotypes:
        code = {"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown", "display": "Unknown"}
        return {"dataAbsentReason": {"coding": [code], "text": gene.because}}
    written = genotype_text(gene.symbol, gene.genotypes)
    # as a code too: some alleles' names hold words ("non-responsive") that would turn a plain text round
    return {"valueCodeableConcept": {"coding": [{"system": GENOTYPES, "code": written}], "text": written}}


def genotype_text(symbol: str, genotypes: Sequence[str]) -> str:
    """ "CYP2C19*1/*2"; "TPMT*1/*3A or TPMT*3B/*3C"; "CACNA1S Reference/c.520C>T"."""
    return " or ".join(f"{symbol}{'' if genotype.startswith('*') else ' '}{genotype}" for genotype in genotypes)


def _status(phenotype: str) -> dict[str, Any] | None:
    """The phenotype in words, with the answer code where it has one; None for what the reader would not take for a status."""
    known = phenotypes()
    plain = phenotype
    for prefix in known.prefixes.values():
        plain = plain.removeprefix(f"{prefix} ")
    if plain not in known.words.values():
        return None
    codes = [_loinc(code, phenotype) for code, term in known.codes.items() if term == phenotype]
    return _without_empty({"coding": codes, "text": phenotype})


def _variant(origin: Origin, gene: ImportedGene, variant: FoundVariant) -> dict[str, Any]:
    key = f"variant {gene.symbol} {variant.position} {variant.reference}>{variant.alternative}"
    resource = _observation(origin, gene, key, "variant", _loinc("69548-6", "Genetic variant assessment"))
    end = variant.position + len(variant.reference) - 1
    place = {"low": {"value": variant.position}, "high": {"value": end}}
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("81290-9", "Genomic DNA change (gHGVS)", {"valueCodeableConcept": {"text": variant.hgvs}} if variant.hgvs else {}),
        ("81252-9", "Discrete genetic variant", {"valueCodeableConcept": _dbsnp(variant.rsid)} if variant.rsid else {}),
        ("48013-7", "Genomic reference sequence ID", {"valueCodeableConcept": _refseq(variant.sequence)}),
        ("62374-4", "Human reference sequence assembly version", {"valueCodeableConcept": _concept(_loinc(*_GRCH38))}),
        ("69547-8", "Genomic ref allele [ID]", {"valueString": variant.reference}),
        ("69551-0", "Genomic alt allele [ID]", {"valueString": variant.alternative}),
        ("81254-5", "Genomic allele start-end", {"valueRange": place}),
        ("92822-6", "Genomic coordinate system", {"valueCodeableConcept": _concept(_loinc("LA30102-0", "1-based character counting"))}),
        ("53034-5", "Allelic state", {"valueCodeableConcept": _concept(_loinc(*_STATES[variant.copies, variant.chromosomes]))}),
    ]
    resource["component"] += [{"code": _concept(_loinc(code, display)), **value} for code, display, value in told if value]
    return {**resource, "valueCodeableConcept": _concept(_loinc(*_PRESENT))}


def _observation(origin: Origin, gene: ImportedGene, key: str, profile: str, code: Mapping[str, str]) -> dict[str, Any]:
    return {
        **_head(origin, "Observation", key, profile),
        "status": "final",
        "category": _categories(),
        "code": _concept(code),
        "subject": _subject(origin),
        **_when(origin),
        "performer": [{"display": PERFORMER}],
        "note": [{"text": origin.note}],
        "method": {"text": origin.method},
        "component": [
            {
                "code": _concept(_loinc("48018-6", "Gene studied [ID]")),
                "valueCodeableConcept": _concept({"system": HGNC, "code": gene.hgnc, "display": gene.symbol}),
            }
        ],
    }


def _head(origin: Origin, kind: str, key: str, profile: str) -> dict[str, Any]:
    meta = {"profile": [f"{GUIDE}/StructureDefinition/{profile}"], "tag": [TAG]}
    return {"resourceType": kind, "id": _id(origin, key), "meta": meta}


def _id(origin: Origin, key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:org.precision-hooks:import:{origin.patient}:{origin.digest}:{key}"))


def _categories() -> list[dict[str, Any]]:
    laboratory = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}
    return [_concept(laboratory), _concept({"system": "http://terminology.hl7.org/CodeSystem/v2-0074", "code": "GE"})]


def _subject(origin: Origin) -> dict[str, str]:
    return {"reference": f"Patient/{origin.patient}"}


def _when(origin: Origin) -> dict[str, str]:
    return {"effectiveDateTime": origin.effective} if origin.effective else {}


def _loinc(code: str, display: str) -> dict[str, str]:
    return {"system": LOINC, "code": code, "display": display}


def _dbsnp(rsid: str) -> dict[str, Any]:
    return _concept({"system": "http://www.ncbi.nlm.nih.gov/projects/SNP", "code": rsid})


def _refseq(accession: str) -> dict[str, Any]:
    return _concept({"system": "http://www.ncbi.nlm.nih.gov/refseq", "code": accession})


def _concept(coding: Mapping[str, str]) -> dict[str, Any]:
    return {"coding": [dict(coding)]}


def _without_empty(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if value not in ([], {}, "")}
