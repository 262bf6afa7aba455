"""An EHR that signs its calls, and a server of key sets that misbehaves on demand.

ehr = Ehr("epic-test")                                   # ES384; Ehr("epic-test", algorithm="RS384") signs like Epic
ehr.token("https://cds.example.org/cds-services")        # a good token for this address, for five minutes from now
ehr.token(AUD, exp=1, kid="other", tenant="a")           # members of header and claims by name; None leaves one out
ehr.client(dialect="epic")                               # the Client that admits it; ehr.table(…) the same as TOML
with running_jwks(ehr) as server: ehr.jku = server.url   # server.fault = "slow", server.document = …, server.asked
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm, get_default_algorithms

from cds_service.clients.client import Client

Json = dict[str, Any]
HEADER = frozenset({"alg", "typ", "kid", "jku", "crit", "b64", "jwk", "x5u", "x5c", "cty", "zip"})


@cache
def private_key(name: str, algorithm: str = "ES384", bits: int = 2048) -> Any:
    """One for each name: making an RSA key takes a while."""
    curves = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1}
    if algorithm in curves:
        return ec.generate_private_key(curves[algorithm]())
    return rsa.generate_private_key(65537, bits)


def jwk_of(key: Any, kid: str | None, **more: Any) -> Json:
    """The public JWK of a private key; with a public `key`, of that. `more` sets members, None leaves one out."""
    public = key.public_key() if hasattr(key, "public_key") else key
    made: Json = (ECAlgorithm if isinstance(public, ec.EllipticCurvePublicKey) else RSAAlgorithm).to_jwk(public, as_dict=True)
    made |= {"kid": kid, "use": "sig"} | more
    return {name: value for name, value in made.items() if value is not None and name != "key_ops"}


def encoded(part: bytes | Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).rstrip(b"=").decode()


def compact(header: bytes | Mapping[str, Any], claims: bytes | Mapping[str, Any], key: Any, algorithm: str) -> str:
    """Any header and claims, signed for good with `key`; "none" signs nothing."""
    signed = f"{encoded(header)}.{encoded(claims)}"
    signature = b"" if algorithm == "none" else get_default_algorithms()[algorithm].sign(signed.encode(), key)
    return f"{signed}.{encoded(signature)}"


class Ehr:
    """One client of ours: its key, its address, and the tokens that it makes."""

    def __init__(
        self,
        id: str = "epic-test",
        *,
        algorithm: str = "ES384",
        kid: str = "a+b/c=",
        jku: str = "https://ehr.example.org/jwks.json",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id, self.algorithm, self.kid, self.jku, self.now = id, algorithm, kid, jku, now
        self.issuer = f"https://{id}.example.org/fhir"
        self.key = private_key(id, algorithm)

    def jwk(self, **more: Any) -> Json:
        return jwk_of(self.key, self.kid, **more)

    def jwks(self, *others: Json) -> Json:
        return {"keys": [self.jwk(), *others]}

    def header(self, **more: Any) -> Json:
        made = {"alg": self.algorithm, "typ": "JWT", "kid": self.kid, "jku": self.jku or None} | more
        return {name: value for name, value in made.items() if value is not None}

    def claims(self, aud: Any, **more: Any) -> Json:
        at = int(self.now().timestamp())
        made = {"iss": self.issuer, "aud": aud, "iat": at, "exp": at + 300, "jti": str(uuid4())} | more
        return {name: value for name, value in made.items() if value is not None}

    def token(self, aud: Any, *, signed_by: Any = None, signed_as: str = "", **members: Any) -> str:
        """A compact JWT. `signed_by`, `signed_as`: another key or algorithm than the header says."""
        header = self.header(**{name: value for name, value in members.items() if name in HEADER})
        claims = self.claims(aud, **{name: value for name, value in members.items() if name not in HEADER})
        return compact(header, claims, signed_by or self.key, signed_as or self.algorithm)

    def bearer(self, aud: Any, **members: Any) -> str:
        """The Authorization header."""
        return "Bearer " + self.token(aud, **members)

    def client(self, **more: Any) -> Client:
        return Client(**({"id": self.id, "issuer": self.issuer, "jku": self.jku} | more))

    def table(self, **more: Any) -> str:
        """The same as a table of a clients file; None leaves a member out."""
        members = {name: value for name, value in ({"issuer": self.issuer, "jku": self.jku or None} | more).items() if value is not None}
        return "\n".join([f"[{self.id}]", *(f"{name} = {json.dumps(value)}" for name, value in members.items()), ""])


class JwksServer:
    """Answers `document` at `url`, or with `fault`. `asked` keeps the paths that came."""

    def __init__(self, port: int, document: Any) -> None:
        self.url = f"http://127.0.0.1:{port}/jwks.json"
        self.document: Any = document
        self.headers: dict[str, str] = {}
        self.fault = ""
        self.asked: list[str] = []
        self.held = threading.Event()  #: what "wait" waits for
        self.ended = threading.Event()
        self.outlasted = 0  #: hanging answers that nobody cut short

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        if self.fault in _HANGING:
            self._hang(handler)
            return
        if self.fault == "wait":
            self.held.wait(_HANGING_SECONDS)
        status, body = FAULTS.get(self.fault, (200, None))
        body = json.dumps(self.document).encode() if body is None else body
        handler.send_response(status)
        given = {"Content-Type": "application/json", "Content-Length": str(len(body))} | self.headers
        for name, value in (given | ({"Location": self.url + "?again"} if status == 302 else {})).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def _hang(self, handler: BaseHTTPRequestHandler) -> None:
        start, byte = _HANGING[self.fault]
        handler.wfile.write(start)
        for _ in range(int(_HANGING_SECONDS / 0.01)):
            if self.ended.wait(0.01):
                return
            handler.wfile.write(byte)
            handler.wfile.flush()
        self.outlasted += 1


#: hanging answers last this long: far beyond every cap, so a test need not look at the clock
_HANGING_SECONDS = 30.0
_HANGING = {
    "slow": (b"", b""),
    "drip headers": (b"HTTP/1.0 200 OK\r\nX-Slow: ", b"x"),
    "drip body": (b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n", b" "),
}
FAULTS: Mapping[str, tuple[int, bytes | None]] = {
    "redirect": (302, b""),
    "503": (503, b"{}"),
    "404": (404, None),
    "huge": (200, b'{"keys":[],"x":"' + b"a" * (1024 * 1024) + b'"}'),
    "not json": (200, b"<html>please log in</html>"),
    "cut off": (200, b'{"keys":['),
    "a list": (200, b"[]"),
    "no keys member": (200, b'{"key":[]}'),
    "keys twice": (200, b'{"keys":[],"keys":[]}'),
}


def bad_keys() -> dict[str, Json]:
    """Documents in which no key may be used, by what is wrong with them."""
    good, short = private_key("bad", "ES384"), private_key("short", "RS384", 1024)
    pair = json.loads(ECAlgorithm.to_jwk(good)) | {"kid": "k"}
    return {
        "empty": {"keys": []},
        "private members": {"keys": [pair]},
        "weak RSA": {"keys": [jwk_of(short, "k")]},
        "another curve": {"keys": [jwk_of(private_key("p256", "ES256"), "k")]},
        "symmetric": {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]},
        "duplicate kid": {"keys": [jwk_of(good, "k"), jwk_of(private_key("bad 2"), "k")]},
        "for encryption": {"keys": [jwk_of(good, "k", use="enc")]},
        "for signing alone": {"keys": [jwk_of(good, "k") | {"key_ops": ["sign"]}]},
        "another algorithm": {"keys": [jwk_of(good, "k", alg="ES256")]},
        "not on the curve": {"keys": [jwk_of(good, "k") | {"y": jwk_of(good, "k")["x"]}]},
        "no object": {"keys": ["k", None, 1]},
        "kid is a number": {"keys": [jwk_of(good, None) | {"kid": 1}]},
    }


@contextmanager
def running_jwks(ehr: Ehr | None = None) -> Iterator[JwksServer]:
    """One server on a free loopback port, with the keys of `ehr`; it ends with the test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(BrokenPipeError, ConnectionResetError):
                server.answer(self)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the tests look at `asked`."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = JwksServer(http.server_address[1], ehr.jwks() if ehr else {"keys": []})
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.held.set()
        http.shutdown()
        thread.join()
        http.server_close()
