"""The charts under tests/fhir/charts as dicts, results of genes for their patients, and requests about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FOLDER = Path(__file__).parents[1] / "fhir" / "charts"
CHARTS = tuple(sorted(p.stem for p in FOLDER.glob("*.json")))
RXNORM, LOINC, HGNC = "http://www.nlm.nih.gov/research/umls/rxnorm", "http://loinc.org", "http://www.genenames.org/geneId"
CLOPIDOGREL, CODEINE, METOPROLOL = "32968", "2670", "6918"
_GENES = {"CYP2C19": "HGNC:2621", "CYP2D6": "HGNC:2625"}


def chart(name: str) -> list[Json]:
    bundle: Json = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return [entry["resource"] for entry in bundle["entry"]]


def patient_of(resources: list[Json]) -> str:
    (patient,) = [r["id"] for r in resources if r["resourceType"] == "Patient"]
    return str(patient)


def result(id: str, gene: str, genotype: str, subject: str) -> Json:
    """A genotype; `subject` as the server writes it, 'Patient/1' or a whole address."""
    studied = {"coding": [{"system": HGNC, "code": _GENES[gene], "display": gene}]}
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "84413-4", "display": "Genotype display name"}]},
        "subject": {"reference": subject},
        "effectiveDateTime": "2025-05-06",
        "valueCodeableConcept": {"text": genotype},
        "component": [{"code": {"coding": [{"system": LOINC, "code": "48018-6"}]}, "valueCodeableConcept": studied}],
    }


def sign(patient: str, *medicines: str, subject: str = "") -> Json:
    """An order-sign request without prefetch; medicines by RxNorm code."""
    orders = [
        {
            "resourceType": "MedicationRequest",
            "id": f"draft-{code}",
            "status": "draft",
            "intent": "order",
            "subject": {"reference": subject or f"Patient/{patient}"},
            "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]},
        }
        for code in medicines
    ]
    return {
        "hook": "order-sign",
        "hookInstance": "5b1d7ab0-7b3d-4a0c-9a53-3a9c4fba6a5e",
        "context": {
            "userId": "Practitioner/prac-7",
            "patientId": patient,
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order} for order in orders]},
        },
    }


def prefetched(resources: list[Json]) -> Json:
    """All keys of the order's services, as an EHR that fills every template would send them."""

    def of(kind: str) -> Json:
        found = [{"resource": r, "search": {"mode": "match"}} for r in resources if r["resourceType"] == kind]
        return {"resourceType": "Bundle", "type": "searchset", "entry": found}

    keys = {"genotypes": "Observation", "measurements": "Observation", "medications": "MedicationRequest", "conditions": "Condition"}
    keys |= {"allergies": "AllergyIntolerance", "requests": "ServiceRequest"}
    return {"patient": next(r for r in resources if r["resourceType"] == "Patient")} | {key: of(kind) for key, kind in keys.items()}
