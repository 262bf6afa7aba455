"""A real FHIR server as careless sites run them: it ignores what a search asks for, pages as it likes, and adds OperationOutcomes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from tests.support.fhir_server import FhirServer


class Proxy:
    """Hands on to `server`, without the search parameters in `ignored`, and with those in `added`."""

    def __init__(self, server: FhirServer, port: int) -> None:
        self.server, self.base = server, f"http://127.0.0.1:{port}/fhir"
        self.ignored: frozenset[str] = frozenset()
        self.added: dict[str, str] = {}
        self.outcome: dict[str, Any] | None = None
        self.searches: list[str] = []

    def get(self, path: str, token: str) -> requests.Response:
        stated = urlsplit(path)
        asked = parse_qsl(stated.query)
        kept = [(name, value) for name, value in asked if name not in self.ignored]
        if asked:
            self.searches.append(path)
            kept += [(name, value) for name, value in self.added.items() if name not in dict(kept)]
        url = f"{self.server.base}{stated.path.removeprefix('/fhir')}?{urlencode(kept)}"
        return requests.get(url, headers={"Authorization": token, "Accept": "application/fhir+json"}, timeout=20)

    def told(self, text: str) -> bytes:
        """The body with this proxy's address for the server's, and the outcome among a search's entries."""
        body = json.loads(text.replace(self.server.base, self.base))
        if body.get("resourceType") == "Bundle" and self.outcome:
            body["entry"] = [{"resource": self.outcome, "search": {"mode": "outcome"}}, *body.get("entry", [])]
        return json.dumps(body).encode()


@contextmanager
def careless(server: FhirServer) -> Iterator[Proxy]:
    """A proxy on a free loopback port, for one test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = proxy.get(self.path, self.headers.get("Authorization", ""))
            body = proxy.told(answer.text) if answer.ok else answer.content
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(answer.status_code)
                self.send_header("Content-Type", "application/fhir+json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy = Proxy(server, listening.server_address[1])
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()
