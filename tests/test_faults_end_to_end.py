"""Faults of prefetch and identity by the whole service, on a whole request: what the clinician would or would not be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

Json = dict[str, Any]
FOLDER = Path(__file__).with_name("conversations")
FINDING, COVERAGE = "org.precision-hooks.finding", "org.precision-hooks.coverage"


def request(name: str) -> Json:
    read: Json = json.loads((FOLDER / f"{name}.request.json").read_text("utf-8"))
    return read


def told(client: FlaskClient, body: Json, status: int = 200) -> Json:
    answer = client.post("/cds-services/precision-order-sign", json=body)
    assert answer.status_code == status
    read: Json = answer.get_json()
    return read


def reasons(answer: Json) -> set[str]:
    return {gap["reason"] for gap in answer["extension"][COVERAGE].get("notChecked", ())}


def diplotypes(answer: Json) -> list[str]:
    return [g.get("diplotype", "") for card in answer["cards"] for g in card["extension"][FINDING]["genes"]]


@pytest.fixture
def poor() -> Json:
    """A clopidogrel draft, and the genotype *2/*2 as the one entry of prefetch."""
    body = request("clopidogrel-poor-metabolizer")
    body["prefetch"]["genotypes"]["entry"] = body["prefetch"]["genotypes"]["entry"][:1]
    body["prefetch"]["genotypes"]["total"] = 1
    return body


def genotype(body: Json) -> Json:
    found: Json = body["prefetch"]["genotypes"]["entry"][0]["resource"]
    return found


UNTESTED = ("abacavir-not-tested", "fluorouracil-not-tested")


def emptied(name: str, **changes: Any) -> Json:
    body = request(name)
    body["prefetch"]["genotypes"] = {"resourceType": "Bundle", "type": "searchset", "total": 0, "entry": []} | changes
    return body


@pytest.mark.parametrize("name", UNTESTED)
@pytest.mark.parametrize(
    "changes",
    [
        {"link": [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]},
        {"total": 3},
    ],
)
def test_fault_C10_C11_an_incomplete_list_never_means_not_tested(name: str, changes: Json, client: FlaskClient) -> None:
    """The same request with the list whole tells that no result is on file, so the difference is the list alone."""
    whole = told(client, emptied(name))
    assert whole["cards"] and "not_tested" in reasons(whole)
    part = told(client, emptied(name, **changes))
    assert "unavailable" in reasons(part)
    assert "not_tested" not in reasons(part)
    assert [card["summary"].split()[0] for card in part["cards"]] == ["Check"]


@pytest.mark.parametrize("kind", ["batch-response", "transaction", "document", "message"])
def test_fault_C09_other_bundles_are_told_and_nothing_is_concluded(kind: str, poor: Json, client: FlaskClient) -> None:
    poor["prefetch"]["conditions"] = {"resourceType": "Bundle", "type": kind, "entry": []}
    gaps = told(client, poor)["extension"][COVERAGE]["notChecked"]
    assert [gap["reason"] for gap in gaps if gap["subject"] == "conditions"]
    poor["prefetch"]["genotypes"]["type"] = kind
    assert told(client, poor, 412)["resourceType"] == "OperationOutcome"


def test_fault_C09_of_a_history_the_newest_version_speaks(poor: Json, client: FlaskClient) -> None:
    old = genotype(poor) | {"meta": {"versionId": "1"}}
    new = old | {"meta": {"versionId": "2"}, "valueCodeableConcept": {"text": "*1/*1"}, "status": "corrected"}
    poor["prefetch"]["genotypes"] = {"resourceType": "Bundle", "type": "history", "entry": [{"resource": new}, {"resource": old}]}
    assert told(client, poor)["cards"] == []
    poor["prefetch"]["genotypes"]["entry"] = [{"resource": r | {"meta": {"versionId": v}}} for r, v in ((new, "1"), (old, "2"))]
    assert diplotypes(told(client, poor)) == ["*2/*2"]


def test_fault_C17_twenty_thousand_entries_are_answered_and_20_MB_are_413(poor: Json, client: FlaskClient) -> None:
    other = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/pat-1"},
        "code": {"coding": [{"code": "x"}]},
    }
    many = [{"resource": other | {"id": str(number)}} for number in range(20_000)]
    poor["prefetch"]["genotypes"]["entry"][:0] = many
    del poor["prefetch"]["genotypes"]["total"]
    assert diplotypes(told(client, poor)) == ["*2/*2"]
    poor["prefetch"]["note"] = {"resourceType": "Basic", "id": "x" * 20_000_000}
    assert told(client, poor, 413)["resourceType"] == "OperationOutcome"


def test_fault_C18_results_derived_from_each_other_end(client: FlaskClient) -> None:
    body = request("clopidogrel-poor-metabolizer")
    first, second = (entry["resource"] for entry in body["prefetch"]["genotypes"]["entry"])
    first["derivedFrom"] = [{"reference": f"Observation/{second['id']}"}, {"reference": f"Observation/{first['id']}"}]
    second["hasMember"] = [{"reference": f"Observation/{first['id']}"}]
    first["contained"] = [{"resourceType": "Observation", "id": "c", "derivedFrom": [{"reference": "#c"}]}]
    assert diplotypes(told(client, body)) == ["*2/*2"]


def test_fault_C19_a_newer_version_under_another_key_is_the_one_that_counts(poor: Json, client: FlaskClient) -> None:
    """Not: the old one dropped, the new one unread, and "no result on file" told."""
    new = genotype(poor) | {"meta": {"versionId": "2"}}
    genotype(poor).update({"meta": {"versionId": "1"}, "valueCodeableConcept": {"text": "*1/*1"}})
    poor["prefetch"]["laboratory"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": new}]}
    assert diplotypes(told(client, poor)) == ["*2/*2"]
    poor["prefetch"]["laboratory"]["entry"] = [{"resource": new | {"status": "entered-in-error"}}]
    assert told(client, poor)["cards"] == []


def test_fault_C19_versions_under_two_keys_that_cannot_be_ordered_are_a_conflict(poor: Json, client: FlaskClient) -> None:
    other = genotype(poor) | {"valueCodeableConcept": {"text": "*1/*1"}}
    poor["prefetch"]["laboratory"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": other}]}
    [card] = told(client, poor)["cards"]
    assert "results disagree" in card["summary"] and "suggestions" not in card
    [gene] = card["extension"][FINDING]["genes"]
    assert {one["diplotype"] for one in gene["possible"]} == {"*1/*1", "*2/*2"}


def test_fault_C13_a_renamed_key_satisfies_no_input(poor: Json, client: FlaskClient) -> None:
    poor["prefetch"]["genotypes-user"] = poor["prefetch"].pop("genotypes")
    assert "'genotypes'" in json.dumps(told(client, poor, 412))


@pytest.mark.parametrize("name", UNTESTED)
def test_fault_B11_of_a_merged_record_nothing_is_concluded_to_be_missing(name: str, client: FlaskClient) -> None:
    body = emptied(name)
    assert "not_tested" in reasons(told(client, body))
    body["prefetch"]["patient"] |= {"active": False, "link": [{"type": "replaced-by", "other": {"reference": "Patient/survivor"}}]}
    answer = told(client, body)
    assert "not_tested" not in reasons(answer)
    assert [card["summary"].split()[0] for card in answer["cards"]] == ["Check"]
    assert "unavailable" in reasons(answer) and "survivor" not in json.dumps(answer)


@pytest.mark.parametrize("key", ["genotypes", "specimens"])
def test_fault_B17_a_donors_specimen_beside_the_result(key: str, poor: Json, client: FlaskClient) -> None:
    """As a search with _include sends it, or under a key of its own."""
    genotype(poor)["specimen"] = {"reference": "Specimen/s1"}
    assert diplotypes(told(client, poor)) == ["*2/*2"]
    specimen = {"resourceType": "Specimen", "id": "s1", "subject": {"reference": "Patient/donor"}}
    held = poor["prefetch"].setdefault(key, {"resourceType": "Bundle", "type": "searchset", "entry": []})
    held["entry"].append({"resource": specimen, "search": {"mode": "include"}})
    answer = told(client, poor)
    assert answer["cards"] == [] and "other_patient" in reasons(answer)
    specimen["subject"] = {"reference": "Patient/pat-1"}
    assert diplotypes(told(client, poor)) == ["*2/*2"]


@pytest.mark.parametrize(
    ("subject", "used"),
    [
        ("Patient/pat-1/_history/2", True),
        ("https://ehr.example.org/fhir/Patient/pat-1", True),
        ("HTTPS://EHR.example.org:443/fhir/Patient/pat-1/_history/9", True),
        ("https://ehr.example.org/other/Patient/pat-1", False),
        ("https://elsewhere.example.org/fhir/Patient/pat-1", False),
    ],
)
def test_fault_B06_B07_whose_result_by_reference(subject: str, used: bool, poor: Json, client: FlaskClient) -> None:
    genotype(poor)["subject"] = {"reference": subject}
    answer = told(client, poor | {"fhirServer": "https://ehr.example.org/fhir"})
    assert diplotypes(answer) == (["*2/*2"] if used else [])
    assert ("other_patient" in reasons(answer)) != used


@pytest.mark.parametrize(("value", "used"), [("4711", True), ("4711 ", False), ("4712", False)])
def test_fault_B08_whose_result_by_identifier(value: str, used: bool, poor: Json, client: FlaskClient) -> None:
    system = "http://hospital.example/mrn"
    poor["prefetch"]["patient"]["identifier"] = [{"system": system, "value": "4711"}]
    genotype(poor)["subject"] = {"identifier": {"system": system, "value": value}}
    answer = told(client, poor)
    assert diplotypes(answer) == (["*2/*2"] if used else [])
    assert ("unattributed" in reasons(answer)) != used


@pytest.mark.parametrize("key", ["conditions", "medications", "notes"])
def test_a_list_of_bundles_is_not_read_and_breaks_nothing(key: str, poor: Json, client: FlaskClient) -> None:
    poor["prefetch"][key] = [poor["prefetch"]["genotypes"], poor["prefetch"]["genotypes"]]
    assert diplotypes(told(client, poor)) == ["*2/*2"]


@pytest.mark.parametrize("stated", ["Genotype d", "2024-13-45", "10-30-4202", "2024-02-30", "2024-03-"])
def test_what_is_no_date_is_not_told_as_one(stated: str, poor: Json, client: FlaskClient) -> None:
    genotype(poor)["effectiveDateTime"] = stated
    answer = told(client, poor)
    assert diplotypes(answer) == ["*2/*2"] and stated not in json.dumps(answer)


def test_a_new_order_carries_on_no_broken_reason(client: FlaskClient) -> None:
    body = request("clopidogrel-reason-by-reference")
    [entry] = body["context"]["draftOrders"]["entry"]
    entry["resource"]["reasonReference"].append({"reference": ["Condition", ""]})
    actions = [a for card in told(client, body)["cards"] for s in card.get("suggestions", ()) for a in s["actions"]]
    assert [a for a in actions if a["type"] == "create"]
    assert all("reasonReference" not in a.get("resource", {}) for a in actions)


@pytest.mark.parametrize("name", ["abacavir-test-on-order", "not-a-result-yet"])
def test_fault_D17_while_a_result_is_on_its_way_none_is_said_to_be_missing(name: str, client: FlaskClient) -> None:
    """A server may show an order or a result minutes late: no card asks for the test, and coverage says that it is pending."""
    answer = told(client, request(name))
    assert answer["cards"] == []
    because = [gap["because"] for gap in answer["extension"][COVERAGE]["notChecked"] if gap["reason"] == "not_tested"]
    assert because
    assert all("pending" in why or "preliminary" in why for why in because)


def test_fault_D17_a_card_says_as_of_when_its_result_is(poor: Json, client: FlaskClient) -> None:
    (card,) = told(client, poor)["cards"]
    assert card["extension"][FINDING]["genes"][0]["asOf"] == "2024-03-01"
    assert "2024-03-01" in card["detail"]
