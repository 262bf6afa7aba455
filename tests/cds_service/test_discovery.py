"""Discovery: every service, and prefetch templates made from the same objects that read the data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from models.knowledge.types import Knowledge

SNAPSHOT = Path(__file__).parents[1] / "discovery.json"


def test_discovery_is_as_reviewed(client: FlaskClient, request: pytest.FixtureRequest) -> None:
    found = client.get("/cds-services").get_json()
    if request.config.getoption("--write-discovery"):
        SNAPSHOT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    assert found == json.loads(SNAPSHOT.read_text("utf-8"))


def test_each_service_keeps_the_rules_of_discovery(client: FlaskClient) -> None:
    services = client.get("/cds-services").get_json()["services"]
    assert [(s["id"], s["hook"]) for s in services] == [
        ("precision-order-select", "order-select"),
        ("precision-order-sign", "order-sign"),
        ("precision-patient-view", "patient-view"),
    ]
    for service in services:
        assert all(service[member] for member in ("description", "title", "prefetch", "version"))
        for template in service["prefetch"].values():
            assert re.findall(r"\{\{(.*?)\}\}", template) == ["context.patientId"]
            names = re.findall(r"[?&]([^=]+)=", template)
            assert len(names) == len(set(names)), "the public sandbox merges repeated parameters"


def test_a_genes_codes_enter_the_prefetch_by_themselves(client: FlaskClient, knowledge: Knowledge) -> None:
    template = client.get("/cds-services").get_json()["services"][0]["prefetch"]["genotypes"]
    for gene in knowledge.genes.values():
        assert all(f"http://loinc.org|{code}" in template for code in (*gene.loinc, *gene.presence_loinc))
