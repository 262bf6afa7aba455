"""Fault C22: prefetch came from a stale copy, and the FHIR server knows better. Whole calls, against a server on this machine."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.mock_fhir import MockFhir, bundle

Json = dict[str, Any]
REQUEST: Json = json.loads((Path(__file__).parents[1] / "conversations" / "clopidogrel-poor-metabolizer.request.json").read_bytes())
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def genotype(diplotype: str, updated: str, day: str) -> Json:
    """The conversation's CYP2C19 result, changed."""
    held: Json = copy.deepcopy(REQUEST["prefetch"]["genotypes"]["entry"][0]["resource"])
    name = f"CYP2C19 {diplotype}"
    held["valueCodeableConcept"] = {"coding": [{"system": "http://www.pharmvar.org", "code": name, "display": name}]}
    return held | {"meta": {"lastUpdated": updated}, "effectiveDateTime": day}


def cards(client: FlaskClient, fhir: MockFhir, without: str = "", **changes: Any) -> list[Json]:
    body = copy.deepcopy(REQUEST)
    authorization = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "cds"}
    body |= {"fhirServer": fhir.base, "fhirAuthorization": authorization}
    body["prefetch"] |= changes.pop("prefetch", {})
    body["prefetch"].pop(without, None)
    body["context"] |= changes
    answered = client.post("/cds-services/precision-order-sign", json=body)
    assert answered.status_code == 200
    listed: list[Json] = answered.get_json()["cards"]
    return [card for card in listed if card["extension"]["org.precision-hooks.finding"]["kind"] == "drug-gene"]


@pytest.mark.parametrize(
    ("stale", "fresh"),
    [
        ("2024-03-01T10:00:00Z", "2024-06-01T10:00:00Z"),
        ("2024-03-01T10:00:00Z", "2024-03-01T10:00:00.5Z"),
        ("2024-03-01T23:00:00+02:00", "2024-03-01T22:00:00Z"),
    ],
)
def test_fault_C22_the_result_of_a_fhir_read_replaces_an_older_prefetched_one(
    client: FlaskClient, fhir: MockFhir, stale: str, fresh: str
) -> None:
    """The prefetched page says normal; the same result, read a page further on, was corrected. The card tells its date."""
    fhir.pages["Observation?page=2"] = bundle(genotype("*2/*2", fresh, "2024-05-17"))
    first = bundle(genotype("*1/*1", stale, "2024-03-01"), next_url=f"{fhir.base}/Observation?page=2")
    (card,) = cards(client, fhir, prefetch={"genotypes": first})
    (gene,) = card["extension"]["org.precision-hooks.finding"]["genes"]
    assert gene["diplotype"] == "*2/*2" and gene["asOf"] == "2024-05-17" and "2024-05-17" in card["detail"]
    assert "2024-03-01" not in card["detail"]


def test_fault_C22_an_older_fhir_read_does_not_replace_a_newer_prefetch(client: FlaskClient, fhir: MockFhir) -> None:
    fhir.pages["Observation?page=2"] = bundle(genotype("*1/*1", "2023-01-01T00:00:00Z", "2022-01-01"))
    first = bundle(genotype("*2/*2", "2024-03-01T10:00:00Z", "2024-03-01"), next_url=f"{fhir.base}/Observation?page=2")
    (card,) = cards(client, fhir, prefetch={"genotypes": first})
    (gene,) = card["extension"]["org.precision-hooks.finding"]["genes"]
    assert gene["diplotype"] == "*2/*2" and gene["asOf"] == "2024-03-01"


def medication(code: str, updated: str) -> Json:
    return {
        "resourceType": "Medication",
        "id": "med-1",
        "meta": {"lastUpdated": updated},
        "code": {"coding": [{"system": RXNORM, "code": code}]},
    }


@pytest.mark.parametrize(("read", "count"), [("2024-06-01T10:00:00Z", 1), ("2023-06-01T10:00:00Z", 0)])
def test_fault_C22_a_medicine_that_a_search_brings_newer_replaces_the_prefetched_one(
    client: FlaskClient, fhir: MockFhir, read: str, count: int
) -> None:
    """Prefetch calls it amoxicillin; the search of medicines says that this record is clopidogrel by now."""
    order = copy.deepcopy(REQUEST["context"]["draftOrders"]["entry"][0]["resource"])
    order = {name: value for name, value in order.items() if not name.startswith("medication")}
    order["medicationReference"] = {"reference": "Medication/med-1"}
    fhir.answers["MedicationRequest"] = bundle(medication("32968", read))
    prefetch = {"medicines": medication("723", "2024-03-01T10:00:00Z")}
    given = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}
    assert len(cards(client, fhir, without="medications", prefetch=prefetch, draftOrders=given)) == count
