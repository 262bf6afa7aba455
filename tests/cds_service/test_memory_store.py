"""The memory in the store: what is kept of a card, for how long, and that no id of a patient is. SQLite and PostgreSQL alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import create_engine

from cds_service.errors import StoreUnavailable
from cds_service.remembered import Memory, Shown
from cds_service.store.items import Item
from cds_service.store.keys import Keys, Sitting
from cds_service.store.memory import MOST, REST, MemoryStore
from cds_service.store.tables import METADATA

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = ("a" * 24, "f" * 24)
WHO = Sitting("t", "https://ehr.example.org/fhir", "pat-canary", "enc-canary", (("MedicationRequest/order-canary", "75 mg"),))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    url = request.getfixturevalue("postgresql")
    yield url
    engine = create_engine(url)
    METADATA.drop_all(engine)
    engine.dispose()


@pytest.fixture
def store(url: str) -> Iterator[MemoryStore]:
    made = MemoryStore(url)
    yield made
    made.close()


def shown(card: str, memory: Memory, at: datetime = NOW, topic: str = "a" * 24) -> Shown:
    return Shown(card, topic, "f" * 24, "warning", memory.encounter, frozenset(memory.orders.values()), at)


def remember(store: MemoryStore, *cards: str, who: Sitting = WHO, now: datetime = NOW, service: str = "s") -> None:
    memory = store.recall(who, ALL, now)
    store.remember(who.tenant, service, memory, [shown(card, memory, now) for card in cards])


def item(card: str, outcome: str = "overridden", at: datetime = NOW, code: str = "tolerates", display: str = "") -> Item:
    return Item(card, outcome, at.isoformat(), reason_code=code, reason_display=display)


def told(store: MemoryStore, now: datetime = NOW, who: Sitting = WHO) -> list[tuple[str, str, str]]:
    return [(row.card, row.outcome, row.reason) for row in store.recall(who, ALL, now).shown]


def test_a_card_comes_back_as_it_was_kept(store: MemoryStore) -> None:
    memory = store.recall(WHO, ALL, NOW)
    card = shown("c1", memory)
    store.remember("t", "s", memory, [card])
    again = store.recall(WHO, ALL, NOW + DAY)
    assert again == replace(memory, now=NOW + DAY, shown=(card,))


def test_only_what_the_call_is_about_is_read(store: MemoryStore) -> None:
    remember(store, "c1")
    assert [len(store.recall(WHO, about, NOW).shown) for about in (("a" * 24,), ("f" * 24,), ("b" * 24,))] == [1, 1, 0]


def test_the_latest_card_comes_first(store: MemoryStore) -> None:
    for number in (2, 0, 1):
        remember(store, f"c{number}", now=NOW + number * DAY)
    assert [row.card for row in store.recall(WHO, ALL, NOW + 3 * DAY).shown] == ["c2", "c1", "c0"]


@pytest.mark.parametrize(
    "other", [replace(WHO, patient="p2"), replace(WHO, tenant="t2"), replace(WHO, server="https://other.example.org/fhir")]
)
def test_another_patient_tenant_or_hospital_shares_nothing(store: MemoryStore, other: Sitting) -> None:
    remember(store, "c1")
    assert told(store, who=other) == []


def test_a_card_that_is_sent_again_is_kept_once_and_keeps_its_outcome(store: MemoryStore) -> None:
    remember(store, "c1")
    store.settle("t", "s", [item("c1")], NOW)
    remember(store, "c1", "c2", now=NOW + DAY)
    assert sorted(told(store, NOW + DAY)) == [("c1", "overridden", "tolerates"), ("c2", "shown", "")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([item("c1")], ("overridden", "tolerates")),
        ([item("c1", code="")], ("overridden", "")),
        ([item("c1", code="x-canary")], ("overridden", "other")),
        ([item("c1", code="", display="Clinical: canary")], ("overridden", "other")),
        ([item("c1", "accepted")], ("accepted", "")),
        ([item("c1"), item("c1", "accepted", NOW + DAY)], ("accepted", "")),
        ([item("c1", "accepted", NOW + DAY), item("c1")], ("accepted", "")),  # the later word, in whatever order it comes
        ([item("c1", code=""), item("c1", at=NOW + DAY)], ("overridden", "tolerates")),
        ([item("c9")], ("shown", "")),
    ],
)
def test_fault_H13_what_became_of_it(store: MemoryStore, said: list[Item], expected: tuple[str, str]) -> None:
    remember(store, "c1")
    for one in said:
        store.settle("t", "s", [one], NOW + 2 * DAY)
    assert told(store, NOW + 2 * DAY) == [("c1", *expected)]


def test_feedback_of_another_tenant_or_service_changes_nothing(store: MemoryStore) -> None:
    remember(store, "c1")
    store.settle("t2", "s", [item("c1")], NOW)
    store.settle("t", "s2", [item("c1")], NOW)
    assert told(store) == [("c1", "shown", "")]


def test_an_outcome_of_the_future_counts_from_now(store: MemoryStore) -> None:
    remember(store, "c1")
    store.settle("t", "s", [item("c1", at=NOW + 4000 * DAY)], NOW)
    assert store.recall(WHO, ALL, NOW).shown[0].settled == NOW


def test_rows_older_than_thirteen_months_are_dropped(store: MemoryStore, url: str) -> None:
    remember(store, "old")
    remember(store, "new", now=NOW + 300 * DAY)
    later = NOW + 404 * DAY
    assert told(store, later) == [("new", "shown", "")]  # before anything is dropped
    remember(store, "newest", now=later)
    engine = create_engine(url)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT card FROM shown ORDER BY card").scalars().all()
    engine.dispose()
    assert kept == ["new", "newest"]


def test_two_processes_share_one_key(url: str) -> None:
    one, other = MemoryStore(url), MemoryStore(url)
    remember(one, "c1")
    assert told(other) == [("c1", "shown", "")]
    one.close()
    other.close()


def test_the_operators_key_is_used_where_there_is_one(url: str) -> None:
    own = MemoryStore(url, key="k" * 32)
    assert own.recall(WHO, ALL, NOW).patient == Keys(b"k" * 32).patient(WHO)
    own.close()


# ---- SQLite alone: what lies in the file, and what a broken file does -------------------------------------------------


@pytest.fixture
def local(tmp_path: Path) -> Iterator[MemoryStore]:
    made = MemoryStore(f"sqlite:///{tmp_path / 'store.sqlite'}", busy_ms=30)
    yield made
    made.close()


def test_no_id_of_the_caller_lies_in_the_file(local: MemoryStore, tmp_path: Path) -> None:
    remember(local, "c1")
    local.settle("t", "s", [item("c1", code="", display="canary")], NOW)
    local.close()
    content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"canary" not in content and b"c1" in content


def test_hashes_differ_from_store_to_store(local: MemoryStore, tmp_path: Path) -> None:
    other = MemoryStore(f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert local.recall(WHO, ALL, NOW).patient != other.recall(WHO, ALL, NOW).patient
    other.close()


def test_a_store_that_was_moved_away_is_made_anew_with_another_key(local: MemoryStore, tmp_path: Path) -> None:
    before = local.recall(WHO, ALL, NOW).patient
    for path in tmp_path.glob("store.sqlite*"):
        path.unlink()
    assert local.recall(WHO, ALL, NOW).patient != before


def test_what_cannot_be_read_fails_once_and_is_left_alone_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"no database, surely" * 500)
    store = MemoryStore(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.recall(WHO, ALL, NOW)
    path.unlink()
    with pytest.raises(StoreUnavailable, match="a moment ago"):
        store.recall(WHO, ALL, NOW + REST / 2)
    assert store.recall(WHO, ALL, NOW + REST).shown == ()
    store.close()


def test_feedback_is_tried_even_then(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"no database, surely" * 500)
    store = MemoryStore(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable):
        store.recall(WHO, ALL, NOW)
    path.unlink()
    store.settle("t", "s", [item("c1")], NOW)
    store.close()


def test_a_writer_that_holds_the_file_does_not_hold_a_call(local: MemoryStore, tmp_path: Path) -> None:
    remember(local, "c1")
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    memory = local.recall(WHO, ALL, NOW)  # readers do not wait
    with pytest.raises(StoreUnavailable):
        local.remember("t", "s", memory, [shown("c2", memory)])
    holder.execute("ROLLBACK")
    holder.close()


@pytest.mark.parametrize("change", ["indicator = 'loud'", "shown_at = 9e17", "settled_at = 'yesterday'"])
def test_a_row_of_another_hand_is_passed_over(local: MemoryStore, tmp_path: Path, change: str) -> None:
    remember(local, "c1", "c2")
    with sqlite3.connect(tmp_path / "store.sqlite") as database:
        database.execute(f"UPDATE shown SET {change} WHERE card = 'c1'")
    database.close()
    assert [row.card for row in local.recall(WHO, ALL, NOW).shown] == ["c2"]


def test_a_postgresql_that_is_not_there_is_told_and_no_more() -> None:
    with pytest.raises(StoreUnavailable):
        MemoryStore("postgresql+psycopg://nobody@127.0.0.1:1/nothing").recall(WHO, ALL, NOW)


def test_calls_do_not_wait_while_the_store_is_opened_beside_them(local: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, wanted = Event(), local._database.engine
    monkeypatch.setattr(local._database, "engine", lambda: opened.wait(10) and wanted())
    thread = local.open_beside(NOW)
    with pytest.raises(StoreUnavailable, match="being opened"):
        local.recall(WHO, ALL, NOW)
    opened.set()
    thread.join()
    assert local.recall(WHO, ALL, NOW).shown == ()


def test_opening_a_broken_store_is_no_failure(tmp_path: Path) -> None:
    store = MemoryStore(f"sqlite:///{tmp_path}")
    store.open_beside(NOW).join()
    with pytest.raises(StoreUnavailable):
        store.recall(WHO, ALL, NOW + REST)


def test_one_patient_cannot_make_a_call_read_without_end(local: MemoryStore) -> None:
    memory = local.recall(WHO, ALL, NOW)
    local.remember("t", "s", memory, [shown(f"c{n}", memory) for n in range(MOST + 5)])
    assert len(local.recall(WHO, ALL, NOW).shown) == MOST


@pytest.mark.parametrize(
    "changed", [("MedicationRequest/order-canary", "150 mg"), ("MedicationRequest/2", "75 mg")], ids=["another dose", "another order"]
)
def test_the_key_of_an_order_is_of_this_very_order(changed: tuple[str, str]) -> None:
    keys = Keys(b"secret")
    (before,) = keys.orders(WHO).values()
    assert before not in keys.orders(replace(WHO, orders=(changed,))).values()
    assert before not in keys.orders(replace(WHO, encounter="another")).values()
    assert before not in keys.orders(replace(WHO, patient="another")).values()
    assert list(keys.orders(WHO).values()) == [before]


def test_what_is_hashed_cannot_be_shifted_from_one_part_to_the_next() -> None:
    keys = Keys(b"secret")
    one, other = replace(WHO, patient="a\x1fb", encounter="c"), replace(WHO, patient="a", encounter="b\x1fc")
    assert keys.encounter(one) != keys.encounter(other)
    assert keys.encounter(replace(WHO, encounter="")) == ""
    assert keys.patient(WHO) not in repr(keys) and "secret" not in repr(keys)
