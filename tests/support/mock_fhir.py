"""A FHIR server that misbehaves on demand: one switch for each fault of reference/faults.md, group D."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


def bundle(*resources: Json, kind: str = "searchset", total: int | None = None, next_url: str = "", outcome: Json | None = None) -> Json:
    entries: list[Json] = [{"resource": r, "search": {"mode": "match"}} for r in resources]
    if outcome:
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    made: Json = {"resourceType": "Bundle", "type": kind, "entry": entries}
    if total is not None:
        made["total"] = total
    if next_url:
        made["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": next_url}]
    return made


def outcome(severity: str = "error", code: str = "") -> Json:
    issue: Json = {"severity": severity, "code": "processing"}
    if code:
        issue["details"] = {"coding": [{"system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.657369", "code": code}]}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


class MockFhir:
    """Answers by `answers[path without query]`, else with `fault`. `asked` keeps what came."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}/fhir"
        self.origin = f"http://127.0.0.1:{port}"
        self.answers: dict[str, Json] = {}
        self.pages: dict[str, Json] = {}  #: by path with query
        self.fault = ""
        self.slow = ""  #: paths that begin so hang, the others answer
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.ended = threading.Event()
        self.outlasted = 0  #: hanging answers that nobody cut short

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append((handler.path, dict(handler.headers.items())))
        path = handler.path.removeprefix("/fhir/")
        if self.slow and path.startswith(self.slow):
            _slow(self, handler)
        elif self.fault and (self.fault != "503 once" or len(self.asked) == 1):
            _FAULTS[self.fault](self, handler)
        elif found := self.pages.get(path) or self.answers.get(path.partition("?")[0]):
            send(handler, json.dumps(found).encode())
        else:
            send(handler, b"", status=404)


def send(handler: BaseHTTPRequestHandler, body: bytes, *, status: int = 200, kind: str = "application/fhir+json", **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in ({"Content-Length": str(len(body))} | {n.replace("_", "-"): v for n, v in headers.items()}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


#: hanging answers last this long: far beyond every deadline, so a test need not look at the clock
_HANGING_SECONDS = 30.0


def _slow(mock: MockFhir, handler: BaseHTTPRequestHandler) -> None:
    mock.outlasted += not mock.ended.wait(_HANGING_SECONDS)


def _drip_body(mock: MockFhir, handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"", Content_Length="100000")
    _drip(mock, handler, b" ")


def _drip_headers(mock: MockFhir, handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
    _drip(mock, handler, b"x")


def _drip(mock: MockFhir, handler: BaseHTTPRequestHandler, byte: bytes) -> None:
    for _ in range(int(_HANGING_SECONDS / 0.01)):
        if mock.ended.wait(0.01):
            return
        handler.wfile.write(byte)
        handler.wfile.flush()
    mock.outlasted += 1


def _endless(mock: MockFhir, handler: BaseHTTPRequestHandler) -> None:
    send(handler, json.dumps(bundle(next_url=f"{mock.base}/Observation?page={len(mock.asked)}")).encode())


def _status(status: int) -> Callable[[MockFhir, BaseHTTPRequestHandler], None]:
    return lambda mock, handler: send(handler, b"{}", status=status, Retry_After="1")


def _body(body: bytes, **how: Any) -> Callable[[MockFhir, BaseHTTPRequestHandler], None]:
    return lambda mock, handler: send(handler, body, **how)


_FAULTS: dict[str, Callable[[MockFhir, BaseHTTPRequestHandler], None]] = {
    "slow": _slow,
    "drip body": _drip_body,
    "drip headers": _drip_headers,
    "endless": _endless,
    "loop": lambda mock, handler: send(handler, json.dumps(bundle(next_url=f"{mock.base}/Observation?page=same")).encode()),
    "next elsewhere": lambda mock, handler: send(
        handler, json.dumps(bundle(next_url="http://127.0.0.2:1/fhir/Observation?page=2")).encode()
    ),
    "redirect": lambda mock, handler: send(handler, b"", status=302, Location=f"{mock.base}/Elsewhere"),
    "html": _body(b"<html>please log in</html>", kind="text/html"),
    "xml": _body(b"<Bundle xmlns='http://hl7.org/fhir'/>", kind="application/fhir+xml"),
    "outcome": _body(json.dumps(outcome("fatal")).encode()),
    "truncated": _body(b'{"resourceType":"Bund', Content_Length="4000"),
    "not json": _body(b'{"resourceType":'),
    "latin1": _body('{"resourceType":"Bundle","x":"é"}'.encode("latin-1")),
    "duplicate keys": _body(b'{"resourceType":"Bundle","resourceType":"Patient"}'),
    "no resource": _body(b"[1]"),
    "huge": _body(b'{"resourceType":"Bundle","x":"' + b"a" * 200_000 + b'"}'),
} | {f"{status}": _status(status) for status in (400, 401, 403, 404, 410, 429, 500, 503)}
_FAULTS["503 once"] = _status(503)


@contextmanager
def running_mock() -> Iterator[MockFhir]:
    """One server on a free loopback port; it ends with the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):
                mock.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the tests look at `asked`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mock = MockFhir(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield mock
    finally:
        mock.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
