"""What a call leaves in the audit: `explain` shows it, `replay` repeats it, and nothing of a patient is in it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.app import create_app, create_state
from cds_service.cli import main
from cds_service.logs import Log
from cds_service.settings import Settings
from cds_service.store.audit import AuditLog
from models.knowledge.types import Knowledge

SIGN = "/cds-services/precision-order-sign"
DEMO: dict[str, Any] = json.loads((files("cds_service") / "demo.json").read_text("utf-8"))
INSTANCE = DEMO["hookInstance"]


class Site:
    """One installation, its clock in our hands, and the command line of the same machine."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge, **settings: Any) -> None:
        self.folder, self.now = folder, datetime(2026, 11, 20, 9, tzinfo=UTC)
        given = {"store_url": f"sqlite:///{folder / 'store.sqlite'}"} | settings
        for name, value in given.items():
            monkeypatch.setenv(f"PRECISION_HOOKS_{name.upper()}", str(value).lower() if isinstance(value, bool) else str(value))
        self.state = create_state(Settings(**given), knowledge, log=Log(io.StringIO()), now=lambda: self.now)
        self.client = create_app(state=self.state).test_client()
        self.audit = AuditLog(given["store_url"])

    def call(self, body: dict[str, Any]) -> dict[str, Any]:
        (self.folder / "request.json").write_bytes(sent := json.dumps(body).encode())
        told: dict[str, Any] = self.client.post(SIGN, data=sent, content_type="application/json").get_json()
        return told

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, [*words])

    def details(self) -> dict[str, Any]:
        return dict(self.audit.entries(event="call", limit=1)[0].entry.details)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge) -> Site:
    return Site(tmp_path, monkeypatch, knowledge)


def test_explain_tells_cards_rules_and_origins(site: Site) -> None:
    (card,) = site.call(DEMO)["cards"]
    done = site.run("explain", INSTANCE.upper())
    assert done.exit_code == 0
    for part in (
        card["uuid"],
        card["source"]["topic"]["code"],
        "clopidogrel–CYP2C19",
        "Observation/",
        "answered 200",
        "looked at",
        "CPIC clopidogrel",
    ):
        assert part in done.output
    assert "*2/*2" not in done.output and "pat-1" not in done.output


def test_explain_of_a_call_that_was_refused(site: Site) -> None:
    site.call(DEMO | {"prefetch": {}})
    done = site.run("explain", INSTANCE)
    assert "answered 412" in done.output and "DataUnavailable" in done.output


def test_explain_of_nothing(site: Site) -> None:
    done = site.run("explain", "00000000-0000-4000-8000-000000000000")
    assert (done.exit_code, done.output.strip()) == (1, "Nothing is recorded under this hookInstance.")


def test_security_S58_that_the_audit_was_read_is_an_entry_itself(site: Site) -> None:
    site.call(DEMO)
    site.run("explain", INSTANCE)
    (line,) = site.audit.entries(event="read")
    assert line.entry.details["what"] == "explain" and line.entry.details["by"]
    assert site.audit.verify().ok


def test_fault_A16_the_same_hook_instance_with_another_body_is_answered_and_flagged(site: Site) -> None:
    site.call(DEMO)
    assert "another" not in site.details()
    told = site.call(DEMO | {"context": DEMO["context"] | {"encounterId": "enc-2"}})
    assert "cards" in told and site.details()["another"] is True
    assert "different bodies" in site.run("explain", INSTANCE).output


def test_replay_gives_the_same_bytes(site: Site) -> None:
    assert site.call(DEMO)["cards"]
    done = site.run("replay", str(site.folder / "request.json"))
    assert done.exit_code == 0, done.output
    assert "The same answer, byte for byte" in done.output


def test_replay_withholds_what_was_remembered_then(site: Site) -> None:
    (card,) = site.call(DEMO)["cards"]
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": site.now.isoformat()}
    item["overrideReason"] = {"reason": {"code": "tolerates", "system": "urn:precision-hooks:override-reason"}}
    assert site.client.post(f"{SIGN}/feedback", json={"feedback": [item]}).status_code == 200
    site.now += timedelta(days=3)
    again = DEMO | {"hookInstance": "11111111-1111-4111-8111-111111111111"}
    assert site.call(again)["cards"] == []
    site.now += timedelta(days=400)  # by now the override holds no longer; then it did
    done = site.run("replay", str(site.folder / "request.json"))
    assert done.exit_code == 0, done.output


def test_replay_with_other_knowledge_says_so(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.call(DEMO)
    monkeypatch.setenv("PRECISION_HOOKS_ASK_FIRST", "carbamazepine")
    done = site.run("replay", str(site.folder / "request.json"))
    assert done.exit_code == 1 and "the knowledge differs" in done.output


def test_replay_of_another_body_is_no_replay(site: Site) -> None:
    site.call(DEMO)
    (site.folder / "request.json").write_text(json.dumps(DEMO, indent=1))
    done = site.run("replay", str(site.folder / "request.json"))
    assert done.exit_code == 2 and "no answer to this very body" in done.output


def test_security_S60_the_profile_is_kept_only_where_it_is_wanted_and_then_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, knowledge: Knowledge
) -> None:
    from cryptography.fernet import Fernet

    keeping = Site(tmp_path, monkeypatch, knowledge, audit_keep_profile=True, profile_key=Fernet.generate_key().decode())
    keeping.call(DEMO)
    assert b"Poor Metabolizer" not in (tmp_path / "store.sqlite").read_bytes() + (tmp_path / "store.sqlite-wal").read_bytes()
    assert "*2/*2" in keeping.run("explain", INSTANCE, "--profile").output
    assert keeping.audit.verify().ok
    monkeypatch.setenv("PRECISION_HOOKS_PROFILE_KEY", Fernet.generate_key().decode())
    done = keeping.run("explain", INSTANCE, "--profile")
    assert done.exit_code == 2 and "none of the keys" in done.output


def test_security_S58_who_what_when_and_why_of_every_call(site: Site) -> None:
    site.call(DEMO)
    line = site.audit.entries(event="call")[0]
    told = line.entry.details
    assert (line.entry.tenant, line.entry.service, line.entry.at) == ("default", "precision-order-sign", site.now)
    assert {
        "patient",
        "user",
        "request",
        "response",
        "knowledge",
        "version",
        "as_of",
        "chart",
        "checked",
        "cards",
        "inbound",
        "status",
    } <= set(told)
    assert site.client.get("/cds-services").status_code == 200
    assert site.audit.entries(event="discovery")
