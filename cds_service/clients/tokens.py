"""One JWT: read strictly, checked with one key and one algorithm, its claims held against one client. It finds neither client nor key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jiter import LosslessFloat

from cds_service.clients.client import ALGORITHMS, Client
from cds_service.clients.keys import Key
from cds_service.errors import Reason, Refused
from cds_service.wire import NotJson, read_json

LEEWAY = 60  #: seconds by which clocks may differ
LONGEST_LIFE = 3600  #: seconds from iat to exp; so long is its jti remembered
MOST_CHARACTERS = 8192
_MOST_KID, _MOST_JTI, _MOST_AUDIENCES = 512, 256, 20
_LAST_SECOND = 253_402_300_799  #: of the year 9999
_SLACK = 600  #: seconds for which a used token is remembered beyond its end, should the clock be set back
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says before anything of it is believed. None of it may be logged."""

    text: str = field(repr=False)
    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def algorithm(self) -> Any:
        return self.header.get("alg")

    @property
    def kid(self) -> str | None:
        kid: str | None = self.header.get("kid")
        return kid

    def named(self) -> tuple[str, str, str]:
        """Issuer, address of the key set and tenant, "" for what it does not name."""
        return self.claims["iss"], self.header.get("jku", ""), self.claims.get("tenant", "")


def read(authorization: str | None) -> Token:
    """Of an Authorization header. Raises Refused where there is no token, or one that could be read in more than one way."""
    scheme, _, text = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not text:
        raise Refused("no token", hint="the call has no Authorization: Bearer header; a proxy may have taken it away")
    parts = text.split(".") if len(text) <= MOST_CHARACTERS else []
    if len(parts) != 3:
        raise Refused("not a token", hint=f"what was sent is not three parts of at most {MOST_CHARACTERS} characters in all")
    header, claims, _ = _members(parts[0]), _members(parts[1]), _decoded(parts[2])
    texts = [claims.get("iss"), header.get("jku", "x"), header.get("kid", "x"), claims.get("tenant", "")]
    if not all(isinstance(text, str) for text in texts) or not all(texts[:3]):
        raise Refused("not a token", hint="iss is missing, or one of iss, tenant, jku and kid is no text")
    return Token(text, header, claims)


def _members(segment: str) -> Mapping[str, Any]:
    try:
        members = read_json(_decoded(segment))
    except NotJson:
        members = None
    if not isinstance(members, dict):
        raise Refused("not a token", hint="its header or its claims are no JSON object, or name a member twice")
    return members


def _decoded(segment: str) -> bytes:
    """Base64url in its one spelling: no padding, no other characters, no spare bits that could be changed unseen."""
    try:
        raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)) if _SEGMENT.fullmatch(segment) else b""
    except binascii.Error:
        raw = b""
    if not raw or base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != segment:
        raise Refused("not a token", hint="one of its parts is not base64url without padding")
    return raw


def doubt(token: Token, client: Client) -> tuple[Reason | None, str]:
    """What is wrong with the header whoever signed it, and what to do. jwk, x5u and x5c in it are never looked at."""
    header = token.header
    if "crit" in header or "b64" in header:
        return "critical header", "its header asks for extensions (crit, b64), of which none is supported"
    if header.get("typ", "JWT") != "JWT":
        return "type", "typ is not JWT; this may be another kind of token, such as an access token for FHIR"
    if len(token.kid or "") > _MOST_KID:
        return "key", f"its kid has more than {_MOST_KID} characters"
    if token.algorithm not in client.algorithms:
        return "algorithm", f"it is not signed with one of {', '.join(client.algorithms)}"
    return None, ""


def signed(token: Token, key: Key | None) -> bool:
    """Whether this key signed it, with the key's one algorithm. Without a key one check is made all the same, so that none is quicker."""
    from jwt import PyJWTError

    wanted = key or _nobody(token.algorithm if token.algorithm in ALGORITHMS else ALGORITHMS[0])
    try:
        _verifier(wanted.algorithm).decode_complete(token.text, wanted.public, algorithms=[wanted.algorithm])
    except PyJWTError:
        return False
    return key is not None


