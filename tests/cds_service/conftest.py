"""Fixtures of the edge's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    made.state.client.close()
