"""Fixtures of the store's tests: both databases, and a journal on each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from cds_service.store.audit import AuditLog
from cds_service.store.journal import Journal
from cds_service.store.tables import METADATA


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    url = request.getfixturevalue("postgresql")
    engine = create_engine(url)
    METADATA.drop_all(engine)  # of tests that came before and leave what they made
    engine.dispose()  # a test may end every connection
    yield url
    METADATA.drop_all(engine)
    engine.dispose()


Logs = Callable[..., AuditLog]


@pytest.fixture
def logs(url: str) -> Iterator[Logs]:
    """Makes audits of the one database."""
    made: list[AuditLog] = []

    def make(key: str = "") -> AuditLog:
        made.append(AuditLog(url, key, busy_ms=20_000))
        return made[-1]

    yield make
    for log in made:
        log.close()


@pytest.fixture
def log(logs: Logs) -> AuditLog:
    return logs()


class Told(Counter[str]):
    """What a journal told."""

    def __call__(self, what: str, count: int) -> None:
        self[what] += count


@pytest.fixture
def told() -> Told:
    return Told()


Journals = Callable[..., Journal]


@pytest.fixture
def journals(tmp_path: Path, told: Told) -> Iterator[Journals]:
    """Makes journals whose audit is that of the URL."""
    made: list[Journal] = []

    def make(url: str, *, most: int = 1 << 20, folder: Path | None = None, refuse: bool = False, **more: float) -> Journal:
        journal = Journal(url, str(folder or tmp_path / "spool"), most, refuse=refuse, told=told, **more)  # type: ignore[arg-type]
        AuditLog(url, journal=journal)
        made.append(journal)
        return journal

    yield make
    for journal in made:
        journal.close()
