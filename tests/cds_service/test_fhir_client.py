"""Reading the caller's FHIR server: each fault of the server, and who may be called at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from cds_service.clients.client import Client, local
from cds_service.errors import DataUnavailable
from cds_service.fhir_answers import Deadline
from cds_service.fhir_client import Access, FhirClient
from cds_service.gather import gather
from cds_service.settings import Settings
from fhir_mappings.inputs import Found
from tests.support.edge import INSTANCE, OPTIONAL, RESULTS, asked, observation, with_server
from tests.support.mock_fhir import MockFhir, bundle

DEADLINE_MS = 150


HERE = local((), (), 800)  #: who calls a service on loopback


def client_with(**settings: Any) -> FhirClient:
    return FhirClient(Settings(store_url="sqlite://", **settings))


@pytest.fixture
def client() -> Iterator[FhirClient]:
    made = client_with()
    yield made
    made.close()


def fetched(client: FhirClient, base: str, ms: int = DEADLINE_MS, caller: Client = HERE, **more: Any) -> Found:
    return gather(asked(with_server(base, **more)), (OPTIONAL,), client, Deadline.after(ms), caller).found["labs"]


@pytest.mark.parametrize("fault", ["slow", "drip body", "drip headers"])
def test_fault_D01_nothing_outlasts_the_deadline(client: FhirClient, fhir: MockFhir, fault: str) -> None:
    fhir.fault = fault
    found = fetched(client, fhir.base, 100)
    assert not fhir.outlasted
    assert found.failed and "deadline" in found.because


@pytest.mark.parametrize("fault", ["slow", "drip body", "drip headers"])
def test_fault_D01_security_S67_a_hanging_server_holds_no_thread(client: FhirClient, fhir: MockFhir, fault: str) -> None:
    fhir.fault = fault
    fetched(client, fhir.base, 50)
    fhir.fault = ""
    fhir.answers["Observation"] = bundle(observation())
    client._threads.shutdown(wait=True)
    assert not fhir.outlasted


def test_a_connection_that_was_cut_is_not_used_again(client: FhirClient, fhir: MockFhir) -> None:
    fhir.answers["Observation"] = bundle(observation())
    for fault in ("", "drip headers", "", "drip body", ""):
        fhir.fault = fault
        assert fetched(client, fhir.base, 100 if fault else 1000).failed == bool(fault)


def test_fault_D01_one_deadline_for_all_inputs_and_rounds(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "slow"
    with pytest.raises(DataUnavailable):
        gather(asked(with_server(fhir.base)), (RESULTS, OPTIONAL), client, Deadline.after(100), HERE)
    assert not fhir.outlasted


def test_fault_D02_connection_refused(client: FhirClient) -> None:
    found = fetched(client, "http://127.0.0.1:9/fhir", 400)
    assert found.failed and "reached" in found.because


@pytest.mark.parametrize("fault", ["401", "403", "429", "400"])
def test_fault_D03_D05_refusals_are_not_tried_again(client: FhirClient, fhir: MockFhir, fault: str) -> None:
    fhir.fault = fault
    assert fetched(client, fhir.base).failed
    assert len(fhir.asked) == 1


def test_fault_D03_the_scope_is_named(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "403"
    assert "scopes" in fetched(client, fhir.base).because


def test_fault_D05_no_retry_on_429(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "429"
    assert fetched(client, fhir.base, 5000).failed
    assert len(fhir.asked) == 1


@pytest.mark.parametrize("fault", ["404", "410"])
def test_fault_D04_absent_for_a_read_failed_for_a_search(client: FhirClient, fhir: MockFhir, fault: str) -> None:
    from fhir_mappings.patient import PATIENT

    fhir.fault = fault
    assert fetched(client, fhir.base).failed
    read = gather(asked(with_server(fhir.base)), (PATIENT,), client, Deadline.after(DEADLINE_MS), HERE).found["patient"]
    assert read == Found()


def test_fault_D06_one_retry(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "503 once"
    fhir.answers["Observation"] = bundle(observation())
    assert len(fetched(client, fhir.base, 1000).resources) == 1
    assert len(fhir.asked) == 2
    fhir.fault = "503"
    assert fetched(client, fhir.base, 1000).failed
    assert len(fhir.asked) == 4


def test_fault_D06_no_retry_late_in_the_deadline(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "500"
    late = Deadline(10.0, time.monotonic() + 3.9)
    answer = client.read("Observation", Access.of(fhir.base, "t", None, late, HERE))
    assert answer.body is None and len(fhir.asked) == 1


@pytest.mark.parametrize("fault", ["html", "xml", "outcome", "truncated", "not json", "latin1", "duplicate keys", "no resource"])
def test_fault_D07_D08_D10_D14_what_is_no_fhir_json_is_failed(client: FhirClient, fhir: MockFhir, fault: str) -> None:
    fhir.fault = fault
    found = fetched(client, fhir.base)
    assert found.failed and found.because
    assert "please log in" not in found.because


def test_fault_D07_html(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "html"
    assert "login page" in fetched(client, fhir.base).because


def test_fault_D08_outcome_with_200(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "outcome"
    assert "OperationOutcome" in fetched(client, fhir.base).because


def test_fault_D10_broken_json(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "truncated"
    assert fetched(client, fhir.base).failed


def test_fault_D14_xml(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "xml"
    assert "XML" in fetched(client, fhir.base).because


def test_fault_D09_security_S27_redirects_are_not_followed(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "redirect"
    assert fetched(client, fhir.base).failed
    assert len(fhir.asked) == 1


def test_fault_D09_redirects(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "redirect"
    assert "302" in fetched(client, fhir.base).because


def test_fault_D11_loops_and_endless_pages_end(fhir: MockFhir) -> None:
    client = client_with(fhir_page_limit=4)
    fhir.fault = "loop"
    found = fetched(client, fhir.base, 1000)
    assert (found.complete, len(fhir.asked)) == (False, 2)
    fhir.fault, fhir.asked = "endless", []
    found = fetched(client, fhir.base, 1000)
    assert (found.complete, len(fhir.asked)) == (False, 4)
    client.close()


def test_fault_D12_security_S26_the_token_stays_on_its_origin(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "next elsewhere"
    found = fetched(client, fhir.base)
    assert (found.complete, found.failed, len(fhir.asked)) == (False, False, 1)
    assert "another server" in found.because
    assert fhir.asked[0][1]["Authorization"] == "Bearer secret-token"


def test_security_S26_token_to_the_same_origin_only(client: FhirClient, fhir: MockFhir) -> None:
    elsewhere = bundle(next_url=fhir.base.replace("http://", "https://") + "/Observation?page=2")
    fhir.answers["Observation"] = elsewhere
    assert not fetched(client, fhir.base).complete
    assert len(fhir.asked) == 1


def test_fault_D12_next_to_another_host_is_a_security_event(fhir: MockFhir) -> None:
    heard: list[str] = []
    client = FhirClient(Settings(store_url="sqlite://"), next_refused=heard.append)
    fhir.fault = "next elsewhere"
    assert not fetched(client, fhir.base).complete
    assert heard == [INSTANCE]
    client.close()


def test_relative_next_links_are_followed(client: FhirClient, fhir: MockFhir) -> None:
    fhir.answers["Observation"] = bundle(observation(), next_url="Observation?page=2")
    fhir.pages["Observation?page=2"] = bundle(observation("o2"))
    assert len(fetched(client, fhir.base).resources) == 2


def test_fault_D15_a_huge_page_is_cut(fhir: MockFhir) -> None:
    client = client_with(fhir_byte_limit=50_000)
    fhir.fault = "huge"
    assert "larger" in fetched(client, fhir.base, 1000).because
    client.close()


@pytest.mark.parametrize("seconds", [-5, 0, 1, 2])
def test_fault_D16_a_token_about_to_end_is_not_used(client: FhirClient, fhir: MockFhir, seconds: int) -> None:
    assert "expired" in fetched(client, fhir.base, expires_in=seconds).because
    assert fhir.asked == []


def test_fault_D18_a_private_address_that_nobody_listed(client: FhirClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("10.0.0.1", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0", "192.168.1.1"):
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, a=address, **__: [(2, 1, 6, "", (a, 0))])
        monkeypatch.setattr(client._session, "get", lambda *_, **__: pytest.fail("called"))
        assert "private network" in fetched(client, "https://ehr.example.org/fhir").because


def test_fault_D18_security_S25_a_name_that_changes_its_address_is_caught_before_a_byte_is_sent(
    client: FhirClient, fhir: MockFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the first look-up shows a public address, the connection lands on loopback."""
    port = int(fhir.base.rpartition(":")[2].partition("/")[0])
    looked_up: list[str] = []

    def rebound(host: str, *_: Any, **__: Any) -> list[Any]:
        looked_up.append(host)
        address = ("93.184.216.34", 443) if len(looked_up) == 1 else ("127.0.0.1", port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    found = fetched(client, f"https://ehr.example.org:{port}/fhir", 1000)
    assert found.failed and "private network" in found.because
    assert len(looked_up) == 2 and not fhir.asked


def test_fault_D19_unsorted_results_keep_the_newest_version(client: FhirClient, fhir: MockFhir) -> None:
    fhir.answers["Observation"] = bundle(observation(meta={"versionId": "2"}, status="amended"), observation(meta={"versionId": "1"}))
    assert [r["status"] for r in fetched(client, fhir.base).resources] == ["amended"]


def ehr(*fhir_servers: str) -> Client:
    return Client("ehr", issuer="https://ehr.example.org", fhir_servers=fhir_servers)


LISTED = ehr("https://ehr.example.org/fhir")


@pytest.mark.parametrize(
    ("caller", "server"),
    [
        (ehr(), "https://ehr.example.org/fhir"),
        (LISTED, "https://ehr.example.org/other"),
        (LISTED, "https://ehr.example.org/fhir/../other"),
        (LISTED, "https://ehr.example.org.evil.example/fhir"),
        (LISTED, "https://ehr.example.org@evil.example/fhir"),
        (LISTED, "https://ehr.example.org:8443/fhir"),
        (LISTED, "http://ehr.example.org/fhir"),
        (local(("https://ehr.example.org/fhir",), (), 800), "https://other.example.org/fhir"),
    ],
)
def test_security_S24_a_server_that_is_not_listed_is_never_called(
    client: FhirClient, caller: Client, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("a name was looked up"))
    assert fetched(client, server, caller=caller).failed


def test_security_S21_S24_what_is_listed_for_one_client_is_not_read_for_another(client: FhirClient, fhir: MockFhir) -> None:
    fhir.answers["Observation"] = bundle(observation())
    assert len(fetched(client, fhir.base, caller=ehr(fhir.base)).resources) == 1
    assert "listed for this client" in fetched(client, fhir.base, caller=LISTED).because
    assert len(fhir.asked) == 1


def test_security_S24_a_listed_server_in_any_spelling_of_host_and_slash(client: FhirClient) -> None:
    assert client.refusal("https://EHR.example.org:443/fhir", ehr("https://ehr.example.org/fhir/")) == ""


@pytest.mark.parametrize(
    "server", ["http://ehr.example.org/fhir", "http://169.254.169.254/", "http://0x7f000001/", "http://[::ffff:7f00:1]/fhir"]
)
def test_fault_A21_http_is_for_loopback_in_development_only(client: FhirClient, server: str) -> None:
    assert client.refusal(server, HERE)
    assert client.refusal("http://127.0.0.1:8080/fhir", LISTED)


@pytest.mark.parametrize(
    "server",
    [
        "file:///etc/passwd",
        "ftp://x/y",
        "https://a b/",
        "https://x\\@y/",
        "https://x/#f",
        "https://x/\r\nA: b",
        "https://u:p@x/",
        "https:///p",
        "x",
        "https://x:99999/",
        "https://exämple.org/",
        "https://x/a?b=c",
    ],
)
def test_security_S25_odd_urls_are_not_called(client: FhirClient, server: str) -> None:
    assert "plain" in client.refusal(server, HERE)


def test_security_S28_proxies_and_netrc_of_the_environment_are_ignored(
    client: FhirClient, fhir: MockFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    fhir.answers["Observation"] = bundle(observation())
    assert len(fetched(client, fhir.base).resources) == 1


def test_security_S42_no_token_in_the_repr_of_an_access() -> None:
    assert "canary" not in repr(Access.of("https://x.example.org", "canary", None, Deadline.after(1), HERE))


def test_cookies_of_one_answer_are_not_sent_with_the_next(client: FhirClient, fhir: MockFhir, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support import mock_fhir

    monkeypatch.setitem(mock_fhir._FAULTS, "400", lambda mock, handler: mock_fhir.send(handler, b"{}", status=400, Set_Cookie="a=b"))
    fhir.fault = "400"
    fetched(client, fhir.base)
    fetched(client, fhir.base)
    assert "Cookie" not in fhir.asked[1][1]


def test_fault_D02_D05_a_server_that_fails_rests_and_is_tried_again(
    client: FhirClient, fhir: MockFhir, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cds_service import breaker

    now = [1000.0]
    monkeypatch.setattr(client, "_breaker", breaker.Breaker(lambda: now[0]))
    fhir.fault = "500"
    for _ in range(breaker.FAILURES):
        assert "status 500" in fetched(client, fhir.base).because
        now[0] += 1
    asked_before = len(fhir.asked)
    assert "left alone" in fetched(client, fhir.base).because
    assert "status 500" in fetched(client, fhir.base, caller=ehr(fhir.base)).because, "what one client's server suffers is no other's"
    assert len(fhir.asked) > asked_before
    fhir.fault, now[0] = "", now[0] + breaker.REST
    fhir.answers["Observation"] = bundle(observation())
    assert len(fetched(client, fhir.base).resources) == 1
    assert len(fetched(client, fhir.base).resources) == 1


def test_fault_D05_retry_after_is_kept_to(client: FhirClient, fhir: MockFhir, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support import mock_fhir

    monkeypatch.setitem(mock_fhir._FAULTS, "429", lambda mock, handler: mock_fhir.send(handler, b"{}", status=429, Retry_After="30"))
    fhir.fault = "429"
    fetched(client, fhir.base)
    assert "left alone" in fetched(client, fhir.base).because
    assert len(fhir.asked) == 1
