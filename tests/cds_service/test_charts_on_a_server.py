"""The charts on a real FHIR server, asked with a token and without prefetch: pages, absolute references, ignored parameters, outcomes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.settings import Settings
from models.knowledge.types import Knowledge
from tests.support.charts import CHARTS, CLOPIDOGREL, CODEINE, chart, patient_of, result, sign
from tests.support.fhir_proxy import Proxy, careless
from tests.support.fhir_server import TOKEN, FhirServer, running
from tests.support.response_rules import problems

FINDING, COVERAGE = "org.precision-hooks.finding", "org.precision-hooks.coverage"
GENOTYPES = dict(zip(CHARTS, ("*2/*2", "*1/*1", "*2/*3", "*1/*17", "*2/*2"), strict=True))
POOR = {"*2/*2", "*2/*3"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServer]:
    """All charts, and a result for each patient whose subject is the whole address of the Patient."""
    with running(tmp_path_factory.mktemp("fhir")) as started:
        for name in CHARTS:
            resources = chart(name)
            for resource in resources:
                started.put(resource)
            patient = f"{started.base}/Patient/{patient_of(resources)}"
            started.put(result(f"{name}-cyp2c19", "CYP2C19", GENOTYPES[name], patient))
        yield started


@pytest.fixture
def proxy(server: FhirServer) -> Iterator[Proxy]:
    with careless(server) as made:
        yield made


def ask(knowledge: Knowledge, base: str, name: str, *medicines: str, token: str = TOKEN, **context: Any) -> tuple[int, dict[str, Any]]:
    settings = Settings(store_url="sqlite://", fhir_servers=(base,), deadline_ms=30_000, memory=False)
    state = create_state(settings, knowledge, log=Log(io.StringIO()))
    client: FlaskClient = create_app(state=state).test_client()
    patient = patient_of(chart(name))
    body = sign(patient, *(medicines or (CLOPIDOGREL,)), **context)
    authorization = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.rs",
        "subject": "precision-hooks",
    }
    answer = client.post("/cds-services/precision-order-sign", json=body | {"fhirServer": base, "fhirAuthorization": authorization})
    state.fhir.close()
    return answer.status_code, answer.get_json()


def genes(answer: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(g.get("diplotype", ""), g["sources"]) for c in answer["cards"] for g in c["extension"][FINDING]["genes"]]


def reasons(answer: dict[str, Any]) -> set[str]:
    return {gap["reason"] for gap in answer["extension"][COVERAGE].get("notChecked", ())}


@pytest.mark.parametrize("name", CHARTS)
def test_fault_B06_D13_every_chart_by_absolute_references(name: str, server: FhirServer, knowledge: Knowledge) -> None:
    """The card of this patient's result and of nobody else's; drafts name the patient by the whole address too."""
    patient = f"{server.base}/Patient/{patient_of(chart(name))}"
    status, answer = ask(knowledge, server.base, name, subject=patient)
    assert status == 200
    assert problems(answer) == []
    assert genes(answer) == ([(GENOTYPES[name], [f"Observation/{name}-cyp2c19"])] if GENOTYPES[name] in POOR else [])
    assert reasons(answer) <= {"not_understood"}


def test_fault_D03_without_the_token_nothing_is_said(server: FhirServer, knowledge: Knowledge) -> None:
    assert requests.get(f"{server.base}/Patient", timeout=10).status_code == 401
    status, answer = ask(knowledge, server.base, CHARTS[0], token="stale")
    assert status == 412
    assert "token" in str(answer) and "stale" not in str(answer)


def test_fault_C10_D19_a_server_that_pages_as_it_likes_is_read_to_the_end(proxy: Proxy, knowledge: Knowledge) -> None:
    """`_count` is ignored and five are sent at once, `code` too: the one result lies behind many pages of other Observations."""
    proxy.ignored, proxy.added = frozenset({"_count", "code"}), {"_count": "5"}
    status, answer = ask(knowledge, proxy.base, CHARTS[0])
    assert status == 200
    assert genes(answer) == [("*2/*2", [f"Observation/{CHARTS[0]}-cyp2c19"])]
    assert len([s for s in proxy.searches if "Observation" in s]) > 6


def test_fault_D13_a_server_that_ignores_what_is_asked_sends_everybody(proxy: Proxy, knowledge: Knowledge) -> None:
    """No filter at all: all patients' Observations, medicines and problems come, and are dropped again."""
    proxy.ignored = frozenset({"patient", "code", "status"})
    for name in CHARTS:
        status, answer = ask(knowledge, proxy.base, name, CLOPIDOGREL, CODEINE)
        assert status == 200
        assert "other_patient" in reasons(answer)
        assert genes(answer) == ([(GENOTYPES[name], [f"Observation/{name}-cyp2c19"])] if GENOTYPES[name] in POOR else [])
        others = [r["id"] for other in CHARTS if other != name for r in chart(other)]
        assert not any(own in str(answer) for own in others)


def test_fault_C06_a_warning_in_a_search_is_no_fault(proxy: Proxy, knowledge: Knowledge) -> None:
    proxy.outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "not-supported"}]}
    status, answer = ask(knowledge, proxy.base, CHARTS[0])
    assert status == 200
    assert genes(answer) == [("*2/*2", [f"Observation/{CHARTS[0]}-cyp2c19"])]
    assert "unavailable" not in reasons(answer)


def test_fault_C07_an_error_in_a_search_is_told_beside_what_came(proxy: Proxy, knowledge: Knowledge) -> None:
    proxy.outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    status, answer = ask(knowledge, proxy.base, CHARTS[0])
    assert status == 200
    assert genes(answer) == [("*2/*2", [f"Observation/{CHARTS[0]}-cyp2c19"])]
    assert "unavailable" in reasons(answer)


def test_fault_C07_C11_an_error_beside_no_result_is_not_no_result_on_file(proxy: Proxy, knowledge: Knowledge) -> None:
    proxy.outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "timeout"}]}
    status, answer = ask(knowledge, proxy.base, CHARTS[0], CODEINE)
    assert status == 200
    assert "unavailable" in reasons(answer) and "not_tested" not in reasons(answer)
