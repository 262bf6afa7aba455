"""Feedback in PostgreSQL, as in production: kept once each, as in SQLite."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import create_engine, select

from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import read_items
from cds_service.store.tables import FEEDBACK, METADATA

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BODY = b"""{"feedback": [
  {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-25T11:00:00Z", "overrideReason": {"reason": {"code": "tolerates"}}},
  {"card": "c1", "outcome": "accepted", "acceptedSuggestions": [{"id": "s1"}], "outcomeTimestamp": "2026-11-25T11:05:00Z"}
]}"""


def test_fault_H12_repeats_change_nothing_in_postgresql_either(postgresql: str) -> None:
    store = FeedbackStore(postgresql)
    items, problems = read_items(BODY, NOW)
    assert not problems
    assert store.reachable()
    assert store.record("default", "precision-order-sign", items, NOW) == 2
    assert store.record("default", "precision-order-sign", items, NOW) == 0
    assert store.record("another", "precision-order-sign", items, NOW) == 2
    store.close()
    engine = create_engine(postgresql)
    with engine.connect() as connection:
        rows = connection.execute(select(FEEDBACK.c.outcome, FEEDBACK.c.reason_code).where(FEEDBACK.c.tenant == "default")).all()
    assert sorted(rows) == [("accepted", ""), ("overridden", "tolerates")]
    METADATA.drop_all(engine)
    engine.dispose()
