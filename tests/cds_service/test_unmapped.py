"""The report of codes that no table knows: what it counts, what it never keeps, and that calls do not depend on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.clients.client import LOCAL_ID
from cds_service.errors import StoreUnavailable
from cds_service.store.unmapped import Key, UnmappedStore
from cds_service.unmapped import WAITING
from fhir_mappings.allergies import ALLERGIES
from fhir_mappings.medications import MEDICATIONS
from tests.support.edge import Edge, drafts, request, service

LOCAL = "urn:oid:1.2.3"
RX = "http://www.nlm.nih.gov/research/umls/rxnorm"
CANARY = "Canary Jane 1970"
Json = dict[str, Any]


def edge(folder: Path, **settings: Any) -> Edge:
    return Edge(folder, service(MEDICATIONS, ALLERGIES), **settings)


def drug(*codes: tuple[str, str], id: str = "m1", **more: Any) -> Json:
    coded = {"coding": [{"system": s, "code": c, "display": CANARY} for s, c in codes], "text": CANARY}
    own = {"resourceType": "MedicationRequest", "id": id, "status": "draft", "intent": "order", "subject": {"reference": "Patient/p1"}}
    return {**own, "medicationCodeableConcept": coded, **more}


def bundle(*resources: Json) -> Json:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def call(on: Edge, *orders: Json, medications: Json | None = None, allergies: Json | None = None) -> None:
    prefetch = {"medications": medications or bundle(), "allergies": allergies or bundle()}
    answer = on.post(request(context={"draftOrders": drafts(*orders)}, prefetch=prefetch))
    assert answer.status_code == 200


def rows(on: Edge) -> list[tuple[str, ...]]:
    on.state.unmapped.flush()
    return [row[:4] for row in UnmappedStore(on.settings.store_url).rows(LOCAL_ID)]


def test_fault_E22_codes_that_no_table_knows_are_counted_with_their_frequency(tmp_path: Path) -> None:
    on = edge(tmp_path)
    call(on, drug((LOCAL, "A-1")), drug((RX, "404404"), (LOCAL, "A-1"), id="m2"))
    call(on, drug((LOCAL, "A-1")), medications=bundle(drug((LOCAL, "B-1"), id="m9", status="active")))
    assert rows(on) == [
        ("order", LOCAL, "A-1", "3"),
        ("order", RX, "404404", "1"),
        ("medication", LOCAL, "B-1", "1"),
    ]
    call(on, drug((LOCAL, "A-1")))
    assert rows(on)[0] == ("order", LOCAL, "A-1", "4"), "later writes add to what is there"


def test_codes_are_counted_by_system_for_those_who_watch(tmp_path: Path) -> None:
    on = edge(tmp_path)
    call(on, drug((LOCAL, "A-1"), ("http://example.org/x", "A-1"), (RX, "404404"), ("", "7")))
    text = on.client.get("/metrics").get_data(as_text=True)
    for system, count in (("other", 2), ("rxnorm", 1), ("none", 1)):
        assert f'precision_hooks_unmapped_codes_total{{system="{system}"}} {count}.0' in text
    assert LOCAL not in text


def test_nothing_but_what_looks_like_a_code_is_kept(tmp_path: Path) -> None:
    on = edge(tmp_path)
    odd = [(LOCAL, "Jane Doe 1970-01-01"), ("Jane's own list", "A-1"), (LOCAL, "x" * 65), (LOCAL, "A\tB"), ("", "77")]
    call(on, drug(*odd), allergies=bundle())
    assert rows(on) == [("order", "", "77", "1")]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Canary" not in kept and b"Jane" not in kept and b"p1" not in kept


def test_an_allergy_to_no_medicine_and_one_to_nothing_are_no_unknown_medicines(tmp_path: Path) -> None:
    def allergy(id: str, code: str, **more: Any) -> Json:
        coded = {"coding": [{"system": LOCAL, "code": code}]}
        return {"resourceType": "AllergyIntolerance", "id": id, "patient": {"reference": "Patient/p1"}, "code": coded, **more}

    on = edge(tmp_path)
    call(on, allergies=bundle(allergy("a1", "food-1", category=["food"]), allergy("a2", "drug-1", category=["medication"])))
    assert ("allergy", LOCAL, "drug-1", "1") in rows(on) and not [row for row in rows(on) if row[2] == "food-1"]


def test_the_store_may_be_away_and_gets_what_waited_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on = edge(tmp_path)
    add = UnmappedStore.add

    def broken(*_: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(UnmappedStore, "add", broken)
    call(on, drug((LOCAL, "A-1")))
    on.state.unmapped.flush()
    call(on, drug((LOCAL, "A-1")))
    monkeypatch.setattr(UnmappedStore, "add", add)
    assert rows(on) == [("order", LOCAL, "A-1", "2")]


def test_what_is_held_and_what_is_kept_is_bounded(tmp_path: Path) -> None:
    store = UnmappedStore(f"sqlite:///{tmp_path}/store.sqlite", most=3)
    store.add("t", {Key("order", LOCAL, str(n)): 1 for n in range(10)}, 1)
    store.add("t", {Key("order", LOCAL, str(n)): 1 for n in range(10)}, 2)
    assert [row[3] for row in store.rows("t")] == ["2", "2", "2"]
    assert store.rows("other") == ()
    on = edge(tmp_path)
    for start in range(0, WAITING + 100, 100):
        call(on, drug(*((LOCAL, f"n{n}") for n in range(start, start + 100))))
    assert len(rows(on)) == WAITING


def test_a_site_may_keep_none(tmp_path: Path) -> None:
    on = edge(tmp_path, unmapped=False, memory=False)
    call(on, drug((LOCAL, "A-1")))
    on.state.unmapped.flush()
    assert rows(on) == []


def test_a_store_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    store = UnmappedStore(f"sqlite:///{tmp_path}/file/store.sqlite")
    with pytest.raises(StoreUnavailable):
        store.add("t", {Key("order", LOCAL, "1"): 1}, 1)
    with pytest.raises(StoreUnavailable):
        store.rows("t")


def test_the_command_prints_them_for_whoever_maps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on = edge(tmp_path)
    call(on, drug((LOCAL, "A-1")))
    on.state.unmapped.flush()
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", on.settings.store_url)
    result = CliRunner().invoke(main, ["unmapped"])
    assert result.stdout.splitlines() == [
        "place\tsystem\tcode\tcount\tfirst\tlast",
        f"order\t{LOCAL}\tA-1\t1\t2026-03-01\t2026-03-01",
    ]
    monkeypatch.setenv("PRECISION_HOOKS_STORE_URL", f"sqlite:///{tmp_path}/store.sqlite/x")
    away = CliRunner().invoke(main, ["unmapped"])
    assert away.exit_code == 2 and "cannot be read now" in away.stderr


def test_an_answer_does_not_tell_the_codes(tmp_path: Path) -> None:
    on = edge(tmp_path)
    answer = on.post(
        request(context={"draftOrders": drafts(drug((LOCAL, "A-1")))}, prefetch={"medications": bundle(), "allergies": bundle()})
    )
    assert CANARY not in json.dumps(answer.get_json()) and CANARY not in on.log.getvalue()
