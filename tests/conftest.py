"""Fixtures that every folder of tests shares."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources.abc import Traversable

import pytest
from flask.testing import FlaskClient

from cds_service.app import create_app, create_state
from cds_service.logs import Log
from cds_service.settings import Settings
from models.knowledge.load import load
from models.knowledge.types import Knowledge
from tests.support.shipped import shipped

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session", autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, and no process that one starts, keeps anything in the user's own folder."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before


@pytest.fixture(scope="session", autouse=True)
def loaded_once() -> Iterator[None]:
    """The shipped files are read once in a process, also by commands that are run in it: they do not change while tests run."""

    def once(root: Traversable | None = None) -> Knowledge:
        return shipped() if root is None else load(root)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.knowledge.load.load", once)
        patch.setattr("cds_service.rebuild.load", once)
        yield


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The snapshot that the service would load."""
    return shipped()


@pytest.fixture(scope="session")
def client(knowledge: Knowledge) -> FlaskClient:
    """The whole service with its own knowledge, without a network, with a store in memory and no memory of earlier cards."""
    state = create_state(Settings(store_url="sqlite://", memory=False), knowledge, log=Log(io.StringIO()), now=lambda: NOW)
    return create_app(state=state).test_client()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-conversations", action="store_true", help="write the answers in tests/conversations anew")
    parser.addoption("--write-medicines", action="store_true", help="write docs/medicines.md anew")
    parser.addoption("--write-discovery", action="store_true", help="write tests/discovery.json anew")
