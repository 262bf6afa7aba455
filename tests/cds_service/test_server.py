"""The socket: what waitress refuses before the app sees it, over a real connection."""

from __future__ import annotations

import http.client
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cds_service.server import server_of
from tests.support.edge import Edge, request

LIMIT = 1024 * 1024
POST = b"POST /cds-services/test-order-sign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Served:
    """A server on a free port; `ask` sends all of it before it reads, as a naive client does."""

    def __init__(self, folder: Path) -> None:
        self.edge = Edge(folder, max_body_bytes=LIMIT, port=0)
        self.refused: list[int] = []
        self.server = server_of(self.edge.app, self.edge.settings, self.refused.append)
        self.port = int(self.server.effective_port)

    def ask(self, *sent: bytes) -> tuple[int, dict[str, str], Any]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            for part in sent:
                connection.sendall(part)
            got = b""
            while chunk := connection.recv(65536):
                got += chunk
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), json.loads(body)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    thread = threading.Thread(target=made.server.run)
    thread.start()
    yield made
    made.server.trigger.pull_trigger(made.server.close)
    thread.join(10)
    made.server.task_dispatcher.shutdown()
    assert not thread.is_alive()


def _is_outcome(answer: tuple[int, dict[str, str], Any], status: int) -> None:
    assert answer[0] == status
    assert answer[1]["Content-Type"] == "application/fhir+json"
    assert answer[1]["Connection"] == "close"
    assert answer[2]["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT, 20 * LIMIT])
def test_fault_A07_a_large_body_gets_its_413_and_no_reset(served: Served, size: int) -> None:
    _is_outcome(served.ask(POST + b"Content-Length: %d\r\n\r\n" % size, b" " * size), 413)
    assert served.refused == [413]


def test_fault_A07_a_large_chunked_body_gets_its_413_and_no_reset(served: Served) -> None:
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    _is_outcome(served.ask(POST + b"Transfer-Encoding: chunked\r\n\r\n", chunk * 80, b"0\r\n\r\n"), 413)


def test_fault_A07_a_claim_beyond_all_measure_is_answered_at_once(served: Served) -> None:
    _is_outcome(served.ask(POST + b"Content-Length: 100000000000\r\n\r\n"), 413)


def test_fault_A07_who_asks_before_sending_is_told_not_to(served: Served) -> None:
    _is_outcome(served.ask(POST + b"Content-Length: 2000000\r\nExpect: 100-continue\r\n\r\n"), 413)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (POST + b"Content-Length: -5\r\n\r\n{}", 400),
        (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", 400),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", 400),
        (POST + b"Transfer-Encoding: canary\r\n\r\n", 501),
        (b"canary\r\n\r\n", 400),
    ],
    ids=["negative length", "two lengths", "bad chunk", "unknown encoding", "no HTTP"],
)
def test_security_S43_S54_what_is_no_http_is_refused_without_echo(served: Served, sent: bytes, status: int) -> None:
    answer = served.ask(sent)
    _is_outcome(answer, status)
    assert "canary" not in json.dumps(answer[2])
    assert "waitress" not in json.dumps(answer[1:])
    assert served.refused == [status]


def test_security_S41_no_body_is_written_to_a_file(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_file(*_: Any, **__: Any) -> None:
        raise AssertionError("a body went to the disk")

    monkeypatch.setattr(tempfile, "TemporaryFile", no_file)
    monkeypatch.setattr("waitress.buffers.TemporaryFile", no_file, raising=False)
    body = json.dumps(request()).encode()
    status, _, answer = served.ask(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % LIMIT, body, b" " * (LIMIT - len(body)))
    assert (status, answer) == (200, {"cards": [], **({"extension": answer["extension"]} if "extension" in answer else {})})


def test_fault_A17_many_slow_clients_do_not_keep_others_out(served: Served) -> None:
    slow = [socket.create_connection(("127.0.0.1", served.port), timeout=10) for _ in range(150)]
    try:
        for connection in slow:
            connection.sendall(POST + b"Content-Length: 100\r\n\r\n{")
        status, _, body = served.ask(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert (status, body) == (200, {"status": "ok"})
    finally:
        for connection in slow:
            connection.close()


def test_a_connection_outlives_an_error(served: Served) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    sockets = set()
    for body, status in ((b"{", 400), (json.dumps(request()).encode(), 200), (b"[]", 400), (json.dumps(request()).encode(), 200)):
        connection.request("POST", "/cds-services/test-order-sign", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
        sockets.add(connection.sock)
    assert len(sockets) == 1 and None not in sockets
    connection.close()
