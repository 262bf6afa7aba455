"""GET /models and what lies under it: who may ask, what is told, and that it is as described."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from cds_service.model_cards.pages import ModelPages
from cds_service.model_cards.views import card, listing
from cds_service.services import load_services
from models.knowledge.calibration_types import Calibration
from models.knowledge.card_types import NOT_MEASURED, Published
from models.knowledge.types import Knowledge
from tests.support.edge import service
from tests.support.hospital import Hospital
from tests.support.sample_cards import MODEL, run, with_sample

REPORT = {"model": "prevent", "site": "north", "made": "2026-11-20", "people": 812, "events": 60, "metrics": {"o_e": 1.1}, "groups": {}}


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").get_json()
    return document


def valid(document: Any, name: str, described: dict[str, Any]) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": described["components"]}
    assert [e.message for e in Draft202012Validator(schema).iter_errors(document)] == []


def test_every_model_is_listed_with_its_addresses(client: FlaskClient, knowledge: Knowledge, described: dict[str, Any]) -> None:
    answer = client.get("/models")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    valid(answer.get_json(), "Models", described)
    assert [m["id"] for m in answer.get_json()["models"]] == sorted(knowledge.models)
    for listed in answer.get_json()["models"]:
        assert client.get(listed["links"]["card"]).get_json()["id"] == listed["id"]
        assert client.get(listed["links"]["sourceAttributes"]).get_json()["model"] == listed["id"]


def test_every_card_is_as_described_and_whole(client: FlaskClient, knowledge: Knowledge, described: dict[str, Any]) -> None:
    for model in knowledge.models.values():
        document = client.get(f"/models/{model.id}").get_json()
        valid(document, "ModelCard", described)
        assert [asked["name"] for asked in document["inputs"]] == list(model.inputs)
        assert document["formulas"] == len(model.formulas)
        assert [item["item"] for item in document["tripodAi"]] == list(range(1, 28))
        assert all(answer["value"] for item in document["tripodAi"] for answer in item["answers"])


def test_every_model_answers_its_31_or_13_attributes(client: FlaskClient, knowledge: Knowledge, described: dict[str, Any]) -> None:
    for model in knowledge.models.values():
        document = client.get(f"/models/{model.id}/source-attributes").get_json()
        valid(document, "SourceAttributes", described)
        kind = knowledge.cards.by_model[model.id].kind
        assert len(document["attributes"]) == (31 if kind == "predictive" else 13)
        assert [row["key"] for row in document["attributes"]] == list(knowledge.cards.keys(kind))
        unmeasured = [r for r in document["attributes"] if knowledge.cards.attributes[r["key"]].origin == "measured" and not r["measured"]]
        assert {row["value"] for row in unmeasured} <= {NOT_MEASURED}


def test_an_unknown_model_is_told_so(client: FlaskClient) -> None:
    for path in ("/models/none", "/models/none/source-attributes", "/models/../models", "/models/%00"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.get_json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("path", ["/models", "/models/prevent", "/models/prevent/source-attributes"])
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*", 200),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200),
        ("text/html", 406),
        ("text/html, application/json;q=0", 406),
        ("application/fhir+json", 406),
    ],
)
def test_json_unless_it_is_refused(client: FlaskClient, path: str, accept: str, status: int) -> None:
    answer = client.get(path, headers={"Accept": accept} if accept else {})
    assert answer.status_code == status
    if status == 406:
        assert answer.content_type == "application/fhir+json"
        assert "application/json" in answer.get_json()["issue"][0]["diagnostics"]


def test_whoever_has_the_card_already_fetches_nothing(client: FlaskClient) -> None:
    first = client.get("/models/prevent")
    assert first.headers["Cache-Control"] == "no-cache" and first.headers["X-Content-Type-Options"] == "nosniff"
    again = client.get("/models/prevent", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert client.get("/models/kfre", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    assert client.get("/models/none").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["post", "put", "delete", "head"])
def test_cards_are_read_alone(client: FlaskClient, method: str) -> None:
    answer = getattr(client, method)("/models/prevent")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, OPTIONS")


def test_a_sites_report_is_shown_and_a_newer_one_takes_its_place(tmp_path: Path, knowledge: Knowledge) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    hospital = Hospital(tmp_path, knowledge, model_reports=str(reports))

    def local() -> dict[str, Any]:
        rows = hospital.ask("/models/prevent/source-attributes", token="").get_json()["attributes"]
        (row,) = [row for row in rows if row["key"] == "local-validity"]
        return dict(row)

    assert local()["value"] == NOT_MEASURED
    before = hospital.ask("/models/prevent", token="").headers["ETag"]
    (reports / "a.json").write_text(json.dumps(REPORT))
    hospital.holder.look()
    hospital.holder.look()
    assert local() | {"group": ""} == {
        "group": "",
        "key": "local-validity",
        "attribute": "Validity in local data",
        "value": "north, 2026-11-20, 812 people, 60 events: o_e 1.10.",
        "measured": True,
        "runs": ["north"],
    }
    assert hospital.ask("/models/prevent", token="").headers["ETag"] != before
    (reports / "a.json").write_text("{")
    hospital.holder.look()
    hospital.holder.look()
    assert local()["measured"], "a broken report changes nothing"
    assert "a.json" in hospital.ask("/ready", token="").get_json()["notLoaded"]


def test_a_service_that_tells_a_models_numbers_is_named() -> None:
    using = replace(service(id="risk-patient-view"), models=lambda knowledge: (MODEL,))
    (listed,) = listing(with_sample(), (using, service()), "https://cds.example.org")["models"]
    assert listed["usedBy"] == ["risk-patient-view"]
    assert listed["links"]["card"] == f"https://cds.example.org/models/{MODEL}"


def test_a_card_holds_runs_with_groups_and_hides_small_ones(described: dict[str, Any]) -> None:
    knowledge = with_sample(run(), published=(Published("internal-validity", "AUROC", "0.92", "Someone 2019", "https://a.org", False),))
    document = card(knowledge.models[MODEL], knowledge, ())
    valid(document, "ModelCard", described)
    (told,) = document["evaluations"]
    assert (told["run"], told["role"], told["data"]["sha256"]) == ("sample-later", "external", "ab" * 32)
    assert told["figures"][0] == {"metric": "auroc", "value": 0.8107, "low": 0.79, "high": 0.832, "people": 907, "events": 99}
    assert [row["group"] for row in told["subgroups"][0]["groups"] if "notShown" in row] == ["other"]
    assert "0.99" not in json.dumps(document["evaluations"])
    (row,) = [row for row in document["sourceAttributes"] if row["key"] == "internal-validity"]
    assert (row["value"], row["measured"], row["published"][0]["value"]) == (NOT_MEASURED, False, "0.92")


def test_a_calibration_in_force_is_told(described: dict[str, Any]) -> None:
    own = Calibration(MODEL, "one", "north", -0.1, 0.9, 1200, 80, "2")
    knowledge = replace(with_sample(), calibrations={(MODEL, "one"): own, ("other", "one"): replace(own, model="other")})
    document = card(knowledge.models[MODEL], knowledge, ())
    valid(document, "ModelCard", described)
    (told,) = document["calibrations"]
    assert told == {"formula": "one", "site": "north", "intercept": -0.1, "slope": 0.9, "people": 1200, "events": 80, "version": "2"}


def test_asking_for_nothing_that_is_there_fills_no_memory() -> None:
    pages = ModelPages(with_sample(), (), {}, "")
    first = pages.card(MODEL)
    assert pages.card(MODEL) is first
    assert pages.listing() is pages.listing()


def test_the_services_that_predict_say_which_models_they_tell(knowledge: Knowledge) -> None:
    listed = {m["id"]: m["usedBy"] for m in listing(knowledge, tuple(load_services().values()))["models"]}
    assert "risk-patient-view" in listed["prevent"]
    assert "risk-patient-view" in listed["ckd-epi-2021"], "it works out an input of PREVENT"
    assert listed["warfarin-iwpc"] == ["dose-order-sign", "precision-order-sign"]
    assert listed["warfarin-lenzini"] == ["dose-order-sign"]
    assert listed["warfarin-eupact-loading"] == [], "the site wants no loading phase"
    owned = replace(knowledge, dosed_by=dict.fromkeys(knowledge.flows, "dose-order-sign"), dose_loading=True)
    listed = {m["id"]: m["usedBy"] for m in listing(owned, tuple(load_services().values()))["models"]}
    assert (listed["warfarin-iwpc"], listed["warfarin-eupact-loading"]) == (["dose-order-sign"], ["dose-order-sign"])
    for found in load_services().values():
        assert set(found.models(knowledge)) <= knowledge.models.keys(), found.id
