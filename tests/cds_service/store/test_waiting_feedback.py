"""Feedback, shown cards and outcomes while the database is away: they wait in the spool, and count once when it is back. Both databases."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from cds_service.errors import StoreUnavailable
from cds_service.remembered import Memory, Shown
from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import Item
from cds_service.store.journal import Journal
from cds_service.store.keys import Sitting
from cds_service.store.memory import REST, MemoryStore
from tests.support.audits import NOW, column, execute, until

Journals = Callable[..., Journal]
Told = Counter[str]
DAY = timedelta(days=1)
WHO = Sitting("t", "https://ehr.example.org/fhir", "pat-canary", "enc-canary", (("MedicationRequest/order-canary", "75 mg"),))
KEY = Fernet.generate_key().decode()


def item(card: str, outcome: str = "overridden", **more: object) -> Item:
    return replace(Item(card, outcome, NOW.isoformat(), reason_code="tolerates"), **more)  # type: ignore[arg-type]


@contextmanager
def away(url: str) -> Iterator[None]:
    """Every write to these tables fails."""
    tables = ("feedback", "shown")
    execute(url, *(f"ALTER TABLE {table} RENAME TO {table}_away" for table in tables))
    try:
        yield
    finally:
        execute(url, *(f"ALTER TABLE {table}_away RENAME TO {table}" for table in tables))


@pytest.fixture
def journal(url: str, journals: Journals) -> Journal:
    return journals(url, busy_ms=100)


@pytest.fixture
def feedback(url: str, journal: Journal) -> Iterator[FeedbackStore]:
    made = FeedbackStore(url, KEY, 100, journal)
    assert made.reachable()
    yield made
    made.close()


@pytest.fixture
def memory(url: str, journal: Journal) -> Iterator[MemoryStore]:
    made = MemoryStore(url, busy_ms=100, journal=journal)
    made.recall(WHO, ["a"], NOW)
    yield made
    made.close()


def shown(card: str, of: Memory) -> Shown:
    return Shown(card, "a", "f", "warning", of.encounter, frozenset(of.orders.values()), of.now)


def spooled(tmp_path: Path) -> bytes:
    return b"".join(path.read_bytes() for path in (tmp_path / "spool").glob("*/*"))


def test_feedback_is_reported_as_ever_while_the_database_answers(feedback: FeedbackStore) -> None:
    assert feedback.take("t", "s", [item("a")], NOW).spooled is False
    kept = feedback.take("t", "s", [item("a"), item("b")], NOW)
    assert ([one.card for one in kept.new], kept.spooled) == (["b"], False)


def test_fault_G01_feedback_waits_and_is_kept_once(feedback: FeedbackStore, journal: Journal, url: str, tmp_path: Path) -> None:
    feedback.take("t", "s", [item("a")], NOW)
    batch = [item("a"), item("b", comment="comment-canary"), item("c", "accepted", suggestions=("s1",))]
    with away(url):
        for _ in range(2):  # the client sends it again
            kept = feedback.take("t", "s", batch, NOW)
            assert (len(kept.new), kept.spooled) == (3, True)
        assert b"comment-canary" not in spooled(tmp_path)
    until(lambda: not journal.behind())
    assert column(url, "SELECT card FROM feedback ORDER BY card") == ["a", "b", "c"]
    (token,) = column(url, "SELECT comment FROM feedback WHERE card = 'b'")
    assert Fernet(KEY).decrypt(bytes(token)) == b"comment-canary"
    assert feedback.take("t", "s", batch, NOW).new == ()


def test_a_large_batch_waits_whole(feedback: FeedbackStore, journal: Journal, url: str) -> None:
    with away(url):
        assert feedback.take("t", "s", [item(f"c{number}") for number in range(1201)], NOW).spooled
    until(lambda: not journal.behind())
    assert column(url, "SELECT count(*) FROM feedback") == [1201]


def test_a_comment_is_not_spooled_without_a_key(url: str, journal: Journal, tmp_path: Path) -> None:
    store = FeedbackStore(url, "", 100, journal)
    store.reachable()
    with away(url):
        store.take("t", "s", [item("a", comment="comment-canary")], NOW)
        assert b"comment-canary" not in spooled(tmp_path)
    until(lambda: not journal.behind())
    assert [bool(withheld) for withheld in column(url, "SELECT comment_withheld FROM feedback")] == [True]
    store.close()


def test_fault_G02_feedback_that_can_be_kept_nowhere_is_an_error(url: str, journals: Journals, told: Told) -> None:
    store = FeedbackStore(url, "", 100, journals(url, most=10))
    store.reachable()
    with away(url), pytest.raises(StoreUnavailable):
        store.take("t", "s", [item("a")], NOW)
    assert told["lost"] == 1
    store.close()


def test_fault_G01_a_card_and_what_was_said_of_it_wait(memory: MemoryStore, journal: Journal, url: str, tmp_path: Path) -> None:
    with away(url):
        with pytest.raises(StoreUnavailable):
            memory.recall(WHO, ["a"], NOW)
        unread = memory.unread(WHO, NOW)
        assert unread.shown == () and unread.patient
        memory.remember("t", "s", unread, [shown("c1", unread)])
        until(journal.behind)  # a call waits for its audit, which is written behind it
        memory.settle("t", "s", [item("c1")], NOW)
        assert b"canary" not in spooled(tmp_path)
    until(lambda: not journal.behind())
    found = memory.recall(WHO, ["a"], NOW + REST + DAY).shown
    assert [(row.card, row.outcome, row.reason) for row in found] == [("c1", "overridden", "tolerates")]


def test_what_is_said_of_a_card_that_still_waits_is_not_lost(memory: MemoryStore, journal: Journal, url: str) -> None:
    with away(url):
        unread = memory.unread(WHO, NOW)
        memory.remember("t", "s", unread, [shown("c1", unread)])
        until(journal.behind)
    memory.settle("t", "s", [item("c1")], NOW)  # the database answers again, but the card may still be in the spool
    until(lambda: not journal.behind())
    found = memory.recall(WHO, ["a"], NOW + REST + DAY).shown
    assert [(row.card, row.outcome) for row in found] == [("c1", "overridden")]


def test_a_later_word_that_did_not_wait_wins(memory: MemoryStore, journal: Journal, url: str) -> None:
    seen = memory.recall(WHO, ["a"], NOW)
    memory.remember("t", "s", seen, [shown("c1", seen)])
    with away(url):
        memory.settle("t", "s", [item("c1")], NOW)
    memory.settle("t", "s", [item("c1", "accepted", timestamp=(NOW + DAY).isoformat())], NOW + DAY)
    until(lambda: not journal.behind())
    assert [row.outcome for row in memory.recall(WHO, ["a"], NOW + 2 * DAY).shown] == ["accepted"]


def test_without_a_journal_or_a_key_nothing_can_be_kept(url: str, journal: Journal) -> None:
    assert MemoryStore(url, "k" * 32).unread(WHO, NOW) == Memory(NOW)
    assert MemoryStore(url, journal=journal).unread(WHO, NOW) == Memory(NOW)
    assert MemoryStore(url, "k" * 32, journal=journal).unread(WHO, NOW).patient


def test_fault_G20_a_file_that_another_writer_holds_costs_no_feedback(tmp_path: Path, journals: Journals) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    journal = journals(url, busy_ms=30)
    store = FeedbackStore(url, busy_ms=30, journal=journal)
    store.reachable()
    holder = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert store.take("t", "s", [item("a")], NOW).spooled
    holder.execute("ROLLBACK")
    holder.close()
    until(lambda: not journal.behind())
    assert column(url, "SELECT card FROM feedback") == ["a"]
    store.close()
