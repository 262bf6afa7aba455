"""A marker in every field of a patient, in every token: no log, metric, error, URL or store may hold one of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from models.knowledge.types import Knowledge
from tests.support.hospital import BASE, SIGN, Hospital

ROOT = Path(__file__).parents[1]
REQUESTS = sorted(file for file in (ROOT / "tests" / "conversations").glob("*.request.json") if file.name != "malformed-json.request.json")
MARK = "cAnArY"
FOUND = re.compile(MARK.encode(), re.IGNORECASE)
#: members in which people write; codes, dates and the EHR's own wiring stay, or it would be another request
WORDS = ("display", "text", "family", "given", "line", "city", "value", "userComment")


class Marked:
    """One request with markers; `count` tells how many fields were marked."""

    def __init__(self, text: str, number: int = 0) -> None:
        """`number` makes it another patient in another encounter, of whom no card is remembered."""
        self.count, self._number = 0, number
        document = json.loads(text)
        self.document = self._walk(self._renamed(document), "")
        self._more(self.document)

    def _renamed(self, document: Any) -> Any:
        """Ids of people, encounters and drafts, and what refers to them. Ids of results are kept by design: cards name their origin."""
        context = document.get("context", {})
        ids = {str(context.get("patientId")): f"{MARK}-pat{self._number}"}
        text = json.dumps(document)
        for old, new in ids.items():
            text = text.replace(f'"{old}"', f'"{new}"').replace(f"Patient/{old}", f"Patient/{new}")
        made = json.loads(text)
        made["context"] |= {"userId": f"Practitioner/{MARK}-user", "encounterId": f"{MARK}-enc{self._number}"}
        self.count += 3
        return made

    def _walk(self, value: Any, name: str) -> Any:
        if isinstance(value, dict):
            return {key: self._walk(inner, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._walk(inner, name) for inner in value]
        if isinstance(value, str) and name in WORDS:
            self.count += 1
            return f"{value} {MARK}{self.count}"
        return value

    def _more(self, document: Any) -> None:
        """Fields that a chart may have, whether this one has them or not."""
        patient = document.get("prefetch", {}).get("patient")
        if isinstance(patient, dict) and patient.get("resourceType") == "Patient":
            patient["name"] = [{"family": f"{MARK}-family", "given": [f"{MARK}-given"], "text": f"{MARK}-name"}]
            patient["identifier"] = [{"system": "urn:mrn", "value": f"{MARK}-mrn"}]
            patient["telecom"] = [{"system": "phone", "value": f"{MARK}-phone"}]
            patient["address"] = [{"line": [f"{MARK}-street"], "city": f"{MARK}-city", "text": f"{MARK}-address"}]
            patient["text"] = {"status": "generated", "div": f"<div>{MARK}-div</div>"}
            self.count += 8
        document["fhirServer"] = "https://ehr.example.org/fhir"
        document["fhirAuthorization"] = {
            "access_token": f"{MARK}-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": f"patient/*.read {MARK}-scope",
            "subject": f"{MARK}-subject",
            "patient": document.get("context", {}).get("patientId"),
        }
        document["extension"] = {"com.epic.cdshooks.request.note": f"{MARK}-extension"}
        self.count += 4


def told(hospital: Hospital, path: str, body: Any) -> Any:
    """With markers in the token's own claims."""
    claims = {"jti": f"{MARK}-jti-{hospital.ehr.token(path)[-12:]}", "sub": f"{MARK}-sub", "name": f"{MARK}-name", "email": f"{MARK}@x"}
    return hospital.ask(path, body, token=hospital.ehr.token(BASE + path, **claims))


def leaks(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where a marker stands: in what is written down, or shown to an operator."""
    for name in ("store_url", "clients", "base_url"):
        monkeypatch.setenv(f"PRECISION_HOOKS_{name.upper()}", str(getattr(hospital.settings, name)))
    places = {str(file.relative_to(hospital.folder)): file.read_bytes() for file in hospital.folder.rglob("*") if file.is_file()}
    places["log"] = hospital.log.getvalue().encode()
    places["metrics"] = hospital.client.get("/metrics").get_data()
    for words in ("audit export", f"unmapped --client {hospital.ehr.id}", "doctor --inbound", "doctor --offline --json"):
        places[words] = CliRunner().invoke(main, words.split()).output.encode()
    return sorted({f"{place}: {found.group().decode()}" for place, text in places.items() for found in FOUND.finditer(text)})


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Hospital:
    return Hospital(tmp_path_factory.mktemp("canary"), knowledge)


def test_the_markers_are_really_in_the_requests() -> None:
    marked = [Marked(path.read_text("utf-8")) for path in REQUESTS]
    assert sum(one.count for one in marked) > 1000
    assert all(MARK in json.dumps(one.document) for one in marked)


def test_security_S41_S42_no_marker_is_written_down(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses, cards = [], 0
    for number, path in enumerate(REQUESTS):
        body = Marked(path.read_text("utf-8"), number).document
        service = SIGN.replace("order-sign", body.get("hook", "order-sign"))
        answer = told(hospital, service, body)
        statuses.append(answer.status_code)
        cards += len(answer.get_json().get("cards", ()))
        for card in answer.get_json().get("cards", ()):
            item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-11-25T12:00:00Z"}
            item["overrideReason"] = {"reason": {"code": "tolerates", "display": "x"}, "userComment": f"{MARK}-comment"}
            assert told(hospital, f"{service}/feedback", {"feedback": [item]}).status_code == 200
    assert statuses.count(200) > 30 and cards >= 20
    assert leaks(hospital, monkeypatch) == []


@pytest.mark.parametrize(
    "change",
    [
        {"hookInstance": f"{MARK}-instance"},
        {"context": {"patientId": f"{MARK} pat", "userId": f"{MARK}", "draftOrders": f"{MARK}"}},
        {"prefetch": {"patient": {"resourceType": "Patient", "id": f"{MARK}-other"}}},
        {"prefetch": {f"{MARK} key": None}},
        {"fhirServer": f"https://{MARK}.example.org/fhir"},
        {"fhirServer": ""},
    ],
)
def test_security_S41_S43_no_error_repeats_what_was_sent(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    body = Marked(REQUESTS[0].read_text("utf-8")).document | change
    answer = told(hospital, SIGN, body)
    if answer.status_code != 200:
        assert not FOUND.search(answer.get_data())
    assert leaks(hospital, monkeypatch) == []


def test_security_S42_a_token_that_is_refused_leaves_nothing(hospital: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    for members in ({"iss": f"https://{MARK}.example"}, {"kid": f"{MARK}-kid"}, {"jku": f"https://{MARK}.example/keys"}, {"exp": 1}):
        assert hospital.ask(SIGN, {}, token=hospital.ehr.token(BASE + SIGN, jti=f"{MARK}-jti", **members)).status_code == 401
    assert hospital.ask(f"/cds-services/{MARK}", {}, token=MARK).status_code == 401
    assert hospital.ask(f"/{MARK}").status_code == 404
    assert leaks(hospital, monkeypatch) == []


def test_security_S41_the_spool_holds_no_marker_either(tmp_path: Path, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"no database, surely" * 500)
    down = Hospital(tmp_path, knowledge)
    body = Marked(REQUESTS[1].read_text("utf-8")).document
    answer = told(down, SIGN, body)
    assert answer.status_code == 200
    spooled = [file for file in tmp_path.rglob("*") if file.is_file() and "spool" in str(file)]
    assert spooled, "the audit waits"
    assert leaks(down, monkeypatch) == []
