"""The service as a hospital runs it: with a clients file, over HTTP."""

from __future__ import annotations

import gc
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.app import create_app, create_state
from cds_service.cli import main
from cds_service.logs import Log
from cds_service.routes import ACCESS
from cds_service.settings import Settings
from models.knowledge.types import Knowledge
from tests.support.audits import until
from tests.support.hospital import BASE, NOW, SIGN, Hospital
from tests.support.tokens import Ehr

DEMO: dict[str, Any] = json.loads((files("cds_service") / "demo.json").read_text("utf-8"))
ADDRESSES = ("/cds-services", SIGN, f"{SIGN}/feedback", "/cds-services/none", "/cds-services/none/feedback")


@pytest.fixture
def hospital(tmp_path: Path, knowledge: Knowledge) -> Hospital:
    return Hospital(tmp_path, knowledge, ehrs=(Ehr("epic-test", now=lambda: NOW), Ehr("oracle-test", algorithm="RS384", now=lambda: NOW)))


@pytest.mark.parametrize("path", ADDRESSES)
def test_security_S01_S20_without_a_token_there_is_a_bare_401(hospital: Hospital, path: str) -> None:
    body = None if path == "/cds-services" else DEMO
    elsewhere = hospital.ehr.token(BASE + "/cds-services/other")
    for token in ("", "nonsense", elsewhere, hospital.ehr.token(BASE + path, alg="none", signed_as="none")):
        answer = hospital.ask(path, body, token=token)
        assert (answer.status_code, answer.get_data()) == (401, b"")
        assert {name for name, _ in answer.headers} == {"Content-Length", "X-Content-Type-Options", "Cache-Control"}


def test_security_S20_the_reason_stands_in_the_audit_alone(hospital: Hospital) -> None:
    hospital.ask(SIGN, DEMO, token=hospital.ehr.token(BASE + "/elsewhere"))
    until(lambda: hospital.audit.entries(event="refused"))  # the first line opens the database, and may wait in the spool until then
    (line,) = hospital.audit.entries(event="refused")
    assert line.entry.details["refusal"]["reason"] == "audience"
    assert (line.entry.tenant, line.entry.details["status"]) == ("epic-test", 401)


def test_a_good_token_is_answered_at_each_address(hospital: Hospital) -> None:
    assert hospital.ask("/cds-services").get_json()["services"]
    (card,) = hospital.ask(SIGN, DEMO).get_json()["cards"]
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z"}
    assert hospital.ask(f"{SIGN}/feedback", {"feedback": [item]}).get_json()["stored"] == 1
    assert hospital.ask(SIGN, DEMO, ehr=hospital.ehrs[1]).status_code == 200
    assert [line.entry.tenant for line in hospital.audit.entries(event="call")] == ["oracle-test", "epic-test"]


def test_security_S15_a_token_is_good_once(hospital: Hospital) -> None:
    token = hospital.ehr.token(BASE + "/cds-services")
    assert [hospital.ask("/cds-services", token=token).status_code for _ in range(2)] == [200, 401]


def test_a_large_body_is_read_before_it_is_refused(hospital: Hospital) -> None:
    body = json.dumps(DEMO | {"extension": {"x": "y" * 3_000_000}})
    assert hospital.ask(SIGN, body, token="").status_code == 401


def test_security_S21_H18_what_one_client_says_changes_nothing_for_another(hospital: Hospital) -> None:
    other = hospital.ehrs[1]
    (card,) = hospital.ask(SIGN, DEMO).get_json()["cards"]
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z"}
    item["overrideReason"] = {"reason": {"code": "tolerates", "system": "urn:precision-hooks:override-reason"}}
    assert hospital.ask(f"{SIGN}/feedback", {"feedback": [item]}, ehr=other).status_code == 200
    again = DEMO | {"hookInstance": "11111111-1111-4111-8111-111111111111", "context": DEMO["context"] | {"encounterId": "enc-2"}}
    assert len(hospital.ask(SIGN, again).get_json()["cards"]) == 1, "the override was another tenant's"
    assert hospital.audit.entries(tenant="oracle-test", event="feedback") and not hospital.audit.entries(
        tenant="epic-test", event="feedback"
    )


