"""What the doctor says of the calls in the audit: each trouble by an example, with its count and the remedy for that EHR."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cds_service.audited import Entry, Event
from cds_service.clients.client import Client
from cds_service.doctor.call_rules import SEEN
from cds_service.doctor.calls import Setup, seen_in, words
from cds_service.doctor.result import Result, lines
from cds_service.errors import DataUnavailable
from cds_service.inbound import refusal_facts, request_facts
from fhir_mappings.order_inputs import order_inputs
from models.knowledge.types import Knowledge
from tests.support.edge import asked, request

Json = dict[str, Any]
SIGN = "precision-order-sign"
ENDPOINT = f"https://cds.example.org/cds-services/{SIGN}"
QUERY = "Observation?patient={{context.patientId}}&code="
GOOD: Json = {
    "inputs": {"genotypes": "prefetch", "conditions": "prefetch"},
    "server": True,
    "authorization": True,
    "drafts": {"entries": 2, "orders": 1, "services": 0, "no_medicine": 0},
}
#: trouble → what of one call shows it, and words that must stand in what is told of it
EXAMPLES: dict[str, tuple[Json, str]] = {
    "no-drafts": ({"status": 412, "kind": "no-drafts", "missing": "draftOrders"}, "draftOrders did not come"),
    "empty-drafts": (GOOD | {"drafts": {"entries": 0, "orders": 0}}, "without any order"),
    "no-medicine": (GOOD | {"drafts": {"entries": 1, "orders": 1, "no_medicine": 1}}, "named a medicine"),
    "medicine-lost": (GOOD | {"drafts": {"entries": 1, "orders": 1, "not_found": 1}}, "leads nowhere"),
    "no-rxnorm": (GOOD | {"drafts": {"entries": 1, "orders": 1, "no_rxnorm": 1}}, "no RxNorm code"),
    "no-code": (GOOD | {"drafts": {"entries": 1, "orders": 1, "no_code": 1}}, "no code at all"),
    "unmapped": (GOOD | {"unmapped": 3}, "precision-hooks unmapped"),
    "no-input": ({"status": 412, "kind": "no-input", "missing": "genotypes", "because": "no-access"}, QUERY),
    "key-missing": (GOOD | {"inputs": {"genotypes": "missing"}}, QUERY),
    "key-fetched": (GOOD | {"inputs": {"genotypes": "fetched"}}, QUERY),
    "no-access": ({"inputs": {"genotypes": "missing"}, "server": True}, "fhirServer and fhirAuthorization never came"),
    "scope": (GOOD | {"inputs": {"genotypes": "unavailable"}, "why": {"genotypes": "403"}}, "scope for Observation is missing"),
    "token": (GOOD | {"why": {"genotypes": "expired"}}, "access token"),
    "not-listed": (GOOD | {"why": {"genotypes": "not-listed"}}, "fhir_servers"),
    "slow": (GOOD | {"why": {"genotypes": "late"}}, "too slow"),
    "busy": (GOOD | {"why": {"conditions": "busy"}}, "too much to do"),
    "key-failed": (GOOD | {"why": {"genotypes": "outcome"}}, "OperationOutcome"),
    "key-type": (GOOD | {"why": {"genotypes": "type"}}, "something else than Observation"),
    "paged": (GOOD | {"paged": ["genotypes"]}, "one page of several"),
    "short": (GOOD | {"why": {"genotypes": "short"}}, "did not come whole"),
    "key-renamed": (GOOD | {"inputs": {"conditions": "missing"}, "unknown_keys": ["-Conditions"]}, '"-Conditions" = "conditions"'),
    "key-unknown": (GOOD | {"unknown_keys": ["-user"]}, "prefetch key -user"),
    "audience": ({"kind": "unauthorized", "reason": "audience", "hint": "the token is for http://x; accepted here: https://y"}, "http://x"),
    "unauthorized": ({"kind": "unauthorized", "reason": "no keys", "hint": "the key set cannot be reached"}, "cannot be reached"),
    "tokens": (GOOD | {"tokens": True}, "does not fill {{…}}"),
    "foreign": (GOOD | {"foreign": 2}, "other patients"),
    "patient": ({"status": 412, "kind": "patient"}, "not about the patient"),
    "release": ({"status": 412, "kind": "release", "releases": ["STU3"]}, "FHIR STU3"),
    "older": (GOOD | {"releases": ["R5"]}, "FHIR R5"),
    "envelope": ({"status": 400, "kind": "envelope", "paths": ["context.patientId"]}, "context.patientId"),
    "content": ({"status": 415, "kind": "content"}, "415"),
    "fault": ({"status": 500, "kind": "other"}, "500"),
    "unread": (GOOD | {"gaps": {"not_understood": {"genotypes": 2, "other": 1}}}, "entries of genotypes"),
    "trigger": ({"inputs": {"genotypes": "prefetch"}, "trigger": 23}, "trigger action 23"),
}


@pytest.fixture
def setup(knowledge: Knowledge) -> Setup:
    inputs = {i.field: i for i in order_inputs(knowledge)}
    return Setup(inputs, "https://cds.example.org/", {"epic": Client("epic", dialect="epic"), "other": Client("other")})


def entry(facts: Json, tenant: str = "other", service: str = SIGN) -> Entry:
    event: Event = "refused" if facts.get("kind") == "unauthorized" else "call"
    under = "refusal" if facts.get("kind") else "inbound"
    return Entry(event, datetime(2026, 11, 1, tzinfo=UTC), tenant, service, details={under: facts})


def of(results: list[Result], trouble: str) -> Result:
    (found,) = [r for r in results if r.check.startswith(f"inbound {trouble} ")]
    return found


def told(result: Result) -> str:
    return f"{result.what} {result.why} {result.remedy}"


def test_each_trouble_has_its_words_and_an_example() -> None:
    assert SEEN.keys() == words().keys() == EXAMPLES.keys()
    assert all(w.remedies["any"] and w.what and w.why and w.level in ("ok", "warning", "error") for w in words().values())


@pytest.mark.parametrize("trouble", EXAMPLES)
def test_a_trouble_is_told_with_its_count(trouble: str, setup: Setup) -> None:
    facts, expected = EXAMPLES[trouble]
    result = of(seen_in([entry(facts), entry(facts)], setup), trouble)
    assert result.count == 2 and expected in told(result)
    assert SIGN in result.check and not {"{it}", "{query}", "{type}", "{endpoint}", "{client}"} & set(told(result).split())


@pytest.mark.parametrize("trouble", EXAMPLES)
def test_a_good_call_shows_none_of_them(trouble: str) -> None:
    assert not list(SEEN[trouble](GOOD))


def test_calls_without_trouble_are_said_to_be_well(setup: Setup) -> None:
    (result,) = seen_in([entry(GOOD)] * 3, setup)
    assert result.level == "ok" and "3 calls" in result.what
    (none,) = seen_in([Entry("started", datetime(2026, 11, 1, tzinfo=UTC), "")], setup)
    assert none.level == "unchecked" and "no call" in none.what


def test_fault_C20_draft_orders_that_never_came_are_told_in_the_words_of_epic(setup: Setup) -> None:
    body = request()
    del body["context"]["draftOrders"]
    with pytest.raises(DataUnavailable) as raised:
        asked(body)
    facts = refusal_facts(raised.value)
    epic = of(seen_in([entry(facts, "epic")], setup), "no-drafts")
    assert epic.level == "error" and "Epic strips them" in epic.remedy and "MedicationRequest (Unsigned Order)" in epic.remedy
    assert ENDPOINT in epic.remedy
    other = of(seen_in([entry(facts)], setup), "no-drafts")
    assert "Epic" not in other.remedy and ENDPOINT in other.remedy


def test_fault_C16_literal_tokens_are_told(setup: Setup) -> None:
    body = request(prefetch={"genotypes": {"resourceType": "Patient", "id": "{{context.patientId}}"}})
    facts = request_facts(asked(body), tuple(setup.inputs.values()), body=json.dumps(body).encode())
    result = of(seen_in([entry(facts)], setup), "tokens")
    assert result.level == "error" and "{{context.patientId}}" in result.remedy


def test_fault_G21_a_wrong_audience_is_told_with_both_addresses(setup: Setup) -> None:
    facts = {"kind": "unauthorized", "reason": "audience", "hint": f"the token is for http://10.0.0.7/x; accepted here: {ENDPOINT}"}
    result = of(seen_in([entry(facts)], setup), "audience")
    assert "http://10.0.0.7/x" in result.what and ENDPOINT in result.what and "PRECISION_HOOKS_BASE_URL" in result.remedy
    assert "typed by hand" in of(seen_in([entry(facts, "epic")], setup), "audience").remedy


def test_epic_is_told_to_type_the_query_into_its_record(setup: Setup) -> None:
    facts, _ = EXAMPLES["key-missing"]
    result = of(seen_in([entry(facts, "epic")], setup), "key-missing")
    assert "LGL record under the key genotypes" in result.remedy and setup.inputs["genotypes"].query in result.remedy


def test_a_key_that_came_once_was_not_never_sent(setup: Setup) -> None:
    missing, _ = EXAMPLES["key-missing"]
    results = seen_in([entry(missing), entry(missing), entry(GOOD)], setup)
    assert not [r for r in results if r.check.startswith("inbound key-missing")]


def test_never_is_counted_for_each_service_by_itself(setup: Setup) -> None:
    missing, _ = EXAMPLES["key-missing"]
    results = seen_in([entry(missing), entry(GOOD), entry(missing, service="precision-patient-view")], setup)
    assert of(results, "key-missing").check == "inbound key-missing [other, precision-patient-view]"


def test_a_draft_that_names_nothing_yet_is_no_call_without_a_key(setup: Setup) -> None:
    idle = GOOD | {"inputs": {"genotypes": "idle"}}
    missing, _ = EXAMPLES["key-missing"]
    assert of(seen_in([entry(idle), entry(missing)], setup), "key-missing").count == 1


def test_clients_are_told_apart_and_the_most_frequent_comes_first(setup: Setup) -> None:
    rxnorm, _ = EXAMPLES["no-rxnorm"]
    foreign, _ = EXAMPLES["foreign"]
    results = seen_in([entry(rxnorm), entry(rxnorm, "epic"), entry(rxnorm, "epic"), entry(foreign)], setup)
    assert (results[0].check, results[0].count) == (f"inbound no-rxnorm [epic, {SIGN}]", 2)
    assert {r.count for r in results[1:]} == {1} and len(results) == 3
    assert "(2 of 2 calls)" in "\n".join(lines(results)) and "(1 of 2 calls)" in "\n".join(lines(results))


def test_a_key_that_resembles_none_of_ours_is_not_taken_for_one(setup: Setup) -> None:
    facts = {"inputs": {"genotypes": "missing", "conditions": "prefetch"}, "unknown_keys": ["gen", "my_conditions", "genotypes_v2"]}
    results = seen_in([entry(facts)], setup)
    assert of(results, "key-renamed").what.endswith("genotypes_v2 → genotypes")
    unknown = [r.what for r in results if r.check.startswith("inbound key-unknown")]
    assert len(unknown) == 2 and any("my_conditions" in what for what in unknown)


def test_what_was_sent_with_a_refused_call_counts_too(setup: Setup) -> None:
    told = {"inbound": {"inputs": {"genotypes": "missing"}, "unknown_keys": ["-user"]}, "refusal": EXAMPLES["no-input"][0]}
    results = seen_in([Entry("call", datetime(2026, 11, 1, tzinfo=UTC), "other", SIGN, details=told)], setup)
    assert {of(results, trouble).count for trouble in ("no-input", "no-access", "key-unknown")} == {1}


def test_a_call_to_no_service_is_told_with_the_address_of_all(setup: Setup) -> None:
    result = of(seen_in([entry(EXAMPLES["no-drafts"][0], service="unknown")], setup), "no-drafts")
    assert "https://cds.example.org/cds-services is not registered" in result.remedy
