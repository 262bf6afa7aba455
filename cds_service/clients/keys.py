"""A JWKS document as the keys that may verify tokens, each bound to the one algorithm it is for. It fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from cds_service.wire import NotJson, read_json, write_json

#: type of key, its public members, its one algorithm
_KINDS: Mapping[str, tuple[tuple[str, ...], str]] = {"EC": (("crv", "x", "y"), "ES384"), "RSA": (("e", "n"), "RS384")}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_RSA_BITS = range(2048, 8193)  #: shorter ones can be broken, longer ones make each check slow
#: RFC 7638 thumbprint of the key with which the public CDS Hooks sandbox signs: its private part lies in the sandbox's repository
_SANDBOX = "s9fOe-KDYD1myZ8YCzleUqJQgrYZL49kVijBxhnZvZc"


class NotAKeySet(ValueError):
    """The document is no key set. The message is ours and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the only algorithm with which it verifies anything."""

    algorithm: str
    public: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeySet:
    """The usable keys of one document, and what is wrong with the others."""

    keys: tuple[Key, ...] = ()
    by_kid: Mapping[str, Key] = field(default_factory=lambda: MappingProxyType({}))
    refused: tuple[str, ...] = ()  #: why keys of it are not used, one sentence each
    certificate_end: datetime | None = None  #: the first end of a certificate that the document shows beside a key

    def find(self, kid: str | None) -> Key | None:
        """The key of this id; without an id the only key, since then there is nothing to choose."""
        if kid is None:
            return self.keys[0] if len(self.keys) == 1 else None
        return self.by_kid.get(kid)


class _Refused(ValueError):
    """This key is not used; the message says why."""


def read_keys(document: bytes, *, sandbox: bool = False) -> KeySet:
    """Every usable key. Raises NotAKeySet. `sandbox`: the public sandbox's key is one too (for development on this machine alone).

    A key that cannot be used leaves the others in force: EHRs publish keys for other uses beside those that sign.
    """
    listed = _listed(document)
    counts = Counter(jwk["kid"] for jwk in listed if isinstance(jwk, dict) and isinstance(jwk.get("kid"), str))
    keys: list[Key] = []
    by_kid: dict[str, Key] = {}
    refused: list[str] = []
    for number, jwk in enumerate(listed, 1):
        try:
            key = _key(jwk, counts, sandbox=sandbox)
        except _Refused as why:
            refused.append(f"key {number} {why}")
            continue
        keys.append(key)
        if "kid" in jwk:
            by_kid[jwk["kid"]] = key
    return KeySet(tuple(keys), MappingProxyType(by_kid), tuple(refused), _first_end(listed))


def _listed(document: bytes) -> list[Any]:
    try:
        read = read_json(document)
    except NotJson:
        raise NotAKeySet("is not JSON that can be read in one way only") from None
    if not isinstance(read, dict) or not isinstance(read.get("keys"), list):
        raise NotAKeySet("is no JSON object with a list of `keys`")
    keys: list[Any] = read["keys"]
    return keys


def _key(jwk: Any, counts: Mapping[str, int], *, sandbox: bool) -> Key:
    if not isinstance(jwk, dict):
        raise _Refused("is no JSON object")
    if _PRIVATE & jwk.keys():
        raise _Refused("shows a private or symmetric part, so anybody could sign with it")
    members, algorithm = _KINDS.get(jwk["kty"], ((), "")) if isinstance(jwk.get("kty"), str) else ((), "")
    if not members:
        raise _Refused("is neither of type EC nor RSA")
    if not all(isinstance(jwk.get(name), str) for name in members):
        raise _Refused("lacks one of its public members")
    _check_use(jwk, algorithm, counts)
    if not sandbox and _thumbprint(jwk, members) == _SANDBOX:
        raise _Refused("is the public sandbox's, with which anybody can sign")
    return Key(algorithm, _public(jwk))


def _check_use(jwk: Mapping[str, Any], algorithm: str, counts: Mapping[str, int]) -> None:
    kid, operations = jwk.get("kid", ""), jwk.get("key_ops", ["verify"])
    if not isinstance(kid, str):
        raise _Refused("has a kid that is no text")
    if counts.get(kid, 0) > 1:
        raise _Refused("shares its kid with another one, so it is ambiguous which one is meant")
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        raise _Refused("is not for verifying signatures (use, key_ops)")
    if jwk.get("alg", algorithm) != algorithm:
        raise _Refused(f"is for another algorithm than {algorithm}")


def _public(jwk: Mapping[str, Any]) -> Any:
    from jwt import InvalidKeyError
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm

    if jwk["kty"] == "EC" and jwk["crv"] != "P-384":
        raise _Refused("is on another curve than P-384")
    try:
        public: Any = (ECAlgorithm if jwk["kty"] == "EC" else RSAAlgorithm).from_jwk(dict(jwk))
    except (InvalidKeyError, ValueError, TypeError):
        raise _Refused("is no valid key of its type") from None
    if jwk["kty"] == "RSA" and public.key_size not in _RSA_BITS:
        raise _Refused(f"has fewer than {_RSA_BITS.start} bits, or more than {_RSA_BITS.stop - 1}")
    return public


def _thumbprint(jwk: Mapping[str, Any], members: tuple[str, ...]) -> str:
    text = write_json({name: jwk[name] for name in sorted((*members, "kty"))})
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()


def _first_end(listed: list[Any]) -> datetime | None:
    chains = [jwk["x5c"] for jwk in listed if isinstance(jwk, dict) and isinstance(jwk.get("x5c"), list) and jwk["x5c"]]
    ends = [end for chain in chains if (end := _end(chain[0])) is not None]
    return min(ends, default=None)


def _end(certificate: Any) -> datetime | None:
    """Of a certificate beside a key: told to the operator, and never a reason to trust or distrust the key."""
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(base64.b64decode(certificate)).not_valid_after_utc
    except (ValueError, TypeError):
        return None