@cache
def _verifier(algorithm: str) -> Any:
    from jwt import PyJWS

    return PyJWS(algorithms=[algorithm])


@cache
def _nobody(algorithm: str) -> Key:
    """A key that belongs to nobody."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if algorithm.startswith("ES"):
        return Key(algorithm, ec.generate_private_key(ec.SECP384R1()).public_key())
    blocks = (hashlib.sha512(bytes([number])).digest() for number in range(4))
    modulus = int.from_bytes(b"".join(blocks), "big") | 1 | 1 << 2047  # no two primes are known to make it, and none are needed
    return Key(algorithm, rsa.RSAPublicNumbers(65537, modulus).public_key())


def prepare() -> None:
    """What the first check would have to load and make, so that no call waits for it."""
    for algorithm in ALGORITHMS:
        _verifier(algorithm)
        _nobody(algorithm)


def used(token: Token, client: Client, audiences: tuple[str, ...], now: datetime) -> tuple[str, datetime]:
    """Its id, and how long this must be remembered. Raises Refused where its claims do not hold for this client here and now."""
    claims = token.claims
    if client.subject and claims.get("sub") != client.subject:
        raise Refused("subject", client.id, "sub is not the one in the clients file")
    _check_audience(claims.get("aud"), client, audiences)
    end = _check_times(claims, client, now.timestamp())
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MOST_JTI or not jti.isprintable():
        raise Refused("token id", client.id, f"jti must be 1 to {_MOST_JTI} printable characters, and another one in each token")
    return jti, datetime.fromtimestamp(end + LEEWAY + _SLACK, UTC)


def made(token: Token) -> int | None:
    """When it says that it was made, in seconds of 1970; to be believed only of a genuine one."""
    return _seconds(token.claims.get("iat"))


def _check_audience(aud: Any, client: Client, audiences: tuple[str, ...]) -> None:
    listed = aud if isinstance(aud, list) else [aud]
    if len(listed) > _MOST_AUDIENCES or not all(isinstance(one, str) for one in listed):
        raise Refused("audience", client.id, "aud is missing, or is no text or list of texts")
    if not set(listed) & set(audiences):
        shown = "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in ", ".join(listed))
        differs = ", ".join(_differences(listed[0], audiences[0])) if listed else "everything"
        raise Refused("audience", client.id, f"its aud differs in {differs}: {shown[:70]}; expected {', '.join(audiences)[:70]}")


def _differences(one: str, other: str) -> list[str]:
    """Which part of the URL it is: a proxy's http for https, another host, a trailing slash."""
    try:
        parts = zip(("scheme", "host", "path"), urlsplit(one)[:3], urlsplit(other)[:3], strict=True)
    except ValueError:
        return ["everything"]
    return [name for name, left, right in parts if left != right] or ["query"]


def _check_times(claims: Mapping[str, Any], client: Client, now: float) -> int:
    """Seconds of 1970 at which it ends."""
    end, issued, begin = _seconds(claims.get("exp")), _seconds(claims.get("iat")), _seconds(claims.get("nbf", 0))
    if end is None or issued is None or begin is None:
        raise Refused("times", client.id, "exp and iat must be there, and they and nbf whole seconds since 1970")
    if not 0 < end - issued <= LONGEST_LIFE:
        raise Refused("lifetime", client.id, f"exp must be after iat, by {LONGEST_LIFE} seconds at most")
    if max(issued, begin) > now + LEEWAY:
        raise Refused("not yet valid", client.id, f"iat or nbf lies more than {LEEWAY} seconds ahead; compare both clocks with NTP")
    if end + LEEWAY <= now:
        raise Refused("expired", client.id, "exp has passed; the token was kept too long, or the clocks differ: compare both with NTP")
    return end


def _seconds(value: Any) -> int | None:
    """Whole seconds, also where they were written as 1700000000.0."""
    if isinstance(value, LosslessFloat):
        value = int(float(value)) if float(value).is_integer() else None
    return value if type(value) is int and 0 <= value <= _LAST_SECOND else None
