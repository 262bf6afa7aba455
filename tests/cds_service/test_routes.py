"""The HTTP face: methods, types, sizes, CORS, headers, error bodies, what is logged and counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cds_service.store.feedback import FeedbackStore
from fhir_mappings.patient import PATIENT
from models.errors import KnowledgeError, PatientMismatch
from models.finding import Assessment
from tests.support.edge import INSTANCE, KNOWLEDGE, OPTIONAL, RESULTS, Edge, draft, drafts, observation, request, service, with_server
from tests.support.mock_fhir import MockFhir, bundle

CALL = "/cds-services/test-order-sign"


def outcome_of(response: Any, status: int) -> str:
    """The one diagnostics text of an OperationOutcome, after its shape was checked."""
    assert response.status_code == status
    assert response.content_type == "application/fhir+json"
    body = response.get_json()
    assert body["resourceType"] == "OperationOutcome"
    assert all(issue["severity"] == "error" and issue["code"] and issue["diagnostics"] for issue in body["issue"])
    return " ".join(issue["diagnostics"] for issue in body["issue"])


def test_discovery_is_made_of_the_objects_that_read(edge: Edge) -> None:
    (told,) = edge.client.get("/cds-services").get_json()["services"]
    assert told == {
        "hook": "order-sign",
        "id": "test-order-sign",
        "title": "Test",
        "description": "A service for tests.",
        "prefetch": {"patient": PATIENT.query, "results": RESULTS.query},
        "version": "2.0.1",
    }


def test_discovery_without_services_and_without_inputs(tmp_path: Path) -> None:
    assert "prefetch" not in Edge(tmp_path, service()).client.get("/cds-services").get_json()["services"][0]


def test_a_call_is_answered(edge: Edge) -> None:
    response = edge.post(request(prefetch={"patient": None, "results": None}))
    assert (response.status_code, response.get_json(), response.content_type) == (200, {"cards": []}, "application/json")


def test_an_input_that_could_not_be_had_is_said(edge: Edge) -> None:
    (gap,) = edge.post(request()).get_json()["extension"]["org.precision-hooks.coverage"]["notChecked"]
    assert (gap["subject"], gap["reason"]) == ("patient", "unavailable")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"secret":'])
def test_fault_A01_A02_broken_bodies_are_400_and_not_echoed(edge: Edge, body: bytes) -> None:
    assert "secret" not in outcome_of(edge.post(body), 400)


def test_fault_A10_the_outcome_names_every_path(edge: Edge) -> None:
    response = edge.post({})
    outcome_of(response, 400)
    assert {issue["expression"][0] for issue in response.get_json()["issue"]} == {
        "hook",
        "hookInstance",
        "context",
        "context.patientId",
        "context.userId",
    }


@pytest.mark.parametrize(
    "context",
    [{"selections": [1] * 100_000}, {"draftOrders": {"resourceType": "Bundle", "entry": ["x"] * 100_000}}],
    ids=["selections", "entries"],
)
def test_security_S67_an_answer_is_never_many_times_its_request(tmp_path: Path, context: Any) -> None:
    edge = Edge(tmp_path, service(RESULTS, hook="order-select"))
    response = edge.post(request(hook="order-select", context={"selections": []} | context))
    outcome_of(response, 400)
    assert len(response.get_json()["issue"]) == 100
    assert len(response.data) < 50_000


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "", "multipart/form-data"],
)
def test_fault_A06_other_content_types(edge: Edge, kind: str) -> None:
    assert "application/json" in outcome_of(edge.post(request(), content_type=kind), 415)


@pytest.mark.parametrize(
    "kind", ["application/json", "application/fhir+json", "application/json; charset=UTF-8", "Application/JSON;charset=utf8"]
)
def test_fault_A06_accepted_content_types(edge: Edge, kind: str) -> None:
    assert edge.post(request(), content_type=kind).status_code == 200


def test_fault_A07_a_large_body(tmp_path: Path) -> None:
    small = Edge(tmp_path, max_body_bytes=2000)
    assert "larger" in outcome_of(small.post(b" " * 2001), 413)
    assert "larger" in outcome_of(small.post(b"{}", environ_overrides={"CONTENT_LENGTH": "999999"}), 413)
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    assert "larger" in outcome_of(small.post(b" " * 5000, environ_overrides=chunked), 413)


def test_fault_A07_a_body_shorter_than_it_says(edge: Edge) -> None:
    outcome_of(edge.post(b'{"hook":1}', environ_overrides={"CONTENT_LENGTH": "8"}), 400)


def test_fault_A08_deep_nesting_over_http(edge: Edge) -> None:
    assert "nested" in outcome_of(edge.post(b"[" * 10_000 + b"]" * 10_000), 400)


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, identity"])
def test_fault_A09_compressed_bodies_are_refused(edge: Edge, encoding: str) -> None:
    assert "compressed" in outcome_of(edge.post(b"\x1f\x8b", headers={"Content-Encoding": encoding}), 415)


@pytest.mark.parametrize(
    "path", ["/cds-services/nobody", "/cds-services/nobody/feedback", "/", "/cds-services/a/b", "//cds-services", "/cds-services/%0aX"]
)
def test_fault_A12_unknown_addresses(edge: Edge, path: str) -> None:
    assert "GET /cds-services" in outcome_of(edge.post(request(), path), 404)


def test_a_slash_at_the_end_is_tolerated(edge: Edge) -> None:
    assert edge.client.get("/cds-services/").status_code == 200
    assert edge.post(request(), CALL + "/").status_code == 200


def test_fault_A15_the_same_request_gets_the_same_answer(edge: Edge) -> None:
    assert edge.post(request()).data == edge.post(request()).data


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize(
    ("path", "allowed"), [(CALL, {"POST", "OPTIONS"}), (CALL + "/feedback", {"POST", "OPTIONS"}), ("/cds-services", {"GET", "OPTIONS"})]
)
def test_fault_A19_security_S55_other_methods(edge: Edge, method: str, path: str, allowed: set[str]) -> None:
    if method in allowed:
        return
    response = edge.client.open(path, method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed
    if method != "HEAD":
        outcome_of(response, 405)


def test_method_override_is_not_a_thing(edge: Edge) -> None:
    assert edge.client.get(CALL, headers={"X-HTTP-Method-Override": "POST"}).status_code == 405


def test_probes_answer_head(edge: Edge) -> None:
    assert edge.client.head("/health").status_code == edge.client.head("/ready").status_code == 200


def test_fault_A20_over_http(edge: Edge) -> None:
    body = request(fhirAuthorization={"access_token": "secret", "token_type": "Bearer", "expires_in": 1})
    assert "secret" not in outcome_of(edge.post(body), 400)


def test_fault_A21_security_S24_an_unlisted_server_is_said_in_coverage(tmp_path: Path) -> None:
    public = Edge(tmp_path, service(OPTIONAL), fhir_servers=("https://ehr.example.org/fhir",))
    body = public.post(with_server("http://ehr.example.org/fhir")).get_json()
    assert "fhir_servers" in body["extension"]["org.precision-hooks.coverage"]["notChecked"][0]["because"]


def test_fault_C01_required_data_out_of_reach_is_412(edge: Edge) -> None:
    assert "'results'" in outcome_of(edge.post(request(prefetch={})), 412)


def test_fault_C20_no_draft_orders_is_412(edge: Edge) -> None:
    assert "scope" in outcome_of(edge.post(request(context={"draftOrders": None})), 412)


def test_fault_B02_another_patient_is_412_and_a_security_event(edge: Edge) -> None:
    told = outcome_of(edge.post(request(prefetch={"results": None, "patient": {"resourceType": "Patient", "id": "p-canary"}})), 412)
    assert "p-canary" not in told + edge.log.getvalue()
    assert [line["event"] for line in edge.lines()] == ["started", "patient_mismatch", "answered"]


def test_fault_C14_old_orders_are_412(edge: Edge) -> None:
    stu3 = {"resourceType": "MedicationOrder", "id": "m1", "patient": {"reference": "Patient/p1"}}
    outcome_of(edge.post(request(context={"draftOrders": drafts(stu3)})), 412)


def test_fault_B03_a_dropped_resource_is_counted(edge: Edge) -> None:
    edge.post(request(prefetch={"patient": None, "results": bundle(observation(patient="p2"))}))
    assert edge.lines()[-1]["foreign_dropped"] == 1
    assert 'precision_hooks_foreign_resources_total{service="test-order-sign"} 1.0' in edge.client.get("/metrics").text


def test_fault_D12_a_next_page_on_another_server_is_logged_and_counted(edge: Edge, fhir: MockFhir) -> None:
    fhir.answers |= {"Patient/p1": {"resourceType": "Patient", "id": "p1"}}
    fhir.answers["Observation"] = bundle(observation(), next_url="https://elsewhere.example.org/canary?page=2")
    response = edge.post(with_server(fhir.base)).get_json()
    assert "another server" in json.dumps(response["extension"])
    event = next(line for line in edge.lines() if line["event"] == "next_on_another_server")
    assert (event["level"], event["correlation"]) == ("warning", INSTANCE)
    assert "precision_hooks_refused_next_links_total 1.0" in edge.client.get("/metrics").text
    assert "canary" not in edge.log.getvalue() + edge.client.get("/metrics").text


def test_fault_B03_several_dropped_resources_are_counted_each(edge: Edge) -> None:
    foreign = [observation(f"o{n}", patient="p2") for n in range(3)]
    edge.post(request(prefetch={"patient": None, "results": bundle(observation(), *foreign)}))
    assert edge.lines()[-1]["foreign_dropped"] == 3


def test_fault_B03_strict_refuses_what_lies_beside_another_patient(tmp_path: Path) -> None:
    edge = Edge(tmp_path, strict=True)
    prefetch = {"patient": None, "results": bundle(observation(), observation("o2", patient="p2"))}
    outcome_of(edge.post(request(prefetch=prefetch)), 412)
    assert edge.lines()[-2]["event"] == "patient_mismatch"


def test_a_server_read_end_to_end(edge: Edge, fhir: MockFhir) -> None:
    fhir.answers |= {"Patient/p1": {"resourceType": "Patient", "id": "p1"}, "Observation": bundle(observation())}
    assert edge.post(with_server(fhir.base)).get_json() == {"cards": []}
    assert len(fhir.asked) == 2


@pytest.mark.parametrize(
    "error", [ValueError("p-canary at /home/x SELECT"), KeyError("p-canary"), RecursionError(), KnowledgeError("p-canary")]
)
def test_security_S43_a_bug_is_500_without_stack_or_echo(tmp_path: Path, error: Exception) -> None:
    def broken(*_: Any) -> Assessment:
        raise error

    edge = Edge(tmp_path, service(assess=broken))
    told = outcome_of(edge.post(request()), 500)
    assert INSTANCE in told and "nothing was checked" in told
    assert "p-canary" not in told + edge.log.getvalue()
    fault = edge.lines()[1]
    assert (fault["event"], fault["kind"], fault["correlation"]) == ("fault", type(error).__name__, INSTANCE)
    assert any("test_routes.py" in frame for frame in fault["where"])


def test_security_S43_a_correlation_id_is_ours_where_none_is_valid(edge: Edge) -> None:
    edge.post(request(hookInstance="evil\r\nid"))
    assert len(edge.lines()[-1]["correlation"]) == 36


def test_fault_H20_discovery_stays_up(tmp_path: Path) -> None:
    edge = Edge(tmp_path, store_url="sqlite:////proc/nowhere/x.sqlite")
    assert edge.client.get("/cds-services").status_code == 200
    assert edge.client.get("/ready").get_json() == {
        "status": "degraded",
        "knowledge": KNOWLEDGE.digest,
        "services": 1,
        "store": "unreachable",
    }
    assert edge.post(request()).status_code == 200


def test_health_and_readiness(edge: Edge) -> None:
    assert edge.client.get("/health").get_json() == {"status": "ok"}
    assert edge.client.get("/ready").get_json() == {"status": "ready", "knowledge": KNOWLEDGE.digest, "services": 1, "store": "reachable"}


def test_fault_A22_security_S37_cors(tmp_path: Path) -> None:
    edge = Edge(tmp_path, cors_origins=["https://ehr.example.org"])
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    for path in ("/cds-services", CALL, CALL + "/feedback"):
        response = edge.client.options(path, headers={"Origin": "https://ehr.example.org"} | asks)
        assert response.status_code == 204
        assert "Content-Type" not in response.headers
        assert response.headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"
        assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert response.headers["Vary"] == "Origin"
        for origin in ("https://evil.example.org", "null", "https://ehr.example.org.evil", "https://EHR.example.org", "*"):
            assert not any(h.startswith("Access-Control") for h, _ in edge.client.options(path, headers={"Origin": origin} | asks).headers)
    assert (
        edge.post(b"{", headers={"Origin": "https://ehr.example.org"}).headers["Access-Control-Allow-Origin"] == "https://ehr.example.org"
    )


def test_fault_A22_no_cors_unless_configured(edge: Edge) -> None:
    assert not any(
        h.startswith("Access-Control") for h, _ in edge.client.get("/cds-services", headers={"Origin": "https://a.example.org"}).headers
    )


@pytest.mark.parametrize("path", ["/cds-services", "/health", "/ready", "/metrics", "/nowhere"])
def test_every_answer_has_its_security_headers(edge: Edge, path: str) -> None:
    headers = edge.client.get(path).headers
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_metrics_are_the_apps_own_and_name_no_patient(tmp_path: Path) -> None:
    one, two = Edge(tmp_path), Edge(tmp_path)
    one.post(request())
    one.post(request(), "/cds-services/p-canary")
    text = one.client.get("/metrics").text
    assert 'precision_hooks_requests_total{service="test-order-sign",status="200"} 1.0' in text
    assert 'precision_hooks_requests_total{service="unknown",status="404"} 1.0' in text
    assert 'precision_hooks_gaps_total{reason="unavailable",service="test-order-sign"} 1.0' in text
    assert "p-canary" not in text
    assert "test-order-sign" not in two.client.get("/metrics").text


def test_security_S40_no_line_can_be_forged(edge: Edge) -> None:
    evil = '\r\n{"event":"forged"}\x1b[31m\u2028'
    edge.post(request(hookInstance=evil), "/cds-services/" + "%0d%0aforged")
    edge.post(request(hookInstance=evil, hook=evil), headers={"User-Agent": "x"})
    assert "forged" not in edge.log.getvalue()
    assert all(line["event"] in ("started", "answered") for line in edge.lines())


def test_security_S41_S42_canaries_of_patient_and_token_stay_out(edge: Edge, fhir: MockFhir, capfd: pytest.CaptureFixture[str]) -> None:
    def marked(name: str) -> str:
        return f"canary-{name}"

    order = draft(
        marked("order"), subject={"reference": f"Patient/{marked('p')}"}, medicationReference={"reference": f"Medication/{marked('m')}"}
    )
    context = {"patientId": marked("p"), "userId": f"Practitioner/{marked('u')}", "encounterId": marked("e"), "draftOrders": drafts(order)}
    fine = with_server(fhir.base + f"?{marked('q')}", token=marked("token"), context=context, extension={marked("x"): marked("y")})
    calls = [
        fine,
        with_server(fhir.base, token=marked("token"), context=context),
        fine | {"hookInstance": marked("i")},
        fine | {"hook": marked("h")},
        fine | {"prefetch": {marked("k"): marked("v"), "results": bundle(observation(marked("o"), patient=marked("other")))}},
    ]
    for fault in ("", "401", "500", "html"):
        fhir.fault = fault
        for body in calls:
            response = edge.post(body, CALL + "?" + marked("query"))
            assert "token" not in response.text or marked("token") not in response.text
            if response.status_code != 200:
                assert "canary" not in response.text
    edge.post(json.dumps(calls[1]).encode()[:-3])
    assert "canary" not in edge.log.getvalue() + edge.client.get("/metrics").text + "".join(capfd.readouterr())
    assert len(edge.lines()) > 20


def test_mismatch_by_draft_is_412(edge: Edge) -> None:
    assert issubclass(PatientMismatch, Exception)
    foreign = drafts(draft(subject={"reference": "Patient/p2"}))
    outcome_of(edge.post(request(context={"draftOrders": foreign})), 412)


def test_a_feedback_store_that_is_down_leaves_orders_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edge = Edge(tmp_path, store_url="sqlite:////proc/nowhere/x.sqlite")
    item = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-02-01T00:00:00Z"}
    response = edge.post({"feedback": [item]}, CALL + "/feedback")
    assert "again later" in outcome_of(response, 503)
    assert response.headers["Retry-After"] == "30"
    monkeypatch.setattr(FeedbackStore, "record", lambda *_: pytest.fail("an order touched the store"))
    assert edge.post(request()).status_code == 200
