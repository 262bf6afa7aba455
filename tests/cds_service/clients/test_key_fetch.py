"""Fetching a key set: from which address, how much, how long, and what a misbehaving server can do (nothing)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cds_service.clients.key_fetch import KeyFetch, _fresh
from tests.support.tokens import FAULTS, Ehr, JwksServer, private_key, running_jwks


@pytest.fixture
def server() -> Iterator[JwksServer]:
    with running_jwks(Ehr()) as running:
        yield running


def fetch(server: JwksServer, **how: Any) -> KeyFetch:
    return KeyFetch([server.url], http_on_loopback=True, **how)


def test_a_key_set_is_fetched_and_fresh_for_ten_minutes(server: JwksServer) -> None:
    fetched = fetch(server).get(server.url)
    assert fetched.keys and fetched.keys.find("a+b/c=")
    assert (fetched.because, fetched.fresh) == ("", 600)


@pytest.mark.parametrize(
    ("control", "seconds"),
    [
        ("max-age=3600", 3600),
        ("public, max-age=1200, must-revalidate", 1200),
        ("Max-Age=0", 300),
        ("max-age=999999999", 86_400),
        ("no-store", 300),
        ("no-cache, max-age=9000", 300),
        ("max-age=-1", 600),
        ("s-max-age=9000", 600),
        ("", 600),
    ],
)
def test_how_long_keys_count_as_fresh(control: str, seconds: int) -> None:
    assert _fresh(control) == seconds


@pytest.mark.parametrize("fault", [*FAULTS])
def test_security_S09_answers_that_bring_no_keys(server: JwksServer, fault: str) -> None:
    server.fault = fault
    fetched = fetch(server).get(server.url)
    assert fetched.keys is None and fetched.because
    assert len(server.asked) == 1  # no redirect followed, nothing tried again


@pytest.mark.parametrize("fault", ["slow", "drip headers", "drip body"])
def test_security_S09_nothing_outlasts_the_cap(server: JwksServer, fault: str) -> None:
    server.fault = fault
    fetched = fetch(server, seconds=0.2).get(server.url)
    assert fetched.keys is None and "did not answer" in fetched.because
    assert not server.outlasted


@pytest.mark.parametrize(
    "jku",
    [
        "file:///etc/hosts",
        "data:application/json,{}",
        "ftp://ehr.example.org/jwks.json",
        "gopher://ehr.example.org/jwks.json",
        "http://ehr.example.org/jwks.json",
        "HTTP://127.0.0.1/jwks.json ",
        "",
    ],
)
def test_security_S06_other_schemes_are_never_fetched(jku: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("something was called"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("a name was looked up"))
    for listed in ([jku], []):
        assert "not called" in KeyFetch(listed, http_on_loopback=True).get(jku).because


def test_security_S06_http_needs_the_word_of_whoever_made_the_fetch(server: JwksServer) -> None:
    assert "not https" in KeyFetch([server.url]).get(server.url).because
    assert not server.asked


def test_security_S05_an_address_that_is_not_listed_is_not_called(server: JwksServer) -> None:
    for jku in (server.url + "/", server.url + "?", server.url.replace("127.0.0.1", "localhost"), server.url.upper()):
        assert "not in the clients file" in fetch(server).get(jku).because
    assert not server.asked


def test_no_proxy_of_the_environment_is_asked(server: JwksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert fetch(server).get(server.url).keys


def test_fault_G06_a_server_that_is_not_there() -> None:
    assert "cannot be reached" in KeyFetch(["http://127.0.0.1:9/jwks"], http_on_loopback=True).get("http://127.0.0.1:9/jwks").because


class _Https(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "11")
        self.end_headers()
        self.wfile.write(b'{"keys":[]}')

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def https(tmp_path: Path) -> Iterator[tuple[str, Path, datetime]]:
    """A server whose certificate nobody but itself has signed: its address, the certificate, its end."""
    key, file = private_key("tls"), tmp_path / "server.pem"
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    end = start + timedelta(days=20)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 5, start, end)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = made.sign(key, hashes.SHA384()).public_bytes(Encoding.PEM)
    file.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = HTTPServer(("127.0.0.1", 0), _Https)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_address[1]}/jwks", file, end
    server.shutdown()
    thread.join()
    server.server_close()


def test_security_S29_a_certificate_that_nobody_vouches_for_is_not_trusted(https: tuple[str, Path, datetime]) -> None:
    assert "not trusted" in KeyFetch([https[0]]).get(https[0]).because


def test_fault_G19_security_S29_a_hospitals_own_authority_is_trusted_and_the_end_of_the_certificate_told(
    https: tuple[str, Path, datetime],
) -> None:
    url, file, end = https
    assert KeyFetch([url], ca_file=str(file)).get(url).certificate_end == end