def test_fault_H18_feedback_of_another_client_is_an_orphan_of_its_own(hospital: Hospital) -> None:
    (card,) = hospital.ask(SIGN, DEMO).get_json()["cards"]
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z"}
    for ehr in hospital.ehrs:
        assert hospital.ask(f"{SIGN}/feedback", {"feedback": [item]}, ehr=ehr).get_json()["stored"] == 1


def test_fault_B14_the_same_patient_id_at_two_clients_is_two_patients(hospital: Hospital) -> None:
    assert len(hospital.ask(SIGN, DEMO).get_json()["cards"]) == 1
    again = DEMO | {"hookInstance": "11111111-1111-4111-8111-111111111111"}
    assert len(hospital.ask(SIGN, again, ehr=hospital.ehrs[1]).get_json()["cards"]) == 1
    keys = {line.entry.details["patient"] for line in hospital.audit.entries(event="call")}
    assert len(keys) == 2


def test_security_S22_S23_every_route_says_who_may_use_it(hospital: Hospital) -> None:
    served = {rule.endpoint for rule in hospital.app.url_map.iter_rules()}
    assert served == set(ACCESS)
    models = {"models", "model", "model_source_attributes"}  # what committees and integrators read, and whoever follows a card's link
    open_to_all = {endpoint.rpartition(".")[2] for endpoint, access in ACCESS.items() if access == "anybody"}
    assert open_to_all == {"health", "ready", "openapi"} | models


@pytest.mark.parametrize("path", ["/health", "/ready", "/openapi.json", "/models", "/models/prevent", "/models/prevent/source-attributes"])
def test_security_S22_what_anybody_may_ask_tells_nothing_of_clients(hospital: Hospital, path: str) -> None:
    answer = hospital.ask(path, token="")
    assert answer.status_code == 200
    assert b"epic-test" not in answer.get_data() and str(hospital.folder).encode() not in answer.get_data()


def test_security_S22_metrics_are_the_operators(tmp_path: Path, knowledge: Knowledge) -> None:
    key = "0123456789abcdef0123456789abcdef"
    hospital = Hospital(tmp_path, knowledge, metrics_key=key)
    assert [hospital.ask("/metrics", token=token).status_code for token in ("", "wrong", key)] == [401, 401, 200]
    assert hospital.ask("/metrics").status_code == 401, "a client is no operator"


def test_security_S22_without_a_key_metrics_are_for_this_machine_alone(hospital: Hospital) -> None:
    assert hospital.client.get("/metrics").status_code == 200
    assert hospital.client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert hospital.client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 401


def test_security_S37_each_client_has_its_own_origins(tmp_path: Path, knowledge: Knowledge) -> None:
    ehrs = (Ehr("one", now=lambda: NOW), Ehr("two", now=lambda: NOW))
    hospital = Hospital(tmp_path, knowledge, 'cors_origins = ["https://app.example.org"]\n', ehrs=ehrs)
    shared = "Access-Control-Allow-Origin"
    for ehr, expected in zip(ehrs, ("https://app.example.org", None), strict=True):
        assert hospital.ask("/cds-services", ehr=ehr, Origin="https://app.example.org").headers.get(shared) == expected
    preflight = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}
    assert hospital.client.options(SIGN, headers=preflight).headers[shared] == "https://app.example.org"
    assert hospital.client.options(SIGN, headers=preflight | {"Origin": "https://evil.example"}).headers.get(shared) is None


def test_a_client_that_shows_errors_is_told_none(tmp_path: Path, knowledge: Knowledge) -> None:
    hospital = Hospital(tmp_path, knowledge, 'error_mode = "empty-200"\n')
    answer = hospital.ask(SIGN, DEMO | {"prefetch": {}})
    assert (answer.status_code, answer.get_json()) == (200, {"cards": []})
    assert answer.headers["X-CDS-Degraded"] == "412; incomplete"
    assert 'precision_hooks_requests_total{service="precision-order-sign",status="412"} 1.0' in hospital.client.get("/metrics").text
    assert hospital.audit.entries(event="call")[0].entry.details["status"] == 412
    assert hospital.ask(SIGN, DEMO, token="").status_code == 401


