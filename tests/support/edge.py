"""Small parts from which the tests of the edge build a service: one input, one stub service, one request."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.request import HookRequest
from cds_service.service import Service
from cds_service.settings import Settings
from cds_service.state import State
from fhir_mappings.inputs import Input, Read
from fhir_mappings.patient import PATIENT
from models.codes import LOINC, RXNORM
from models.finding import Assessment
from models.knowledge.policy_types import Policy
from models.knowledge.source_block import Source
from models.knowledge.types import Drugs, Knowledge
from models.patient import PatientProfile

Json = dict[str, Any]
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
GENE = "53040-2"
OID_LOINC = "urn:oid:2.16.840.1.113883.6.1"

RESULTS = Input(
    "results",
    "Observation?patient={{context.patientId}}&code=http://loinc.org|53040-2&_count=100",
    "Observation",
    lambda resources: Read(),
    required=True,
    codes=frozenset({(LOINC, GENE)}),
)
OPTIONAL = Input("labs", "Observation?patient={{context.patientId}}&code=http://loinc.org|2160-0", "Observation", lambda resources: Read())

SOURCE = Source("test", "1", "2026", "https://example.org", "2026-01-01", "none")
KNOWLEDGE = Knowledge({}, {}, Drugs({}, {}, {}, {}, SOURCE), "0123456789ab")


def service(*inputs: Input, hook: str = "order-sign", id: str = "test-order-sign", assess: Any = None) -> Service:
    def nothing(profile: PatientProfile, knowledge: Knowledge) -> Assessment:
        return Assessment(gaps=profile.gaps)

    return Service(id, hook, "Test", "A service for tests.", lambda knowledge: inputs, assess or nothing)


def observation(id: str = "o1", *, code: str = GENE, system: str = LOINC, patient: str = "p1", **more: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": system, "code": code}]},
        **more,
    }


def draft(id: str = "m1", **more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        **(more or {"medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "723"}], "text": "amoxicillin"}}),
    }


def drafts(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources or (draft(),)]}


def request(*, context: Json | None = None, without: tuple[str, ...] = (), **more: Any) -> Json:
    body: Json = {
        "hook": "order-sign",
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/u1", "patientId": "p1", "draftOrders": drafts()} | (context or {}),
        "prefetch": {"results": {"resourceType": "Bundle", "type": "searchset", "total": 0}},
    } | more
    return {name: value for name, value in body.items() if name not in without}


def with_server(base: str, *, expires_in: int = 300, token: str = "secret-token", **more: Any) -> Json:
    authorization = {"access_token": token, "token_type": "Bearer", "expires_in": expires_in, "scope": "user/*.read", "subject": "cds"}
    return request(prefetch={}, fhirServer=base, fhirAuthorization=authorization, **more)


def asked(body: Json, for_service: Service | None = None) -> HookRequest:
    return HookRequest.parse(json.dumps(body).encode(), for_service or service())


class Edge:
    """A whole app with stub parts, its log in memory."""

    def __init__(self, folder: Path, *services: Service, present: Any = None, **settings: Any) -> None:
        self.log = io.StringIO()
        given: Json = {"store_url": f"sqlite:///{folder / 'store.sqlite'}", "deadline_ms": 200} | settings
        self.settings = Settings(**given)
        known: Mapping[str, Service] = MappingProxyType({s.id: s for s in services or (service(PATIENT_OPTIONAL, RESULTS),)})
        self.state: State = create_state(self.settings, KNOWLEDGE, known, present=present or _bare, log=Log(self.log), now=lambda: NOW)
        self.app = create_app(state=self.state)
        self.client = self.app.test_client()

    def post(self, body: Any, path: str = "/cds-services/test-order-sign", **how: Any) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(path, data=data, **({"content_type": "application/json"} | how))

    def lines(self) -> list[Json]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


PATIENT_OPTIONAL = PATIENT


def _bare(found: Assessment, asked: HookRequest, service: Service, knowledge: Knowledge, policy: Policy, width: int = 139) -> Json:
    """Stands in for `present`: what was found, without words."""
    gaps = [{"subject": g.subject, "reason": g.reason, "because": g.because} for g in found.gaps]
    return {"cards": [], "extension": {"org.precision-hooks.coverage": {"notChecked": gaps}}} if gaps else {"cards": []}
