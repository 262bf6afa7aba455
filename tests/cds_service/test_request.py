"""The envelope of a CDS Hooks request: everything that may come in, and the sentence that names what is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.errors import DataUnavailable, HookRequestError
from cds_service.request import HookRequest
from tests.support.edge import asked, request, service

SIGN = service()
SELECT = service(hook="order-select", id="test-order-select")


def problems(body: Any, for_service: Any = SIGN) -> dict[str, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(HookRequestError) as caught:
        HookRequest.parse(raw, for_service)
    return {p.path: p.why for p in caught.value.problems}


def test_a_whole_request_becomes_a_value() -> None:
    body = request(context={"encounterId": "e1"}, fhirServer="https://ehr.example.org/fhir", extension={"a": {}})
    read = asked(body)
    assert (read.hook, read.patient, read.user, read.encounter) == ("order-sign", "p1", "Practitioner/u1", "e1")
    assert read.selections is None
    assert read.draft_orders == body["context"]["draftOrders"]
    assert read.tokens() == {
        "context.patientId": "p1",
        "context.userId": "Practitioner/u1",
        "context.encounterId": "e1",
        "userPractitionerId": "u1",
    }


@pytest.mark.parametrize("body", [b"", b"not json", b"{", b'{"a":1,}', b"{} x", b"\x00"])
def test_fault_A01_not_json(body: bytes) -> None:
    assert problems(body).keys() == {"$"}


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"1", b"true"])
def test_fault_A02_not_an_object(body: bytes) -> None:
    assert problems(body) == {"$": "the body must be a JSON object"}


@pytest.mark.parametrize(
    "member", ['"hook":"secret"', '"context":{"patientId":"secret","patientId":"other"}', '"x":[{"secret":1,"secret":2}]']
)
def test_fault_A03_security_S48_duplicate_keys_are_ambiguous_and_not_echoed(member: str) -> None:
    told = problems(f'{{"hook":"order-sign",{member}}}'.encode())["$"]
    assert "ambiguous" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "-1E+400", "1" * 400, "9" * 5000, "1.5e309", "0.1e0400", "12e1234"]
)
def test_fault_A04_numbers_that_no_double_holds(number: str) -> None:
    assert problems(f'{{"a":[{{"b": {number} }}]}}'.encode()).keys() == {"$"}


@pytest.mark.parametrize("fine", ["1e30", "1e-400", "0.010", '"id-4e12"', '"1e999"', '"' + "9" * 400 + '"', "9" * 300])
def test_fault_A04_does_not_refuse_what_is_finite_or_text(fine: str) -> None:
    assert "$" not in problems(f'{{"a":{fine}}}'.encode())


@pytest.mark.parametrize(
    "body", [b'{"a":"\xff"}', b'{"a":"\\ud800"}', b'{"\\udc00":1}', b'{"a":"\xed\xa0\x80"}', '{"a":1}'.encode("utf-16")]
)
def test_fault_A05_text_that_is_no_unicode(body: bytes) -> None:
    assert problems(body).keys() == {"$"}


def test_fault_A05_a_byte_order_mark_is_accepted() -> None:
    assert HookRequest.parse(b"\xef\xbb\xbf" + json.dumps(request()).encode(), SIGN).patient == "p1"


@pytest.mark.parametrize("body", [b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"[" * 100_000])
def test_fault_A08_deep_nesting(body: bytes) -> None:
    assert "nested too deeply" in problems(body)["$"]


def test_fault_A10_every_missing_member_is_listed_at_once() -> None:
    assert problems({}).keys() == {"hook", "hookInstance", "context", "context.patientId", "context.userId"}
    assert problems({"context": {}}, SELECT).keys() == {"hook", "hookInstance", "context.patientId", "context.userId", "context.selections"}


def test_fault_A10_wrong_types_are_listed_beside_missing_members() -> None:
    body = request(hookInstance=5, prefetch=[], context={"patientId": ["p1"], "encounterId": 4}, without=("hook",))
    assert problems(body).keys() == {"hook", "hookInstance", "prefetch", "context.patientId", "context.encounterId"}


def test_fault_A11_another_hook() -> None:
    assert "order-sign" in problems(request(hook="patient-view"))["hook"]


def test_fault_A13_unknown_members_and_odd_extensions_are_ignored() -> None:
    body = request(extension=["odd"], somethingNew={"a": [None]}, context={"departmentId": 7, "appointments": None})
    assert asked(body).extension == {}


def test_null_members_count_as_left_out() -> None:
    read = asked(request(prefetch=None, fhirServer=None, fhirAuthorization=None, context={"encounterId": None}))
    assert (read.prefetch, read.fhir_server, read.authorization, read.encounter) == ({}, "", None, "")


@pytest.mark.parametrize(
    "instance",
    [
        "x",
        "",
        "d1577c69dfbe44adba6d3e05e953b2ea",
        "{d1577c69-dfbe-44ad-ba6d-3e05e953b2ea}",
        "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea\n",
        "9" * 100_000,
        "\u0000",
    ],
)
def test_fault_A14_hook_instance_that_is_no_uuid(instance: str) -> None:
    told = problems(request(hookInstance=instance))
    assert told.keys() == {"hookInstance"}
    assert len(told["hookInstance"]) < 100


def test_fault_A20_authorization_without_a_server() -> None:
    assert problems(request(fhirAuthorization={"access_token": "t", "token_type": "Bearer", "expires_in": 300})).keys() == {"fhirServer"}


@pytest.mark.parametrize(
    ("authorization", "path"),
    [
        ({}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": "a b"}, "access_token"),
        ({"access_token": "a\r\nX-Evil: 1"}, "access_token"),
        ({"access_token": "ä"}, "access_token"),
        ({"access_token": "t", "token_type": "MAC"}, "token_type"),
        ({"access_token": "t", "expires_in": "soon"}, "expires_in"),
    ],
)
def test_fault_A20_a_broken_authorization(authorization: dict[str, Any], path: str) -> None:
    assert problems(request(fhirServer="https://ehr.example.org", fhirAuthorization=authorization)).keys() == {f"fhirAuthorization.{path}"}


def test_epic_scopes_and_string_seconds_are_tolerated() -> None:
    authorization = {"access_token": "t", "token_type": "bearer", "expires_in": "300", "scope": "Patient.Read (R4) [x]", "subject": "s"}
    read = asked(request(fhirServer="https://ehr.example.org", fhirAuthorization=authorization)).authorization
    assert read is not None and read.expires_in == 300


@pytest.mark.parametrize("patient", ["", None, "Patient/p1", "a b", "a\n", "x" * 300])
def test_fault_B01_patient_id_is_one_id(patient: str | None) -> None:
    assert problems(request(context={"patientId": patient})).keys() == {"context.patientId"}


def test_fault_C16_an_unfilled_token_is_no_patient() -> None:
    told = problems(request(context={"patientId": "{{context.patientId}}"}))
    assert told.keys() == {"context.patientId"}
    assert "has not filled" in told["context.patientId"]


def test_fault_C16_an_unfilled_token_fills_no_other() -> None:
    tokens = asked(request(context={"encounterId": "{{context.encounterId}}", "userId": "Practitioner/{{userPractitionerId}}"})).tokens()
    assert tokens == {"context.patientId": "p1"}


@pytest.mark.parametrize("user", ["", "u1", "Patient/1", "Practitioner/", "Practitioner/1/2", "https://x/Practitioner/1", 4])
def test_user_must_be_staff_at_orders(user: Any) -> None:
    assert problems(request(context={"userId": user})).keys() == {"context.userId"}


def test_user_may_be_the_patient_at_patient_view() -> None:
    viewed = service(hook="patient-view", id="view")
    body = request(hook="patient-view", context={"userId": "Patient/p1"})
    assert asked(body, viewed).user == "Patient/p1"


def test_epic_ids_with_dots_and_dashes() -> None:
    assert asked(request(context={"patientId": "eXo-.1B", "userId": "PractitionerRole/e.4-Q"})).patient == "eXo-.1B"


def test_fault_C20_draft_orders_left_out_is_412_and_other_context_400() -> None:
    body = request()
    del body["context"]["draftOrders"]
    with pytest.raises(DataUnavailable, match="scope"):
        asked(body)
    body["context"]["draftOrders"] = None
    with pytest.raises(DataUnavailable):
        asked(body)
    del body["context"]["userId"]
    assert problems(body).keys() == {"context.userId"}


@pytest.mark.parametrize("bundle", [[], "x", {"resourceType": "Patient"}, {"entry": {}}, {"entry": [1]}, {"entry": [{"resource": "x"}]}])
def test_draft_orders_of_a_wrong_shape(bundle: Any) -> None:
    assert all(path.startswith("context.draftOrders") for path in problems(request(context={"draftOrders": bundle})))


def test_draft_orders_without_type_and_with_null_entries() -> None:
    assert (
        asked(request(context={"draftOrders": {"resourceType": "Bundle", "entry": [None, {"resource": None}]}})).draft_orders["entry"][0]
        is None
    )


@pytest.mark.parametrize(
    ("selections", "path"),
    [(None, "context.selections"), ("x", "context.selections"), ({}, "context.selections"), (["a", 1], "context.selections[1]")],
)
def test_selections_at_order_select(selections: Any, path: str) -> None:
    assert problems(request(hook="order-select", context={"selections": selections}), SELECT).keys() == {path}


def test_fault_C21_empty_selections_are_read() -> None:
    assert asked(request(hook="order-select", context={"selections": []}), SELECT).selections == ()


def test_security_S42_no_token_and_no_patient_in_a_repr() -> None:
    read = asked(request(fhirServer="https://ehr.example.org", fhirAuthorization={"access_token": "canary", "patient": "canary"}))
    assert "canary" not in repr(read) + repr(read.authorization) and "p1" not in repr(read)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(request())), JSON_VALUES)
def test_any_member_of_any_shape_is_read_or_refused(name: str, value: Any) -> None:
    with suppress(HookRequestError, DataUnavailable):
        HookRequest.parse(json.dumps(request() | {name: value}).encode(), SIGN)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["userId", "patientId", "encounterId", "draftOrders", "selections"]), JSON_VALUES)
def test_any_context_of_any_shape_is_read_or_refused(name: str, value: Any) -> None:
    with suppress(HookRequestError, DataUnavailable):
        HookRequest.parse(json.dumps(request(hook="order-select", context={"selections": [], name: value})).encode(), SELECT)