def test_one_alias_for_both_order_hooks(tmp_path: Path, knowledge: Knowledge) -> None:
    hospital = Hospital(tmp_path, knowledge, 'alias = "precision-orders"\n')
    listed = [(s["id"], s["hook"]) for s in hospital.ask("/cds-services").get_json()["services"]]
    assert ("precision-orders", "order-select") in listed and ("precision-orders", "order-sign") in listed
    (card,) = hospital.ask("/cds-services/precision-orders", DEMO).get_json()["cards"]
    select = DEMO | {"hook": "order-select", "context": DEMO["context"] | {"selections": ["MedicationRequest/order-1"]}}
    assert hospital.ask("/cds-services/precision-orders", select).status_code == 200
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z"}
    item["overrideReason"] = {"reason": {"code": "tolerates", "system": "urn:precision-hooks:override-reason"}}
    assert hospital.ask("/cds-services/precision-orders/feedback", {"feedback": [item]}).get_json()["stored"] == 1
    again = DEMO | {"hookInstance": "11111111-1111-4111-8111-111111111111", "context": DEMO["context"] | {"encounterId": "enc-2"}}
    assert hospital.ask("/cds-services/precision-orders", again).get_json()["cards"] == []


def test_fault_C13_a_key_that_the_clients_file_names_is_read(tmp_path: Path, knowledge: Knowledge) -> None:
    prefetch = dict(DEMO["prefetch"])
    renamed = DEMO | {"prefetch": {"-genotypes" if name == "genotypes" else name: value for name, value in prefetch.items()}}
    assert Hospital(tmp_path, knowledge).ask(SIGN, renamed).status_code == 412
    folder = tmp_path / "named"
    folder.mkdir()
    named = Hospital(folder, knowledge, '[epic-test.prefetch_keys]\n"-genotypes" = "genotypes"\n')
    assert len(named.ask(SIGN, renamed).get_json()["cards"]) == 1


def test_a_clients_file_that_changes_is_in_force_without_a_restart(hospital: Hospital) -> None:
    path = hospital.folder / "clients.toml"
    whole = path.read_text()
    path.write_text(whole.partition("[oracle-test]")[0])
    hospital.holder.look()
    hospital.holder.look()
    assert hospital.ask("/cds-services", ehr=hospital.ehrs[1]).status_code == 401
    assert hospital.ask("/cds-services").status_code == 200
    path.write_text("[epic-test]\nissuer = 5\n")
    hospital.holder.look()
    hospital.holder.look()
    assert hospital.ask("/cds-services").status_code == 200, "a broken file changes nothing"


def test_a_token_stays_used_when_the_clients_file_changes(hospital: Hospital) -> None:
    token = hospital.ehr.token(BASE + "/cds-services")
    assert hospital.ask("/cds-services", token=token).status_code == 200
    (hospital.folder / "store.sqlite").unlink()
    path = hospital.folder / "clients.toml"
    path.write_text(path.read_text() + "\n# once more\n")
    hospital.holder.look()
    hospital.holder.look()
    assert hospital.ask("/cds-services", token=token).status_code == 401


@pytest.mark.parametrize("changed", [{"clients": ""}, {"base_url": ""}])
def test_fault_G15_security_S01_a_service_that_others_can_reach_has_clients(tmp_path: Path, changed: dict[str, str]) -> None:
    from cds_service.setting_checks import SettingsError

    hospital = Hospital(tmp_path, None)
    given = {"host": "0.0.0.0", "clients": hospital.settings.clients, "base_url": BASE} | changed
    with pytest.raises(SettingsError, match=r"PRECISION_HOOKS_CLIENTS|needed with a clients file"):
        Settings(**given)  # type: ignore[arg-type]


def test_without_a_clients_file_everybody_on_this_machine_is_one_client(tmp_path: Path, knowledge: Knowledge) -> None:
    state = create_state(Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}"), knowledge, log=Log(io.StringIO()))
    assert create_app(state=state).test_client().get("/cds-services").status_code == 200


@pytest.mark.parametrize(("unaudited", "status"), [("serve", 200), ("refuse", 503)])
def test_fault_G02_when_neither_store_nor_spool_takes_anything(tmp_path: Path, knowledge: Knowledge, unaudited: str, status: int) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database, surely" * 500)
    (tmp_path / "spool").write_text("a file where a folder is meant: nothing can be written there, as on a full disk")
    hospital = Hospital(tmp_path, knowledge, unaudited=unaudited, spool=str(tmp_path / "spool"))
    answer = hospital.ask(SIGN, DEMO)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert 'precision_hooks_journal_total{fate="lost"}' in hospital.client.get("/metrics").text
    item = {"card": "c", "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z"}
    assert hospital.ask(f"{SIGN}/feedback", {"feedback": [item]}).status_code == 503, "nobody is told that it was kept"


