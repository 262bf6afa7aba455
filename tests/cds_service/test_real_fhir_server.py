"""The whole road against a real FHIR server: what prefetch lacks is read across pages, with the token, and filtered again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.settings import Settings
from models.knowledge.types import Knowledge
from tests.support.fhir_server import TOKEN, FhirServer, running

CONVERSATION = Path(__file__).parents[1] / "conversations" / "clopidogrel-poor-metabolizer.request.json"
PAGE = 200  #: the search asks for so many at once; one more needs a second page


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServer]:
    with running(tmp_path_factory.mktemp("fhir")) as started:
        load_patient(started)
        yield started


@pytest.fixture(scope="module")
def service(server: FhirServer, knowledge: Knowledge) -> FlaskClient:
    settings = Settings(store_url="sqlite://", fhir_servers=(server.base,), deadline_ms=20_000)
    return create_app(state=create_state(settings, knowledge, log=Log(io.StringIO()))).test_client()


def load_patient(server: FhirServer) -> None:
    """A patient with more results than one page holds, the decisive one last; another patient; a medicine."""
    request = json.loads(CONVERSATION.read_text("utf-8"))
    genotype = request["prefetch"]["genotypes"]["entry"][0]["resource"]
    for patient in ("pat-1", "pat-2"):
        server.put({"resourceType": "Patient", "id": patient, "birthDate": "1962-04-01"})
    for number in range(PAGE):
        server.put(_other(number))
    server.put({**genotype, "id": "zz-cyp2c19", "effectiveDateTime": "1999-01-01"})
    server.put({**genotype, "id": "foreign", "subject": {"reference": "Patient/pat-2"}})
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "309362"}
    server.put({"resourceType": "Medication", "id": "clopidogrel", "code": {"coding": [coding]}})


def _other(number: int) -> dict[str, Any]:
    """A haplotype of a gene that no guideline here asks about."""
    loinc = "http://loinc.org"
    gene = {"coding": [{"system": "http://www.genenames.org/geneId", "code": "HGNC:23663", "display": "VKORC1"}]}
    return {
        "resourceType": "Observation",
        "id": f"other-{number}",
        "status": "final",
        "code": {"coding": [{"system": loinc, "code": "84414-2"}]},
        "subject": {"reference": "Patient/pat-1"},
        "effectiveDateTime": "2024-03-01",
        "valueCodeableConcept": {"text": "rs9923231 reference (C)"},
        "component": [{"code": {"coding": [{"system": loinc, "code": "48018-6"}]}, "valueCodeableConcept": gene}],
    }


def ask(service: FlaskClient, server: FhirServer, token: str = TOKEN, patient: str = "pat-1") -> tuple[int, dict[str, Any]]:
    request = json.loads(CONVERSATION.read_text("utf-8"))
    del request["prefetch"]
    request["context"]["patientId"] = patient
    order = request["context"]["draftOrders"]["entry"][0]["resource"]
    order["subject"] = {"reference": f"Patient/{patient}"}
    del order["medicationCodeableConcept"]
    order["medicationReference"] = {"reference": "Medication/clopidogrel"}
    request["fhirServer"] = server.base
    request["fhirAuthorization"] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "precision-hooks",
    }
    answer = service.post("/cds-services/precision-order-sign", json=request)
    return answer.status_code, answer.get_json()


def test_fault_C01_what_prefetch_lacks_is_read_to_the_last_page(service: FlaskClient, server: FhirServer) -> None:
    status, body = ask(service, server)
    assert status == 200
    [card] = body["cards"]
    assert card["indicator"] == "warning"
    assert "clopidogrel" in card["summary"]
    [gene] = card["extension"]["org.precision-hooks.finding"]["genes"]
    assert gene["sources"] == ["Observation/zz-cyp2c19"]


def test_fault_D13_results_of_the_other_patient_are_theirs_alone(service: FlaskClient, server: FhirServer) -> None:
    status, body = ask(service, server, patient="pat-2")
    assert status == 200
    assert [g["sources"] for g in body["cards"][0]["extension"]["org.precision-hooks.finding"]["genes"]] == [["Observation/foreign"]]


def test_fault_D03_a_refused_token_is_not_an_empty_answer(service: FlaskClient, server: FhirServer) -> None:
    status, body = ask(service, server, token="another")
    assert status == 412
    assert "another" not in json.dumps(body)
