"""The commands of the doctor, as a shell sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.app import create_app, create_state
from cds_service.audited import Entry
from cds_service.cli import main
from cds_service.logs import Log
from cds_service.settings import Settings
from models.knowledge.types import Knowledge
from tests.conftest import NOW
from tests.support.edge import request
from tests.support.surroundings import FakeJournal


@pytest.fixture(autouse=True)
def own_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("PRECISION_HOOKS_SPOOL_BYTES", "1024")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def with_calls(monkeypatch: pytest.MonkeyPatch, held: Sequence[Entry]) -> None:
    monkeypatch.setattr("cds_service.doctor.here.journal_of", lambda settings: FakeJournal(held))


def call(tenant: str = "default", **facts: Any) -> Entry:
    return Entry("call", NOW - timedelta(days=1), tenant, "precision-order-sign", details={"inbound": facts})


def test_doctor_tells_what_is_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with_calls(monkeypatch, [])
    done = run("doctor", "--offline")
    assert done.exit_code == 1 and "nobody is told apart" in done.output and "PRECISION_HOOKS_CLIENTS" in done.output
    told = json.loads(run("doctor", "--offline", "--json").output)
    assert told["status"] == 1 and {"settings", "knowledge", "store", "what changed"} <= {r["check"] for r in told["results"]}
    assert told["firing"] == []


def test_wrong_settings_are_told_and_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRECISION_HOOKS_PORT", "no port")
    done = run("doctor")
    assert done.exit_code == 2 and done.output.startswith("ERROR") and "PRECISION_HOOKS_PORT" in done.output
    assert json.loads(run("doctor", "--json").output)["status"] == 2


def test_a_broken_store_is_exit_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.doctor.here.journal_of", lambda settings: FakeJournal(reachable=False))
    done = run("doctor", "--offline")
    assert done.exit_code == 2 and "The store cannot be read" in done.output


def test_inbound_tells_of_the_last_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    held = [call(inputs={"genotypes": "prefetch"}, tokens=True), call("epic", inputs={"genotypes": "prefetch"}, foreign=1)]
    with_calls(monkeypatch, held)
    done = run("doctor", "--inbound")
    assert done.exit_code == 2 and "does not fill" in done.output and "other patients" in done.output
    one = run("doctor", "--inbound", "--client", "epic", "--json")
    assert [r["check"] for r in json.loads(one.output)["results"]] == ["inbound foreign [epic, precision-order-sign]"]


def test_inbound_looks_at_as_many_calls_as_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    old = Entry("refused", NOW - timedelta(days=9), "default", "precision-order-sign", details={"inbound": {"kind": "patient"}})
    with_calls(monkeypatch, [old, call(inputs={"genotypes": "prefetch"})])
    assert run("doctor", "--inbound", "--last", "1").exit_code == 0
    assert run("doctor", "--inbound", "--last", "2").exit_code == 2


def test_sheets_of_one_service_and_of_all() -> None:
    one = run("sheet", "precision-patient-view")
    assert one.exit_code == 0 and one.output.count("integration sheet for") == 1 and "patients who take" in one.output
    told = json.loads(run("sheet", "--json").output)
    assert [s["service"]["id"] for s in told["sheets"]] == ["precision-order-select", "precision-order-sign", "precision-patient-view"]


@pytest.mark.parametrize(
    ("words", "part"), [(("sheet", "nothing"), "no service is called"), (("sheet", "--client", "x"), "no client is called")]
)
def test_unknown_names_are_told(words: tuple[str, ...], part: str) -> None:
    done = run(*words)
    assert done.exit_code == 2 and part in done.output


def test_fault_C20_what_a_real_call_lacked_is_told_from_the_audit(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the request over HTTP to the doctor's sentence: nothing in between is made up."""
    settings = Settings(store_url=f"sqlite:///{tmp_path / 'store.sqlite'}")
    state = create_state(settings, knowledge, log=Log(None))
    client = create_app(state=state).test_client()
    lost = request()
    del lost["context"]["draftOrders"]
    strange = request(prefetch={"genes": None, "genotypes": {"resourceType": "Bundle", "type": "searchset"}})
    answers = [client.post("/cds-services/precision-order-sign", json=body) for body in (lost, lost, strange)]
    assert [answer.status_code for answer in answers] == [412, 412, 200]
    assert state.journal is not None
    state.journal.close()
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", settings.store_url)
    told = {r["what"]: (r["count"], r["of"]) for r in json.loads(run("doctor", "--inbound", "--json").output)["results"]}
    assert told["draftOrders did not come, so the call was refused (412)"] == (2, 3)
    assert told["prefetch key genes came, and no service knows it"] == (1, 3)
    assert told["prefetch key conditions was never sent, and it could not be read from the FHIR server"] == (1, 3)
    whole = run("doctor", "--offline")
    assert "the audit's chain is whole (3 entries)" in whole.output


def test_a_wrong_switches_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "switches.toml"
    file.write_text('[[switch]]\nmode = "off"\n', "utf-8")
    monkeypatch.setenv("PRECISION_HOOKS_SWITCHES", str(file))
    done = run("doctor", "--offline")
    assert done.exit_code == 2 and "switches.toml: switch 1: owner is missing" in done.output
