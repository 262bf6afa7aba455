"""The integration sheet: each value is the one that holds now, so changing it changes the sheet."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from cds_service.clients.client import Client, local
from cds_service.service import Service
from cds_service.services import load_services
from cds_service.settings import Settings
from cds_service.sheet import markdown, sheet_of
from models.knowledge.types import Knowledge
from tests.support.surroundings import EHR

Json = dict[str, Any]
SERVICES = load_services()
SIGN, SELECT, VIEW = (SERVICES[f"precision-{name}"] for name in ("order-sign", "order-select", "patient-view"))
CONVERSATIONS = Path(__file__).parents[1] / "conversations"
BASE = "https://cds.example.org"


@pytest.fixture
def sheet(knowledge: Knowledge) -> Callable[..., Json]:
    def made(service: Service = SIGN, client: Client = EHR, **settings: Any) -> Json:
        return sheet_of(service, Settings(**({"store_url": "sqlite://", "base_url": BASE} | settings)), knowledge, client)

    return made


def test_addresses_follow_the_public_url_and_the_alias(sheet: Callable[..., Json]) -> None:
    assert sheet()["addresses"] == {
        "endpoint": f"{BASE}/cds-services/precision-order-sign",
        "feedback": f"{BASE}/cds-services/precision-order-sign/feedback",
        "discovery": f"{BASE}/cds-services",
    }
    assert sheet(base_url="https://other.example.org/sub/")["addresses"]["discovery"] == "https://other.example.org/sub/cds-services"
    assert sheet(base_url="", port=9001)["addresses"]["discovery"] == "http://127.0.0.1:9001/cds-services"
    aliased = replace(EHR, alias="precision-orders")
    assert sheet(client=aliased)["addresses"]["endpoint"] == f"{BASE}/cds-services/precision-orders"
    assert sheet(VIEW, client=aliased)["addresses"]["endpoint"] == f"{BASE}/cds-services/precision-patient-view"


def test_queries_are_those_of_discovery(sheet: Callable[..., Json], client: FlaskClient) -> None:
    for described in client.get("/cds-services").get_json()["services"]:
        told = sheet(SERVICES[described["id"]])
        assert {key["key"]: key["query"] for key in told["prefetch"]} == described["prefetch"]
        assert told["service"] == {name: described[name] for name in ("id", "title", "hook", "description")}


def test_a_client_sees_its_own_names_of_keys(sheet: Callable[..., Json]) -> None:
    told = sheet(client=replace(EHR, prefetch_keys={"-genes": "genotypes"}))
    assert "-genes" in [key["key"] for key in told["prefetch"]] and "genotypes" not in [key["key"] for key in told["prefetch"]]


def test_the_token_is_as_the_clients_file_has_it(sheet: Callable[..., Json]) -> None:
    told = sheet()["token"]
    assert told["iss"] == EHR.issuer and told["jku"] == EHR.jku and told["algorithms"] == list(EHR.algorithms)
    assert told["aud"] == sheet()["addresses"]
    assert f"endpoint: {BASE}/cds-services/precision-order-sign, feedback: " in markdown(sheet())
    changed = replace(
        EHR, audiences=("https://one",), subject="app-7", tenant="t1", algorithms=("ES384",), jku="", key_set="/etc/keys.json"
    )
    told = sheet(client=changed)["token"]
    assert (told["aud"], told["sub"], told["tenant"], told["algorithms"]) == (["https://one"], "app-7", "t1", ["ES384"])
    assert "jku" not in told and told["key_set"] == "exchanged by hand" and "/etc" not in json.dumps(told)
    assert told["leeway_seconds"] == 60 and told["longest_life_seconds"] == 3600
    assert sheet(client=local((), (), 800))["token"] == {}


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"settings": {"max_body_bytes": 2048}}, ("max_body_bytes", 2048)),
        ({"settings": {"most_info": 7}}, ("cards_of_info", 7)),
        ({"settings": {"cors_origins": ("https://ehr.example.org",)}}, ("cors_origins", ["https://ehr.example.org"])),
        ({"client": {"deadline_ms": 450}}, ("deadline_ms", 450)),
        ({"client": {"calls_per_minute": 9}}, ("calls_per_minute", 9)),
        ({"client": {"error_mode": "empty-200"}}, ("on_errors", "empty-200")),
    ],
)
def test_a_changed_setting_changes_the_sheet(sheet: Callable[..., Json], change: Json, value: tuple[str, Any]) -> None:
    name, expected = value
    before = sheet()["limits"][name]
    after = sheet(client=replace(EHR, **change.get("client", {})), **change.get("settings", {}))
    assert after["limits"][name] == expected != before
    shown = ", ".join(expected) if isinstance(expected, list) else str(expected)
    assert f"| {name.replace('_', ' ')} | {shown} |" in markdown(after)


def test_scopes_cover_every_input_and_nothing_is_written(sheet: Callable[..., Json], knowledge: Knowledge) -> None:
    scopes = sheet()["scopes"]
    types = {wanted.resource_type for wanted in SIGN.reads(knowledge)} | {"Medication"}
    assert scopes["smart_v1"] == [f"patient/{of}.read" for of in sorted(types)]
    assert "patient/Observation.rs" in scopes["smart_v2"] and "patient/Patient.r" in scopes["smart_v2"]
    assert {scope.rpartition(".")[2] for scope in scopes["smart_v2"]} == {"r", "rs"}
    assert "MedicationRequest (Unsigned Order)" in scopes["epic"] and "Observation.Search (R4)" in scopes["epic"]
    assert "MedicationRequest (Unsigned Order)" not in sheet(VIEW)["scopes"]["epic"]


def test_overrides_and_topics_are_those_of_the_cards(sheet: Callable[..., Json], client: FlaskClient) -> None:
    body = (CONVERSATIONS / "clopidogrel-poor-metabolizer.request.json").read_bytes()
    (card, *_) = client.post("/cds-services/precision-order-sign", json=json.loads(body)).get_json()["cards"]
    told = sheet()
    assert told["override_reasons"] == card["overrideReasons"]
    topic = card["source"]["topic"]
    assert told["topic"]["system"] == topic["system"] and len(topic["code"]) == 24
    assert {urlsplit(link["url"]).hostname for link in card["links"]} <= set(told["link_hosts"])


def test_links_medicines_and_digest_come_from_knowledge(sheet: Callable[..., Json], knowledge: Knowledge) -> None:
    told = sheet()
    names = [drug["name"] for drug in told["medicines"]]
    assert names == sorted(names) and {"clopidogrel", "warfarin", "codeine"} <= set(names)
    assert told["knowledge"] == knowledge.digest and "cpicpgx.org" in told["link_hosts"]
    (clopidogrel,) = [drug for drug in told["medicines"] if drug["name"] == "clopidogrel"]
    fewer = replace(knowledge, guidelines={clopidogrel["rxnorm"]: knowledge.guidelines[clopidogrel["rxnorm"]]}, flows={})
    small = sheet_of(SIGN, Settings(store_url="sqlite://"), fewer, EHR)
    assert small["medicines"] == [clopidogrel] and set(small["link_hosts"]) < set(told["link_hosts"]) | {"x"}
    assert "warfarin" not in [drug["name"] for drug in sheet(SELECT)["medicines"]], "a dose is told at order-sign"


def test_epic_and_oracle_get_notes_and_others_none(sheet: Callable[..., Json]) -> None:
    assert any("LGL record" in note for note in sheet()["dialect"]["notes"])
    assert sheet(client=replace(EHR, dialect="spec"))["dialect"] == {"name": "spec", "notes": []}
    assert "Notes for epic" in markdown(sheet()) and "Notes for" not in markdown(sheet(client=replace(EHR, dialect="spec")))


def test_the_markdown_holds_everything(sheet: Callable[..., Json]) -> None:
    for service in (SIGN, SELECT, VIEW):
        told = sheet(service)
        text = markdown(told)
        values = [
            *told["addresses"].values(),
            *told["link_hosts"],
            *told["scopes"]["smart_v2"],
            EHR.issuer,
            EHR.jku,
            *told["dialect"]["notes"],
        ]
        values += [key["query"] for key in told["prefetch"]] + [drug["rxnorm"] for drug in told["medicines"]]
        values += [reason["display"] for reason in told["override_reasons"]] + told["also_at"]
        assert not [value for value in values if value not in text]
        assert json.dumps(told)


def test_local_and_unlisted_servers_are_told_apart(sheet: Callable[..., Json]) -> None:
    assert "none is read" not in markdown(sheet(client=local((), (), 800)))
    assert f"of {EHR.fhir_servers[0]}." in markdown(sheet())
