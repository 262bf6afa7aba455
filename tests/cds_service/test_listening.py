"""Has the client hung up? Told from its connection, from which nothing is taken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.listening import still_there
from cds_service.server import server_of
from cds_service.settings import Settings
from tests.support.production import until


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def test_fault_A18_of_gunicorn_the_connection_itself_is_looked_at(line: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = line
    assert still_there({"gunicorn.socket": ours})
    theirs.sendall(b"the next request")
    assert still_there({"gunicorn.socket": ours}) and ours.recv(99) == b"the next request"
    theirs.close()
    assert not still_there({"gunicorn.socket": ours})
    ours.close()
    assert not still_there({"gunicorn.socket": ours})


def test_without_a_connection_somebody_is_assumed_to_wait() -> None:
    assert still_there({}) and still_there({"gunicorn.socket": object()})


def test_fault_A18_waitress_tells_of_a_client_that_has_hung_up(tmp_path: Path) -> None:
    here: list[Callable[[], bool]] = []
    go = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        here.append(lambda: still_there(environ))
        go.wait(20)
        start("200 OK", [])
        return [b""]

    server = server_of(app, Settings(port=0, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}"), lambda status: None)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    with socket.create_connection(("127.0.0.1", int(server.effective_port))) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        until(lambda: bool(here))
        assert here[0]()
    until(lambda: not here[0]())
    go.set()
    server.trigger.pull_trigger(server.close)
    thread.join(10)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()
