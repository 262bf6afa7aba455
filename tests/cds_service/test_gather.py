"""What prefetch may hold and what is made of it; nothing here reads a server (test_fhir_client.py does)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.clients.client import local
from cds_service.errors import DataUnavailable
from cds_service.fhir_answers import Deadline
from cds_service.fhir_client import FhirClient
from cds_service.gather import gather
from cds_service.settings import Settings
from fhir_mappings.genotypes import genotypes_input
from fhir_mappings.inputs import Found, Record
from fhir_mappings.profile import read_profile
from models.patient import PatientProfile
from tests.support.edge import OID_LOINC, OPTIONAL, RESULTS, asked, draft, drafts, observation, request, with_server
from tests.support.mock_fhir import MockFhir, bundle, outcome
from tests.support.shipped import shipped

Json = dict[str, Any]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FhirClient]:
    made = FhirClient(Settings(store_url="sqlite://"))
    yield made
    made.close()


def gathered(client: FhirClient, prefetch: Json, *, body: Json | None = None, ms: int = 3000, **more: Any) -> Record:
    call = (body or request(**more)) | {"prefetch": prefetch}
    return gather(asked(call), (RESULTS, OPTIONAL), client, Deadline.after(ms), local((), (), 800))


def results(client: FhirClient, value: Any) -> Found:
    return gathered(client, {"results": value, "labs": None}).found["results"]


def ids(found: Found) -> list[str]:
    return [str(r["id"]) for r in found.resources]


def test_fault_C01_nothing_at_all_is_412_with_the_key_and_the_remedy(client: FhirClient) -> None:
    with pytest.raises(DataUnavailable, match=r"'results'.*fhirAuthorization"):
        gathered(client, {})


def test_nothing_is_required_while_no_draft_names_a_medicine(client: FhirClient) -> None:
    empty = drafts(draft(note=[]), {"resourceType": "ServiceRequest", "id": "s1"})
    assert gathered(client, {}, context={"draftOrders": empty}).found["results"].failed
    with pytest.raises(DataUnavailable):
        gathered(client, {}, context={"draftOrders": drafts(draft(note=[]), draft())})


def test_fault_C01_nothing_at_all_is_fetched_with_a_token(client: FhirClient, fhir: MockFhir) -> None:
    fhir.answers["Observation"] = bundle(observation())
    record = gathered(client, {}, body=with_server(fhir.base))
    assert ids(record.found["results"]) == ["o1"]
    assert {p.partition("code=")[2][:27] for p in fhir.paths()} == {"http://loinc.org%7C53040-2&", "http://loinc.org%7C2160-0"}


def test_fault_B17_a_specimen_that_the_server_sends_along_is_kept_for_the_firewall(client: FhirClient, fhir: MockFhir) -> None:
    sample = {"resourceType": "Specimen", "id": "s1", "subject": {"reference": "Patient/donor"}}
    genotype = observation(specimen={"reference": "Specimen/s1"}, valueCodeableConcept={"text": "CYP2C19 *2/*2"})
    genotype["code"] = {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]}
    fhir.answers["Observation"] = bundle(genotype, sample)
    wanted = genotypes_input(shipped())
    record = gather(asked(with_server(fhir.base)), (wanted,), client, Deadline.after(3000), local((), (), 800))
    assert [r["resourceType"] for r in record.found["genotypes"].resources] == ["Observation", "Specimen"]

    mine: str = genotype["subject"]["reference"]

    def read(owner: str) -> PatientProfile:
        sample["subject"] = {"reference": owner}
        found = {"genotypes": Found((genotype, sample))}
        return read_profile(
            Record(found), (wanted,), patient=mine.partition("/")[2], server="", drafts=[], selected=None, as_of=date(2026, 11, 26)
        )

    assert read("Patient/donor").genotypes == ()
    own = read(mine)
    assert len(own.genotypes) == 1 and own.gaps == ()


def test_fault_C02_null_means_looked_and_is_not_fetched(client: FhirClient, fhir: MockFhir) -> None:
    record = gathered(client, {"results": None, "labs": None}, body=with_server(fhir.base))
    assert record.found["results"] == Found()
    assert fhir.asked == []


def test_fault_C03_a_missing_optional_key_is_a_failed_input(client: FhirClient) -> None:
    found = gathered(client, {"results": None}).found["labs"]
    assert found.failed and "no usable 'labs'" in found.because


@pytest.mark.parametrize("value", ["{{context.patientId}}", [], {}, 5, {"x": 1}])
def test_fault_C16_what_is_no_resource_counts_as_missing(client: FhirClient, value: Any) -> None:
    assert gathered(client, {"results": None, "labs": value}).found["labs"].failed


def test_fault_C16_a_token_that_cannot_be_filled_is_never_sent(client: FhirClient, fhir: MockFhir) -> None:
    wanted = replace(OPTIONAL, query="Observation?encounter={{context.encounterId}}")
    record = gather(asked(with_server(fhir.base)), (wanted,), client, Deadline.after(200), local((), (), 800))
    assert record.found["labs"].failed
    assert fhir.asked == []


def test_fault_C04_an_outcome_is_failed_and_not_fetched_again(client: FhirClient, fhir: MockFhir) -> None:
    record = gathered(client, {"results": None, "labs": outcome()}, body=with_server(fhir.base))
    assert record.found["labs"].failed
    assert fhir.asked == []
    with pytest.raises(DataUnavailable, match="OperationOutcome"):
        gathered(client, {"results": outcome("fatal")})


def test_fault_C04_an_outcome_alone_is_failed_whatever_it_says(client: FhirClient) -> None:
    assert gathered(client, {"results": None, "labs": outcome("warning")}).found["labs"].failed
    assert gathered(client, {"results": None, "labs": bundle(outcome=outcome())}).found["labs"].failed


def test_fault_C05_epic_says_empty_by_4101(client: FhirClient) -> None:
    assert results(client, bundle(total=0, outcome=outcome("warning", "4101"))) == Found()
    assert results(client, outcome("warning", "4101")) == Found()


def test_fault_C06_includes_and_outcomes_are_not_matches(client: FhirClient) -> None:
    mixed = bundle(observation(), total=1, outcome=outcome("information"))
    mixed["entry"].append({"resource": {"resourceType": "Patient", "id": "p1"}, "search": {"mode": "include"}})
    found = results(client, mixed)
    assert (ids(found), found.complete) == (["o1"], True)


def test_fault_C07_an_error_beside_matches_is_incomplete(client: FhirClient) -> None:
    found = results(client, bundle(observation(), outcome=outcome("error")))
    assert (ids(found), found.complete, found.failed) == (["o1"], False, False)


def test_fault_C08_odd_entries_are_skipped(client: FhirClient) -> None:
    odd = bundle(observation())
    odd["entry"] += [None, {}, {"resource": None}, {"resource": {"resourceType": "Condition", "id": "c"}}, "x"]
    assert ids(results(client, odd)) == ["o1"]


def test_fault_C08_other_resources_only_is_not_an_empty_answer(client: FhirClient) -> None:
    found = results(client, bundle({"resourceType": "Condition", "id": "c"}))
    assert (found.resources, found.complete) == ((), False)
    assert gathered(client, {"results": None, "labs": {"resourceType": "Condition"}}).found["labs"].failed


@pytest.mark.parametrize("kind", ["batch-response", "message", "document", "transaction"])
def test_fault_C09_other_bundles_are_not_read(client: FhirClient, kind: str) -> None:
    assert gathered(client, {"results": None, "labs": bundle(observation(), kind=kind)}).found["labs"].failed


def test_fault_C09_a_history_gives_the_newest_version_and_drops_the_deleted(client: FhirClient) -> None:
    def version(id: str, number: str, status: str) -> Json:
        return observation(id, meta={"versionId": number}, status=status)

    history = bundle(version("o1", "1", "preliminary"), version("o1", "2", "final"), version("o3", "1", "final"), kind="history", total=9)
    deleted = {"request": {"method": "DELETE", "url": "Observation/o2"}}
    history["entry"] = [deleted, {"resource": version("o2", "1", "final")}, *history["entry"]]
    found = results(client, history)
    assert [(r["id"], r["status"]) for r in found.resources] == [("o1", "final"), ("o3", "final")]
    assert found.complete


def test_fault_C09_collections_and_untyped_bundles_are_read(client: FhirClient) -> None:
    untyped = bundle(observation())
    del untyped["type"]
    assert ids(results(client, untyped)) == ids(results(client, bundle(observation(), kind="collection"))) == ["o1"]


def test_fault_C10_a_next_page_without_a_server_is_incomplete(client: FhirClient) -> None:
    found = results(client, bundle(observation(), next_url="https://ehr.example.org/fhir?page=2"))
    assert (ids(found), found.complete) == (["o1"], False)
    assert "one page" in found.because


def test_fault_C10_a_next_page_is_followed(client: FhirClient, fhir: MockFhir) -> None:
    fhir.pages["Observation?page=2"] = bundle(observation("o2"))
    first = bundle(observation(), total=2, next_url=f"{fhir.base}/Observation?page=2")
    found = gathered(client, {"results": first, "labs": None}, body=with_server(fhir.base)).found["results"]
    assert (ids(found), found.complete) == (["o1", "o2"], True)


def test_fault_C10_a_next_page_that_comes_too_late_leaves_the_first_in_use(client: FhirClient, fhir: MockFhir) -> None:
    fhir.fault = "slow"
    first = bundle(observation(), next_url=f"{fhir.base}/Observation?page=2")
    found = gathered(client, {"results": first, "labs": None}, body=with_server(fhir.base), ms=60).found["results"]
    assert (ids(found), found.complete, found.failed) == (["o1"], False, False)


def test_fault_C11_fewer_than_total_is_incomplete(client: FhirClient) -> None:
    found = results(client, bundle(observation(), total=2))
    assert (ids(found), found.complete) == (["o1"], False)
    assert results(client, bundle(observation(), total=1)).complete


def test_fault_C12_a_resource_where_a_bundle_is_expected_and_the_reverse(client: FhirClient) -> None:
    assert ids(results(client, observation())) == ["o1"]
    from fhir_mappings.patient import PATIENT

    call = asked(request(prefetch={"patient": bundle({"resourceType": "Patient", "id": "p1"})}))
    assert ids(gather(call, (PATIENT,), client, Deadline.after(100), local((), (), 800)).found["patient"]) == ["p1"]


def test_fault_C13_another_key_satisfies_no_input_but_is_seen_by_the_firewall(client: FhirClient) -> None:
    record = gathered(client, {"results": None, "-genes": bundle(observation()), "who": {"resourceType": "Patient", "id": "other"}})
    assert record.found["results"] == Found() and record.found["labs"].failed
    assert [r["id"] for r in record.found["who"].resources] == ["other"]


def test_fault_C15_an_object_where_a_list_is_expected(client: FhirClient) -> None:
    odd = bundle()
    odd["entry"] = {"resource": observation(category={"text": "x"})}
    odd["link"] = {"relation": "self", "url": "x"}
    assert ids(results(client, odd)) == ["o1"]


def test_fault_C17_thousands_of_entries(client: FhirClient) -> None:
    many = bundle(*(observation(f"o{i}", code=RESULTS.query[-10:] if i % 2 else "53040-2") for i in range(4000)))
    assert len(results(client, many).resources) == 2000


def test_fault_C19_the_newest_version_wins_across_keys(client: FhirClient) -> None:
    old, new = (
        observation(meta={"versionId": v, "lastUpdated": f"2026-01-0{v}T00:00:00Z"}, status=s)
        for v, s in (("1", "preliminary"), ("2", "final"))
    )
    found = gathered(client, {"results": bundle(old), "labs": bundle(new)}).found
    assert found["results"].resources == found["labs"].resources == (new,)
    recoded = new | {"code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]}}
    found = gathered(client, {"results": bundle(old), "labs": bundle(recoded)}).found
    assert found["results"].resources == () and found["labs"].resources == (recoded,)
    same = gathered(client, {"results": bundle(new), "labs": bundle(new)}).found
    assert same["results"].resources == same["labs"].resources == (new,)


def test_fault_C19_versions_that_cannot_be_ordered_all_stay(client: FhirClient) -> None:
    one, two = observation(status="final"), observation(status="preliminary")
    found = gathered(client, {"results": bundle(one), "labs": bundle(two)}).found
    assert found["results"].resources == found["labs"].resources == (one, two)


def test_fault_D13_results_are_filtered_again_by_type_and_code(client: FhirClient) -> None:
    found = results(
        client, bundle(observation("a"), observation("b", code="2160-0"), observation("c", system=OID_LOINC), observation("d", system=""))
    )
    assert ids(found) == ["a", "c"]


def test_fault_B10_a_token_for_another_patient_is_not_used(client: FhirClient, fhir: MockFhir) -> None:
    body = with_server(fhir.base)
    body["fhirAuthorization"]["patient"] = "p2"
    with pytest.raises(DataUnavailable, match="another patient"):
        gathered(client, {}, body=body)
    assert fhir.asked == []


MEDICATION: Json = {"resourceType": "Medication", "id": "med1", "code": {"text": "x"}}
BY_REFERENCE = drafts(draft(medicationReference={"reference": "Medication/med1"}))


def test_medications_are_found_in_drafts_and_in_any_key(client: FhirClient) -> None:
    other = MEDICATION | {"id": "med2"}
    with_entry = drafts(draft(medicationReference={"reference": "Medication/med1"}), MEDICATION)
    with_entry["entry"][1]["fullUrl"] = "urn:uuid:1"
    record = gathered(client, {"results": None, "meds": bundle(other)}, context={"draftOrders": with_entry})
    assert record.referenced == {"Medication/med1": MEDICATION, "urn:uuid:1": MEDICATION, "Medication/med2": other}


def test_what_a_search_brings_along_is_kept_for_inputs_that_point_at_it(client: FhirClient, fhir: MockFhir) -> None:
    asks = replace(RESULTS, beside=frozenset({"Medication"}))
    page = bundle(observation(), MEDICATION)
    page["entry"][1]["search"] = {"mode": "include"}
    fhir.answers["Observation"] = page | {"total": 1}
    for body in (with_server(fhir.base), request(prefetch={"results": page})):
        found = gather(asked(body), (asks,), client, Deadline.after(2000), local((), (), 800)).found["results"]
        assert (found.complete, [r["resourceType"] for r in found.resources]) == (True, ["Observation", "Medication"])
        plain = gather(asked(body), (RESULTS,), client, Deadline.after(2000), local((), (), 800)).found["results"]
        assert [r["resourceType"] for r in plain.resources] == ["Observation"]


def test_a_medication_that_did_not_come_along_is_fetched(client: FhirClient, fhir: MockFhir) -> None:
    fhir.answers["Medication/med1"] = MEDICATION
    record = gathered(client, {"results": None, "labs": None}, body=with_server(fhir.base, context={"draftOrders": BY_REFERENCE}))
    assert record.referenced == {"Medication/med1": MEDICATION}
    assert (fhir.paths(), record.gaps) == (["/fhir/Medication/med1"], ())


def test_medicines_are_read_beside_the_inputs_and_not_after_them(client: FhirClient, fhir: MockFhir) -> None:
    """A slow search must not take the time in which the ordered medicine could be read."""
    fhir.answers["Medication/med1"] = MEDICATION
    fhir.slow = "Observation"
    body = with_server(fhir.base, context={"draftOrders": BY_REFERENCE})
    record = gathered(client, {"results": None}, body=body, ms=800)
    assert record.found["labs"].failed
    assert record.referenced == {"Medication/med1": MEDICATION}


@pytest.mark.parametrize(
    ("orders", "reads"),
    [
        (drafts(draft(note=[])), 0),
        (drafts(draft()), 1),
        (drafts(draft(note=[]), {"resourceType": "ServiceRequest", "id": "s1"}), 1),
        (None, 1),
    ],
)
def test_what_is_read_on_demand_waits_until_an_order_names_something(client: FhirClient, fhir: MockFhir, orders: Json, reads: int) -> None:
    fhir.answers["Observation"] = bundle(observation(code="2160-0"))
    call = replace(asked(with_server(fhir.base)), draft_orders=orders or {})
    record = gather(call, (replace(OPTIONAL, on_demand=True),), client, Deadline.after(2000), local((), (), 800))
    assert (len(fhir.asked), record.found["labs"].failed) == (reads, not reads)


def test_fault_D20_a_medication_that_cannot_be_had_is_a_gap(client: FhirClient, fhir: MockFhir) -> None:
    body = with_server(fhir.base, context={"draftOrders": BY_REFERENCE})
    (gap,) = gathered(client, {"results": None, "labs": None}, body=body).gaps
    assert (gap.subject, gap.reason) == ("Medication/med1", "unavailable")
    fhir.answers["Medication/med1"] = MEDICATION | {"id": "another"}
    assert len(gathered(client, {"results": None, "labs": None}, body=body).gaps) == 1
    assert len(gathered(client, {"results": None}, context={"draftOrders": BY_REFERENCE}).gaps) == 1


@pytest.mark.parametrize(
    "reference", ["Medication/../Patient/p2", "Medication/a%2F..", "Medication/a b", "https://evil.example.org/fhir/Medication/1"]
)
def test_security_S25_a_reference_cannot_steer_a_read_elsewhere(client: FhirClient, fhir: MockFhir, reference: str) -> None:
    body = with_server(fhir.base, context={"draftOrders": drafts(draft(medicationReference={"reference": reference}))})
    gathered(client, {"results": None, "labs": None}, body=body)
    assert fhir.asked == []


ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    "",
    "x",
    "{{context.patientId}}",
    [],
    {},
    [None],
    [[]],
    {"x": None},
    "http://[",
    {"resourceType": 5},
)
WHOLE = {
    "results": bundle(
        observation(meta={"versionId": "1"}), observation("o2"), total=2, next_url="https://x/?a=b", outcome=outcome("warning", "4101")
    ),
    "labs": bundle(observation("o3"), kind="history"),
    "meds": bundle({"resourceType": "Medication", "id": "med1"}),
}


def _nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _nodes(inner, (*path, key))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(_nodes(WHOLE), key=str)), st.sampled_from(ODD)), min_size=1, max_size=3))
def test_any_node_of_the_prefetch_may_be_anything(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    prefetch = copy.deepcopy(WHOLE)
    for path, odd in changes:
        place: Any = prefetch
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = copy.deepcopy(odd)  # or a later change could put it inside itself
        except (KeyError, IndexError, TypeError):
            continue
    try:
        record = gathered(CLOSED, prefetch, context={"draftOrders": BY_REFERENCE})
    except DataUnavailable:
        return
    assert all(isinstance(r, dict) for found in record.found.values() for r in found.resources)


CLOSED = FhirClient(Settings(store_url="sqlite://"))


def test_an_offline_client_calls_nobody(fhir: MockFhir) -> None:
    client = FhirClient(Settings(store_url="sqlite://"), offline=True)
    with pytest.raises(DataUnavailable, match="calls no FHIR server"):
        gathered(client, {}, body=with_server(fhir.base))
    assert fhir.asked == []
    client.close()
