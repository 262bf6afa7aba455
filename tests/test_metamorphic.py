"""Whole requests, changed in ways that must not matter: order, repeats, unrelated resources, another patient's; and withdrawn results."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Json = dict[str, Any]
FOLDER = Path(__file__).with_name("conversations")
TALKS = (
    "clopidogrel-poor-metabolizer",
    "clopidogrel-replaced",
    "codeine-with-paroxetine",
    "mercaptopurine-both-reduced",
    "abacavir-positive",
    "contradicting-genotypes",
    "fluorouracil-intermediate",
    "warfarin-calculated",
    "rasburicase-enzyme-decides",
)
SOME = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
UNRELATED: list[Json] = [
    {"resourceType": "Observation", "id": "u1", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]}},
    {"resourceType": "Immunization", "id": "u2", "status": "completed"},
    {"resourceType": "Condition", "id": "u3", "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "M79.1"}]}},
    {"resourceType": "Practitioner", "id": "u4"},
    {"resourceType": "Observation", "id": "u5", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]}},
]


def request(name: str) -> Json:
    body: Json = json.loads((FOLDER / f"{name}.request.json").read_text("utf-8"))
    return body


def cards(client: FlaskClient, body: Json) -> list[Json]:
    """What a clinician sees. Coverage may tell more: of what was dropped."""
    answer = client.post("/cds-services/precision-order-sign", json=body)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.get_json()["cards"]
    return found


def bundles(body: Json) -> Iterator[list[Json]]:
    """Entries of every prefetched list that holds any. (One that holds only what was not asked for counts as not read.)"""
    for value in body["prefetch"].values():
        if isinstance(value, dict) and value.get("resourceType") == "Bundle":
            value.pop("total", None)
            if value.get("entry"):
                yield value["entry"]


def subject(resource: Json, patient: str) -> Json:
    return resource | {"subject": {"reference": f"Patient/{patient}"}}


@SOME
@given(st.sampled_from(TALKS), st.integers(0, 10_000))
def test_order_and_repeats_of_entries_change_nothing(client: FlaskClient, name: str, seed: int) -> None:
    random, body = Random(seed), request(name)
    expected = cards(client, copy.deepcopy(body))
    for entries in bundles(body):
        entries += copy.deepcopy(random.sample(entries, random.randint(0, len(entries))))
        random.shuffle(entries)
    assert advice(cards(client, body)) == advice(expected)


@SOME
@given(st.sampled_from(TALKS), st.integers(0, 10_000))
def test_unrelated_resources_change_nothing(client: FlaskClient, name: str, seed: int) -> None:
    random, body = Random(seed), request(name)
    expected = cards(client, copy.deepcopy(body))
    for entries in bundles(body):
        more = random.sample(UNRELATED[:4], random.randint(0, 4))
        entries += [{"resource": subject(r, body["context"]["patientId"])} for r in copy.deepcopy(more)]
    assert cards(client, body) == expected


@SOME
@given(st.sampled_from(TALKS), st.sampled_from(TALKS), st.integers(0, 10_000))
def test_fault_B03_another_patient_s_resources_change_nothing(client: FlaskClient, name: str, other: str, seed: int) -> None:
    random, body = Random(seed), request(name)
    expected = cards(client, copy.deepcopy(body))
    foreign = [
        subject(entry["resource"], "somebody-else") | {"id": f"foreign-{n}"}
        for n, entry in enumerate(e for entries in bundles(request(other)) for e in entries)
        if entry["resource"]["resourceType"] != "Patient"
    ]
    for entries in bundles(body):
        entries += [{"resource": copy.deepcopy(r)} for r in random.sample(foreign, random.randint(0, len(foreign)))]
        random.shuffle(entries)
    assert advice(cards(client, body)) == advice(expected)


@pytest.mark.parametrize("name", TALKS)
def test_a_result_entered_in_error_is_as_one_that_is_not_there(client: FlaskClient, name: str) -> None:
    marked, removed = request(name), request(name)
    for entry in (e for entries in bundles(marked) for e in entries):
        if entry["resource"]["resourceType"] == "Observation":
            entry["resource"]["status"] = "entered-in-error"
    for entries in bundles(removed):
        entries[:] = [e for e in entries if e["resource"]["resourceType"] != "Observation"]
    assert cards(client, marked) == cards(client, removed)


def advice(found: list[Json]) -> list[Json]:
    """Cards without the order in which equal results are named."""
    told = []
    for card in found:
        finding = copy.deepcopy(card["extension"]["org.precision-hooks.finding"])
        for gene in finding.get("genes", ()):
            for member in ("sources", "possible"):
                if member in gene:
                    gene[member] = sorted(gene[member], key=json.dumps)
        told.append(
            {"finding": finding, "summary": card["summary"], "indicator": card["indicator"], "buttons": len(card.get("suggestions", ()))}
        )
    return told
