"""Order-sign requests of a given size: nine gene results, and what an EHR sends beside them."""

from __future__ import annotations

from typing import Any

import orjson

GENES = {
    "HGNC:2621": ("CYP2C19", "*2/*2"),
    "HGNC:2623": ("CYP2C9", "*1/*3"),
    "HGNC:2625": ("CYP2D6", "*4/*4"),
    "HGNC:3012": ("DPYD", "Reference/Reference"),
    "HGNC:12014": ("TPMT", "*1/*1"),
    "HGNC:23063": ("NUDT15", "*1/*1"),
    "HGNC:10959": ("SLCO1B1", "*1/*1"),
    "HGNC:4932": ("HLA-B", "HLA-B*07:02/HLA-B*08:01"),
    "HGNC:23663": ("VKORC1", "rs9923231 reference (C)/rs9923231 reference (C)"),
}


#: a panel's further genes
PANEL = GENES | {
    "HGNC:2615": ("CYP2B6", "*1/*6"),
    "HGNC:2638": ("CYP3A5", "*3/*3"),
    "HGNC:12530": ("UGT1A1", "*1/*28"),
    "HGNC:74": ("ABCG2", "rs2231142 reference (G)/rs2231142 variant (T)"),
    "HGNC:7646": ("NAT2", "*5/*6"),
    "HGNC:2637": ("CYP3A4", "*1/*22"),
}
#: RxNorm ingredients: clopidogrel, codeine, sertraline, mercaptopurine, phenytoin (each of other genes)
FIVE = ("32968", "2670", "36437", "103", "8183")


def five_orders() -> bytes:
    """Five orders against a panel of fifteen genes, none of which is normal for all of them."""
    found = [genotype(i, hgnc, gene, diplotype) for i, (hgnc, (gene, diplotype)) in enumerate(PANEL.items())]
    return _request(found, [_order(f"order-{rxnorm}", rxnorm) for rxnorm in FIVE])


def order_sign(resources: int, *, only_genotypes: bool = False) -> bytes:
    """A clopidogrel order with `resources` Observations in prefetch: genotypes first, the rest variants (or genotypes)."""
    genes = list(GENES.items())
    rest = [genotype(i, f"HGNC:9{i:04d}", f"GENE{i}", "*1/*2") if only_genotypes else variant(i) for i in range(resources - len(genes))]
    found = [genotype(9000 + i, hgnc, gene, diplotype) for i, (hgnc, (gene, diplotype)) in enumerate(genes)][:resources] + rest
    return _request(found, [_order()])


def _request(found: list[dict[str, Any]], orders: list[dict[str, Any]]) -> bytes:
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": [_entry(r) for r in found]}
    request = {
        "hook": "order-sign",
        "hookInstance": "7e2f2b60-5f0a-4b0e-9a55-1f4c3a6d1c11",
        "context": {
            "userId": "Practitioner/p1",
            "patientId": "pat-1",
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order} for order in orders]},
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "pat-1", "birthDate": "1962-04-01", "gender": "female"},
            "genotypes": bundle,
        },
    }
    return orjson.dumps(request)


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"https://ehr.example.org/fhir/Observation/{resource['id']}", "resource": resource, "search": {"mode": "match"}}


def _order(name: str = "order-1", rxnorm: str = "309362") -> dict[str, Any]:
    """Clopidogrel 75 mg tablets unless said otherwise."""
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}
    return {
        "resourceType": "MedicationRequest",
        "id": name,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/pat-1"},
        "medicationCodeableConcept": {"coding": [coding], "text": "as ordered"},
    }


def _observation(number: int, loinc: str, value: dict[str, Any], components: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"obs-{number}",
        "meta": {
            "versionId": "1",
            "lastUpdated": "2024-03-01T10:00:00Z",
            "profile": ["http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genotype"],
        },
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": "Patient/pat-1"},
        "effectiveDateTime": "2024-03-01",
        "performer": [{"reference": "Organization/lab", "display": "Example Laboratory"}],
        "valueCodeableConcept": value,
        "component": components,
    }


def _gene(hgnc: str, symbol: str) -> dict[str, Any]:
    return {
        "code": {"coding": [{"system": "http://loinc.org", "code": "48018-6", "display": "Gene studied [ID]"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://www.genenames.org/geneId", "code": hgnc, "display": symbol}]},
    }


def genotype(number: int, hgnc: str, gene: str, diplotype: str) -> dict[str, Any]:
    return _observation(number, "84413-4", {"text": diplotype}, [_gene(hgnc, gene)])


def variant(number: int) -> dict[str, Any]:
    hgvs = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "81290-9", "display": "Genomic DNA change (gHGVS)"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://varnomen.hgvs.org", "code": f"NC_000001.11:g.{100000 + number}A>G"}]},
    }
    state = {
        "code": {"coding": [{"system": "http://loinc.org", "code": "53034-5", "display": "Allelic state"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA6706-1", "display": "Heterozygous"}]},
    }
    present = {"coding": [{"system": "http://loinc.org", "code": "LA9633-4", "display": "Present"}]}
    return _observation(number, "69548-6", present, [_gene(f"HGNC:{number}", f"GENE{number}"), hgvs, state])
