"""Audit entries, and what lies in a store's audit, for tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine

from cds_service.audited import Entry

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"


def entry(number: int = 0, *, at: datetime = NOW, tenant: str = "default", id: str = "", **details: Any) -> Entry:
    made = Entry("call", at, tenant, "precision-order-sign", INSTANCE, {"number": number, **details})
    return made if not id else Entry(made.event, at, tenant, made.service, made.instance, made.details, id)


def execute(url: str, *statements: str) -> None:
    """As somebody who may write the database, past the program."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def column(url: str, query: str) -> list[Any]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = list(connection.exec_driver_sql(query).scalars())
    engine.dispose()
    return found


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something beside the test was done; fail where it never is."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it was never done"
        time.sleep(0.01)
