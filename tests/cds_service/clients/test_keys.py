"""Key sets as documents: which keys may verify, with which algorithm, and which are left out and why."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from cds_service.clients.keys import NotAKeySet, read_keys
from tests.support.tokens import Ehr, bad_keys, jwk_of, private_key

#: as published under .well-known/jwks.json of the public sandbox; its private part lies beside it
SANDBOX_JWK = {
    "kty": "EC",
    "use": "sig",
    "crv": "P-384",
    "kid": "44823f3d-0b01-4a6c-a80e-b9d3e8a7226f",
    "x": "dw_JGR8nB2I6XveNxUOl2qk699ZPLM2nYI5STSdiEl9avAkrm3CkfYMbrrjr8laB",
    "y": "Sm3mLE-n1zYNla_aiE3cb3nZsL51RbC7ysw3q8aJLxGm-hx79RPMYpITDjp7kgzy",
    "alg": "ES384",
}


def document(*keys: Any) -> bytes:
    return json.dumps({"keys": keys}).encode()


def test_each_key_has_the_one_algorithm_of_its_kind() -> None:
    read = read_keys(document(jwk_of(private_key("a"), "a+b/c="), jwk_of(private_key("b", "RS384"), "b")))
    assert {kid: key.algorithm for kid, key in read.by_kid.items()} == {"a+b/c=": "ES384", "b": "RS384"}
    assert read.refused == ()


def test_what_a_key_says_of_its_use_may_agree() -> None:
    stated = jwk_of(private_key("a"), "a", use="sig", alg="ES384") | {"key_ops": ["verify"]}
    assert read_keys(document(stated)).find("a")
    assert read_keys(document(jwk_of(private_key("a"), "a", use=None))).find("a")


@pytest.mark.parametrize("what", bad_keys())
def test_security_S09_keys_that_must_not_be_used(what: str) -> None:
    read = read_keys(json.dumps(bad_keys()[what]).encode())
    assert not read.keys and not read.by_kid
    assert len(read.refused) == len(bad_keys()[what]["keys"])


def test_a_bad_key_leaves_the_others_in_force() -> None:
    others = [key for bad in bad_keys().values() for key in bad["keys"]]
    read = read_keys(document(*others, Ehr().jwk()))
    assert read.find(Ehr().kid) and len(read.keys) == 1


def test_security_S08_of_two_keys_with_one_kid_neither_is_used() -> None:
    read = read_keys(document(jwk_of(private_key("a"), "k"), jwk_of(private_key("b", "RS384"), "k"), jwk_of(private_key("c"), "other")))
    assert read.find("k") is None
    assert read.find("other")
    assert all("ambiguous" in why for why in read.refused) and len(read.refused) == 2


def test_security_S08_without_a_kid_the_only_key_is_meant_and_no_other() -> None:
    one, two = jwk_of(private_key("a"), "a"), jwk_of(private_key("b"), None)
    assert read_keys(document(one)).find(None)
    assert read_keys(document(two)).find(None)
    assert read_keys(document(one, two)).find(None) is None


def test_security_S64_the_sandboxs_key_is_for_development_alone() -> None:
    renamed = document(SANDBOX_JWK | {"kid": "hospital"})
    assert read_keys(renamed).find("hospital") is None
    assert "anybody can sign" in read_keys(renamed).refused[0]
    assert read_keys(renamed, sandbox=True).find("hospital")


@pytest.mark.parametrize("text", [b"", b"[]", b"<html>", b'{"keys":{}}', b'{"key":[]}', b'{"keys":[],"keys":[]}', b'{"keys":[NaN]}'])
def test_security_S09_what_is_no_key_set(text: bytes) -> None:
    with pytest.raises(NotAKeySet, match="JSON"):
        read_keys(text)


def certificate(end: datetime) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ehr.example.org")])
    key = private_key("a")
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, end - timedelta(days=365), end).sign(key, hashes.SHA384())
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def test_fault_G19_the_first_end_of_a_certificate_is_told() -> None:
    soon, later = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)
    keys = [
        jwk_of(private_key("a"), "a", x5c=[certificate(later)]),
        jwk_of(private_key("b"), "b", x5c=[certificate(soon), "x"]),
        jwk_of(private_key("c"), "c", x5c=["no certificate"]),
        jwk_of(private_key("d"), "d", x5c=[1]),
    ]
    read = read_keys(document(*keys))
    assert read.certificate_end == soon
    assert len(read.keys) == 4
