"""What is too old: really deleted, or emptied within the chain; and what is emptied otherwise is found. SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cds_service.audited import Entry
from cds_service.remembered import Shown
from cds_service.store import retention
from cds_service.store.audit import AuditLog
from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import Item
from cds_service.store.jti import JtiStore
from cds_service.store.keys import Sitting
from cds_service.store.memory import MemoryStore
from tests.support.audits import NOW, column, entry, execute

DAY = timedelta(days=1)
KEPT = {"a": 100, "b": 1000, "": 1000}
OLD, NEW = NOW - 200 * DAY, NOW - 50 * DAY


@pytest.fixture
def filled(url: str, log: AuditLog) -> AuditLog:
    log.append([entry(1, tenant="a", at=OLD, note="old-canary"), entry(2, tenant="a", at=NEW), entry(3, tenant="b", at=OLD)])
    feedback, memory, tokens = FeedbackStore(url), MemoryStore(url), JtiStore(url)
    for tenant, at in (("a", OLD), ("a", NEW), ("b", OLD)):
        card = f"{tenant}-{'old' if at is OLD else 'new'}-canary"
        feedback.keep(tenant, "s", [Item(card, "overridden", at.isoformat())], at)
        seen = memory.recall(Sitting(tenant, "", "p"), ["x"], at)
        memory.remember(tenant, "s", seen, [Shown(card, "x", "f", "warning", "", frozenset(), at)])
    for jti, until in (("gone", NOW - DAY), ("valid", NOW + DAY)):
        tokens.remember("a", jti, int(until.timestamp()), int(NOW.timestamp()))
    for store in (feedback, memory, tokens):
        store.close()
    return log


def test_security_S60_what_is_too_old_is_really_deleted(filled: AuditLog, url: str, tmp_path: Path) -> None:
    purged = filled.purge(KEPT, NOW)
    filled.close()
    assert (purged.emptied, purged.feedback, purged.shown, purged.tokens) == (1, 1, 1, 1)
    assert column(url, "SELECT card FROM feedback ORDER BY card") == ["a-new-canary", "b-old-canary"]
    assert column(url, "SELECT card FROM shown ORDER BY card") == ["a-new-canary", "b-old-canary"]
    assert len(column(url, "SELECT jti FROM jti")) == 1
    assert column(url, "SELECT body FROM audit WHERE seq < 4 AND body IS NULL") == [None]
    if url.startswith("sqlite"):
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        assert b"a-old-canary" not in content and b'old-canary"' not in content and b"b-old-canary" in content


def test_a_purge_leaves_the_chain_whole_and_says_what_it_did(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    assert filled.verify().ok
    purge, *_, emptied = filled.entries()
    assert (emptied.seq, emptied.emptied, emptied.entry.details, emptied.entry.tenant) == (1, True, {}, "a")
    assert purge.entry.event == "purged"
    counts = {"emptied": 1, "feedback": 1, "shown": 1, "tokens": 1}
    assert purge.entry.details == {"before": {"a": (NOW - 100 * DAY).isoformat()}, **counts}
    filled.append([entry(9)])
    assert filled.verify().ok


def test_an_edit_of_an_emptied_entry_is_found(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    execute(url, "UPDATE audit SET service = 'x' WHERE seq = 1")
    found = filled.verify().broken
    assert found is not None and (found.seq, found.what) == (1, "edited")


def test_fault_G04_an_entry_that_no_purge_emptied_is_found(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    for seq in (2, 3):  # not old enough; of a tenant that keeps longer
        execute(url, f"UPDATE audit SET body = NULL WHERE seq = {seq}")
        found = filled.verify().broken
        assert found is not None and (found.seq, found.what) == (2, "deleted")


def test_fault_G04_what_a_purge_said_cannot_be_widened(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    execute(url, "UPDATE audit SET body = replace(body, '2026-08', '2026-11') WHERE seq = 4", "UPDATE audit SET body = NULL WHERE seq = 2")
    found = filled.verify().broken
    assert found is not None and (found.seq, found.what) == (4, "edited")


def test_a_purge_covers_only_what_stood_before_it(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    filled.append([entry(5, tenant="a", at=OLD)])  # it was spooled for long
    execute(url, "UPDATE audit SET body = NULL WHERE seq = 5")
    found = filled.verify().broken
    assert found is not None and (found.seq, found.what) == (5, "deleted")
    execute(url, "UPDATE audit SET body = '{\"number\":5}' WHERE seq = 5")
    assert filled.purge(KEPT, NOW + DAY).emptied == 1
    assert filled.verify().ok


def test_a_second_purge_has_nothing_to_do_and_says_nothing(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    assert not filled.purge(KEPT, NOW)
    assert filled.head().seq == 4


def test_what_purges_said_is_never_emptied(filled: AuditLog, url: str) -> None:
    filled.purge(KEPT, NOW)
    filled.purge(KEPT, NOW + 5000 * DAY)
    assert filled.verify().ok
    assert [line.emptied for line in filled.entries(event="purged")] == [False, False]


def test_more_than_a_batch_is_emptied_in_several(log: AuditLog, url: str) -> None:
    log.append([entry(n, tenant=tenant, at=OLD) for n in range(4) for tenant in ("a", "b")])
    old, retention.BATCH = retention.BATCH, 3
    try:
        assert log.purge({"a": 10, "b": 10}, NOW).emptied == 8
    finally:
        retention.BATCH = old
    assert log.verify().ok
    assert len(column(url, "SELECT seq FROM audit WHERE body IS NULL")) == 8


def test_a_profile_goes_with_its_entry_and_not_before(log: AuditLog, url: str) -> None:
    made = [replace(entry(n, tenant="a", at=at, profile="digest"), profile=b"token") for n, at in enumerate((OLD, NEW))]
    log.append(made)
    log.purge(KEPT, NOW)
    assert log.verify().ok
    assert [line.entry.profile for line in log.entries(event="call")] == [b"token", b""]
    execute(url, "UPDATE audit SET profile = NULL WHERE seq = 2")
    found = log.verify().broken
    assert found is not None and (found.seq, found.what) == (2, "deleted")


def test_an_entry_without_tenant_has_its_own_retention(log: AuditLog, url: str) -> None:
    log.append([Entry("started", OLD, "", details={"version": "1"})])
    assert log.purge({"a": 1}, NOW).emptied == 0
    assert log.purge({"": 1}, NOW).emptied == 1
