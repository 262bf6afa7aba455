"""What is kept of a call for the doctor: which key came how, what was missing; and nothing of the patient."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cds_service.clients.client import local
from cds_service.errors import DataUnavailable, HookRequestError, Unauthorized, UnsupportedContent
from cds_service.fhir_answers import Deadline
from cds_service.fhir_client import FhirClient
from cds_service.gather import gather
from cds_service.inbound import inbound, refusal_facts, request_facts
from cds_service.inbound.call import has_tokens
from cds_service.inbound.words import MOST_NAMES
from cds_service.request import HookRequest
from cds_service.settings import Settings
from cds_service.triggers import TRIGGER
from fhir_mappings.order_inputs import order_inputs
from fhir_mappings.profile import read_profile
from models.errors import PatientMismatch, UnsupportedFhirVersion
from models.knowledge.types import Knowledge
from tests.support.edge import OPTIONAL, RESULTS, asked, draft, drafts, observation, request, service, with_server
from tests.support.mock_fhir import MockFhir, bundle, outcome

Json = dict[str, Any]
INPUTS = (RESULTS, OPTIONAL)
NOBODY = "zz-patient-marker"


@pytest.fixture
def client() -> Iterator[FhirClient]:
    made = FhirClient(Settings(store_url="sqlite://"))
    yield made
    made.close()


def facts(client: FhirClient, body: Json, keys: Mapping[str, str] | None = None, **more: Any) -> Json:
    call = asked(body)
    record = gather(call, INPUTS, client, Deadline.after(3000), local((), (), 800))
    profile = read_profile(
        record,
        INPUTS,
        patient=call.patient,
        server=call.fhir_server,
        drafts=call.draft_orders,
        selected=call.selections,
        as_of=date(2026, 3, 1),
    )
    return inbound(call, INPUTS, record, profile, body=json.dumps(body).encode(), keys=keys, **more)


def test_each_input_says_how_it_came(client: FhirClient, fhir: MockFhir) -> None:
    sent = facts(client, request(prefetch={"results": bundle(observation()), "labs": None}))
    assert sent["inputs"] == {"results": "prefetch", "labs": "null"}
    failed = facts(client, request(prefetch={"results": bundle(), "labs": outcome()}))
    assert failed["inputs"]["labs"] == "failed" and failed["why"] == {"labs": "outcome"}
    missing = facts(client, request())
    assert missing["inputs"]["labs"] == "missing" and missing["why"] == {"labs": "no-access"}
    fhir.answers["Observation"] = bundle(observation())
    assert facts(client, with_server(fhir.base))["inputs"] == {"results": "fetched", "labs": "fetched"}


def test_what_the_server_refuses_is_unavailable_with_its_reason(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "403"
    told = facts(client, with_server(fhir.base) | {"prefetch": {"results": bundle()}})
    assert told["inputs"] == {"results": "prefetch", "labs": "unavailable"} and told["why"] == {"labs": "403"}


def test_an_empty_search_of_epic_is_no_failure(client: FhirClient) -> None:
    told = facts(client, request(prefetch={"results": bundle(), "labs": outcome("warning", "4101")}))
    assert told["inputs"]["labs"] == "prefetch" and "why" not in told


def test_nothing_is_missing_of_a_draft_that_names_nothing_yet(client: FhirClient, knowledge: Knowledge) -> None:
    inputs = order_inputs(knowledge)
    call = asked(request(context={"draftOrders": drafts(draft(note=[]))}, prefetch={}))
    record = gather(call, inputs, client, Deadline.after(3000), local((), (), 800))
    profile = read_profile(record, inputs, patient="p1", server="", drafts=call.draft_orders, selected=None, as_of=date(2026, 3, 1))
    told = inbound(call, inputs, record, profile)
    on_demand = {i.field for i in inputs if i.on_demand}
    assert on_demand and {told["inputs"][field] for field in on_demand} == {"idle"}
    assert told["drafts"] == {"entries": 1, "orders": 1, "services": 0, "no_medicine": 1}


def test_pages_and_short_answers_are_told_apart_from_whole_ones(client: FhirClient) -> None:
    paged = facts(client, request(prefetch={"results": bundle(observation(), next_url="https://ehr.example.org/2"), "labs": None}))
    assert paged["paged"] == ["results"] and paged["partial"] == ["results"] and paged["why"] == {"results": "page"}
    short = facts(client, request(prefetch={"results": bundle(observation(), total=7), "labs": None}))
    assert "paged" not in short and short["partial"] == ["results"] and short["why"] == {"results": "short"}


def test_keys_that_no_service_knows_are_named_if_they_look_like_names() -> None:
    strange = {"genes": None, "-user": None, "Smith, John 1962": None, "x" * 41: None, "results": None}
    told = request_facts(asked(request(prefetch=strange)), INPUTS)
    assert told["unknown_keys"] == ["genes", "-user"] and told["unknown_count"] == 4
    many = {f"key{n}": None for n in range(MOST_NAMES + 5)}
    told = request_facts(asked(request(prefetch=many)), INPUTS)
    assert len(told["unknown_keys"]) == MOST_NAMES and told["unknown_count"] == MOST_NAMES + 5


def test_a_key_that_the_clients_file_names_counts_as_ours() -> None:
    call = asked(request(prefetch={"-results": bundle(observation()), "old": None}))
    told = request_facts(call, INPUTS, keys={"-results": "results", "old": "labs"})
    assert told["inputs"] == {"results": "prefetch", "labs": "null"} and told["renamed"] == {"results": "-results", "labs": "old"}
    assert "unknown_keys" not in told


def test_of_scopes_only_types_are_kept() -> None:
    def scopes(text: str) -> Json:
        body = with_server("https://ehr.example.org/fhir")
        body["fhirAuthorization"]["scope"] = text
        return request_facts(asked(body), INPUTS)

    assert scopes(f"launch/{NOBODY} patient/Observation.rs user/Patient.read")["scopes"] == ["Observation"]
    epic = scopes("MedicationRequest.Read (Unsigned Order) (R4) Observation.Read (Labs) (R4)")
    assert epic["scopes"] == ["MedicationRequest", "Observation"] and epic["unsigned_scope"]
    assert scopes("user/*.read")["scopes"] == ["*"] and "scopes" not in scopes("")
    assert scopes("x")["server"] and scopes("x")["authorization"]


def test_orders_are_counted_by_what_their_medicine_lacks(client: FhirClient) -> None:
    local = {"coding": [{"system": "urn:local", "code": "77"}], "text": "x"}
    orders = drafts(
        draft(),
        draft("m2", note=[]),
        draft("m3", medicationReference={"reference": "Medication/none"}),
        draft("m4", medicationCodeableConcept=local),
        draft("m5", medicationCodeableConcept={"text": "something"}),
        {"resourceType": "ServiceRequest", "id": "s1", "subject": {"reference": "Patient/p1"}},
    )
    told = facts(client, request(context={"draftOrders": orders}), unmapped=1)
    expected = {"entries": 6, "orders": 5, "services": 1, "no_medicine": 1, "not_found": 1, "no_rxnorm": 1, "no_code": 1}
    assert told["drafts"] == expected and told["unmapped"] == 1


def test_fault_C16_a_token_that_was_not_filled_is_seen_and_its_data_ignored(client: FhirClient) -> None:
    literal = observation(subject={"reference": "Patient/{{context.patientId}}"})
    told = facts(client, request(prefetch={"results": bundle(literal), "labs": None}))
    assert told["tokens"] and told["gaps"]["other_patient"] and told["foreign"] == 1
    assert "tokens" not in facts(client, request(prefetch={"results": bundle(observation()), "labs": None}))
    assert has_tokens(b'{"a": "{{ userPractitionerId }}"}') and not has_tokens(b'{"note": "score {{3}} of {{x}}"}')


def test_fhir_releases_other_than_r4_are_named(client: FhirClient) -> None:
    modern = draft(medication={"concept": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "723"}]}})
    assert facts(client, request(context={"draftOrders": drafts(modern)}))["releases"] == ["R5"]


def test_the_trigger_of_epic_is_a_number_or_nothing() -> None:
    def trigger(value: Any) -> Any:
        return request_facts(asked(request(extension={TRIGGER: value})), INPUTS).get("trigger")

    assert (trigger("23"), trigger(23), trigger(NOBODY), trigger("9" * 9), trigger(["23"])) == (23, 23, None, None, None)


def test_refusals_are_told_by_kind() -> None:
    def refusal(body: Json) -> Json:
        with pytest.raises((DataUnavailable, HookRequestError)) as raised:
            asked(body)
        return refusal_facts(raised.value)

    lost = request()
    del lost["context"]["draftOrders"]
    assert refusal(lost) == {"status": 412, "kind": "no-drafts", "missing": "draftOrders"}
    broken = request(hook="other", hookInstance=NOBODY, context={"draftOrders": {"entry": [NOBODY, 1]}})
    paths = ["hook", "hookInstance", "context.draftOrders.entry[]"]
    assert refusal(broken) == {"status": 400, "kind": "envelope", "paths": paths}
    assert refusal_facts(PatientMismatch(NOBODY)) == {"status": 412, "kind": "patient"}
    old = UnsupportedFhirVersion("context.draftOrders holds an order of FHIR STU3. It …")
    assert refusal_facts(old) == {"status": 412, "kind": "release", "releases": ["STU3"]}
    assert refusal_facts(RuntimeError(NOBODY)) == {"status": 500, "kind": "other"}
    assert refusal_facts(UnsupportedContent(NOBODY)) == {"status": 415, "kind": "content"}


def test_a_required_input_that_is_missing_is_named(client: FhirClient) -> None:
    with pytest.raises(DataUnavailable) as raised:
        gather(asked(request(prefetch={})), INPUTS, client, Deadline.after(3000), local((), (), 800))
    assert refusal_facts(raised.value) == {"status": 412, "kind": "no-input", "missing": "results", "because": "no-access"}


def test_fault_G21_a_token_for_another_address_tells_its_audience() -> None:
    def refused(**members: str) -> Json:
        error = Unauthorized("…")
        for name, value in members.items():
            setattr(error, name, value)
        return refusal_facts(error)

    hint = "the token is for http://internal:8080/cds-services; accepted here: https://cds.example.org/cds-services"
    told = refused(reason="audience", hint=hint)
    assert told == {"status": 401, "kind": "unauthorized", "reason": "audience", "hint": hint}
    assert refused(reason="A sentence, with everything", hint="a\nb") == {"status": 401, "kind": "unauthorized"}
    assert len(refused(reason="audience", hint="x" * 999)["hint"]) == 200
    assert refused() == {"status": 401, "kind": "unauthorized"}


def test_security_S41_nothing_of_the_patient_is_kept(client: FhirClient) -> None:
    """A marker in every place where something of a patient may stand."""
    order = draft(NOBODY, note=[{"text": NOBODY}], subject={"reference": f"Patient/{NOBODY}"})
    person = observation(NOBODY, patient=NOBODY, note=[{"text": NOBODY}], valueString=NOBODY)
    body = request(
        context={"patientId": NOBODY, "userId": f"Practitioner/{NOBODY}", "draftOrders": drafts(order)},
        prefetch={"results": bundle(person), "labs": outcome(), f"{NOBODY}, born 1962": None},
        extension={TRIGGER: NOBODY, NOBODY: NOBODY},
        fhirServer=f"https://ehr.example.org/{NOBODY}",
        fhirAuthorization={"access_token": NOBODY, "token_type": "Bearer", "patient": NOBODY, "scope": f"launch/{NOBODY}"},
    )
    told = facts(client, body)
    assert told["inputs"]["results"] == "prefetch" and NOBODY not in json.dumps(told)


def test_facts_are_small_and_plain_json(client: FhirClient) -> None:
    told = facts(client, request(prefetch={"results": bundle(observation()), "labs": None}))
    one = {"entries": 1, "orders": 1, "services": 0, "no_medicine": 0}
    assert told == {"inputs": {"results": "prefetch", "labs": "null"}, "drafts": one}


def test_a_service_without_drafts_says_nothing_of_them() -> None:
    opened = replace(service(hook="patient-view"), reads_drafts=False)
    call = HookRequest.parse(json.dumps(request(hook="patient-view")).encode(), opened)
    assert "drafts" not in request_facts(call, INPUTS)