def test_fault_G05_strict_installations_refuse_while_used_tokens_cannot_be_known(tmp_path: Path, knowledge: Knowledge) -> None:
    (tmp_path / "store.sqlite.tokens").write_bytes(b"no database, surely" * 500)
    assert Hospital(tmp_path, knowledge, strict_jti=True).ask(SIGN, DEMO).status_code == 401
    assert Hospital(tmp_path, knowledge).ask(SIGN, DEMO).status_code == 200


def test_security_S53_failures_of_one_address_are_told_up_to_a_number_and_good_calls_pass(hospital: Hospital) -> None:
    statuses = [hospital.ask(SIGN, DEMO, token="nonsense").status_code for _ in range(60)]
    assert statuses[0] == 401 and statuses[-1] == 429
    assert len(hospital.audit.entries(event="refused")) == statuses.count(401) < 60
    assert hospital.ask(SIGN, DEMO).status_code == 200


def test_security_S53_a_client_has_its_rate(tmp_path: Path, knowledge: Knowledge) -> None:
    hospital = Hospital(tmp_path, knowledge, "calls_per_minute = 6\n")
    statuses = [hospital.ask(SIGN, DEMO | {"hookInstance": f"00000000-0000-4000-8000-{n:012}"}).status_code for n in range(4)]
    assert statuses[0] == 200 and statuses[-1] == 429
    assert hospital.ask("/cds-services").status_code == 200, "discovery is no call"


def test_security_S56_members_that_nobody_asked_for_change_nothing(hospital: Hospital) -> None:
    item = {
        "card": "c",
        "outcome": "overridden",
        "outcomeTimestamp": "2026-11-25T12:00:00Z",
        "tenant": "oracle-test",
        "skewed": True,
        "id": 7,
    }
    assert hospital.ask(f"{SIGN}/feedback", {"feedback": [item], "tenant": "oracle-test"}).get_json()["stored"] == 1
    (line,) = hospital.audit.entries(event="feedback")
    assert line.entry.tenant == "epic-test"
    assert hospital.ask(SIGN, DEMO | {"tenant": "oracle-test", "client": "oracle-test", "site": "../x"}).status_code == 200


def test_evaluate_answers_as_a_client_would_be_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hospital = Hospital(tmp_path, None, 'dialect = "epic"\n')
    for name in ("clients", "base_url", "store_url"):
        monkeypatch.setenv(f"PRECISION_HOOKS_{name.upper()}", str(getattr(hospital.settings, name)))
    (tmp_path / "request.json").write_text(json.dumps(DEMO))
    for words, status, behaviour in ((("--client", "epic-test"), 1, "any"), ((), 1, "at-most-one"), (("--client", "none"), 2, "")):
        done = CliRunner().invoke(main, ["evaluate", str(tmp_path / "request.json"), *words])
        assert done.exit_code == status
        assert [card["selectionBehavior"] for card in json.loads(done.stdout).get("cards", ())] == ([behaviour] if behaviour else [])


def test_fault_A18_a_client_that_hung_up_gets_no_more_work_and_the_audit_says_so(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_service.routes.still_there", lambda environ: False)
    assert hospital.ask(SIGN, DEMO).status_code == 408
    (line,) = hospital.audit.entries(event="call")
    assert (line.entry.details["error"], line.entry.details["status"]) == ("Abandoned", 408)
    monkeypatch.undo()
    assert len(hospital.ask(SIGN, DEMO).get_json()["cards"]) == 1, "nothing counts as shown"


def test_fault_G13_no_object_outlives_its_call(tmp_path: Path, knowledge: Knowledge) -> None:
    hospital = Hospital(tmp_path, knowledge, "calls_per_minute = 1000000\n")

    def after(calls: range) -> int:
        for number in calls:
            instance = f"00000000-0000-4000-8000-{number:012}"
            assert (
                hospital.ask(SIGN, DEMO | {"hookInstance": instance, "context": DEMO["context"] | {"encounterId": instance}}).status_code
                == 200
            )
        gc.collect()
        return len(gc.get_objects())

    before = after(range(60))
    assert after(range(60, 260)) - before < 200, "fewer than one object for each call"
