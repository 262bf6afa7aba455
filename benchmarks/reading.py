"""Reading a whole chart into a PatientProfile, against orjson's parse of the same bytes, in turn within one loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

import orjson

from benchmarks.bodies import GENES, genotype, variant
from cds_service.clients.client import local
from cds_service.fhir_answers import Deadline
from cds_service.fhir_client import FhirClient
from cds_service.gather import gather
from cds_service.request import HookRequest
from cds_service.service import Service
from fhir_mappings.profile import read_profile
from models.knowledge.types import Knowledge
from models.patient import PatientProfile

ME = {"reference": "Patient/pat-1"}
#: of a hundred resources, how many are of each prefetch key; the rest are variants
MIX = {"genotypes": 5, "measurements": 35, "conditions": 15, "medications": 20, "allergies": 2, "requests": 3}
Json = dict[str, Any]


def chart(resources: int) -> bytes:
    """An order-sign request whose prefetch holds so many resources, as a chart mixes them."""
    held: dict[str, list[Json]] = {key: [] for key in (*MIX, "variants")}
    plan = [key for key, count in MIX.items() for _ in range(count)]
    plan += ["variants"] * (100 - len(plan))
    for number in range(resources):
        key = plan[number % 100]
        held[key].append(_MAKERS[key](number))
    prefetch: Json = {"patient": {"resourceType": "Patient", "id": "pat-1", "birthDate": "1962-04-01", "gender": "female"}}
    for key, found in held.items():
        entries = [{"fullUrl": f"https://ehr.example.org/fhir/{r['resourceType']}/{r['id']}", "resource": r} for r in found]
        prefetch[key] = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "entry": entries}
    draft = _medicine(0) | {"id": "draft", "status": "draft"}
    return orjson.dumps(
        {
            "hook": "order-sign",
            "hookInstance": "7e2f2b60-5f0a-4b0e-9a55-1f4c3a6d1c12",
            "context": {
                "userId": "Practitioner/p1",
                "patientId": "pat-1",
                "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]},
            },
            "prefetch": prefetch,
        }
    )


def read(body: bytes, service: Service, knowledge: Knowledge, client: FhirClient) -> PatientProfile:
    """What a call does before any rule is asked: strict parse, gather, firewall, readers."""
    asked = HookRequest.parse(body, service)
    inputs = service.reads(knowledge)
    record = gather(asked, inputs, client, Deadline.after(60_000), local((), (), 60_000))
    return read_profile(record, inputs, patient="pat-1", server="", drafts=asked.draft_orders, selected=None, as_of=date(2026, 11, 26))


def report(service: Service, knowledge: Knowledge, client: FhirClient) -> str:
    lines = ["| chart, mixed | body | orjson | read | ratio |", "|---|---|---|---|---|"]
    for size, rounds in ((100, 60), (1000, 25), (5000, 7)):
        body = chart(size)
        profile = read(body, service, knowledge, client)
        assert len(profile.genotypes) >= size // 25, "the chart must be read, not refused"
        assert len(profile.medications) >= size // 10
        parsed, ours = _in_turn((lambda b=body: orjson.loads(b), lambda b=body: read(b, service, knowledge, client)), rounds)  # type: ignore[misc]
        lines.append(f"| {size:,} resources | {len(body) / 1024:.0f} KiB | {parsed:.2f} ms | {ours:.1f} ms | {ours / parsed:.2f} |")
    return "\n".join(lines)


def _in_turn(actions: tuple[Callable[[], object], ...], rounds: int) -> list[float]:
    times: list[list[float]] = [[] for _ in actions]
    for i in range(rounds + 2):
        for found, action in zip(times, actions, strict=True):
            start = time.perf_counter()
            held = action()
            if i >= 2:
                found.append((time.perf_counter() - start) * 1000)
            del held
    return [median(found) for found in times]


def _coded(system: str, code: str, words: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


def _genotype(number: int) -> Json:
    genes = list(GENES.items())
    hgnc, (gene, diplotype) = genes[number % len(genes)]
    return genotype(number, hgnc, gene, diplotype)


def _measured(number: int) -> Json:
    """Weights and heights among values that no rule asks for."""
    code = ("29463-7", "8302-2", "718-7", "2345-7", "2160-0", "6690-2", "777-3")[number % 7]
    return {
        "resourceType": "Observation",
        "id": f"lab-{number}",
        "meta": {"versionId": "1", "lastUpdated": "2026-03-01T10:00:00Z"},
        "status": "final",
        "category": [_coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")],
        "code": _coded("http://loinc.org", code, "a value"),
        "subject": ME,
        "encounter": {"reference": f"Encounter/{number // 10}"},
        "effectiveDateTime": f"20{10 + number % 16}-03-01T08:30:00Z",
        "issued": "2026-03-01T10:00:00Z",
        "valueQuantity": {"value": 40 + number % 50 + 0.5, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }


def _condition(number: int) -> Json:
    return {
        "resourceType": "Condition",
        "id": f"problem-{number}",
        "clinicalStatus": _coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
        "verificationStatus": _coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed"),
        "code": _coded("http://snomed.info/sct", str(38341003 + number), "a problem"),
        "subject": ME,
        "onsetDateTime": "2019-05-01",
        "recordedDate": "2019-05-02",
    }


def _medicine(number: int) -> Json:
    rxnorm = ("309362", "36437", "2670", "103", "197361")[number % 5]
    dose = {"value": 1, "unit": "tablet"}
    return {
        "resourceType": "MedicationRequest",
        "id": f"medicine-{number}",
        "status": "active" if number % 4 == 0 else "completed",
        "intent": "order",
        "subject": ME,
        "authoredOn": "2024-05-01",
        "medicationCodeableConcept": _coded("http://www.nlm.nih.gov/research/umls/rxnorm", rxnorm, "a medicine"),
        "dosageInstruction": [
            {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}, "doseAndRate": [{"doseQuantity": dose}]}
        ],
    }


def _allergy(number: int) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"allergy-{number}",
        "clinicalStatus": _coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active", "Active"),
        "code": _coded("http://www.nlm.nih.gov/research/umls/rxnorm", "7980", "penicillin"),
        "patient": ME,
    }


def _request(number: int) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": f"request-{number}",
        "status": "active",
        "intent": "order",
        "code": _coded("http://loinc.org", "24323-8", "a panel"),
        "subject": ME,
        "authoredOn": "2026-11-01",
    }


_MAKERS: dict[str, Callable[[int], Json]] = {
    "genotypes": _genotype,
    "variants": variant,
    "measurements": _measured,
    "conditions": _condition,
    "medications": _medicine,
    "allergies": _allergy,
    "requests": _request,
}
