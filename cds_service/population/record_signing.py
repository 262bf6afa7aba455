"""Signs a record with a site's key (Ed25519) and refuses one that nobody known has signed or that was changed since. It fits nothing.

The signature is over canonical JSON: members sorted, no blanks, ASCII, whole numbers alone. A key is a PEM file; what it is called in a
signature is the beginning of the sha256 of its public half, so that no name can be claimed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.errors import PrecisionError

PUBLIC = ".pub"
LARGEST = 2_000_000  #: bytes of one record
PublicKeys = Mapping[str, Ed25519PublicKey]  #: by id


class SignatureError(PrecisionError):
    """A record that may not be used, or a key that cannot be."""


def canonical(body: Any) -> bytes:
    """The one way in which a record is written for its signature. Raises SignatureError for what has several, such as decimals."""
    _plain(body)
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode("ascii")


def _plain(value: Any) -> None:
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        for inner in value.values():
            _plain(inner)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner)
    elif not isinstance(value, str) and type(value) is not int:
        raise SignatureError("it holds something else than texts and whole numbers, so there is no one way to sign it")


def signed(body: Mapping[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The file: the record, and beside it the key's id and its signature."""
    plain = dict(body)
    signature = base64.b64encode(key.sign(canonical(plain))).decode("ascii")
    document = {"record": plain, "signature": {"key": key_id(key.public_key()), "value": signature}}
    return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=True).encode("ascii") + b"\n"


def verified(text: bytes, keys: PublicKeys) -> dict[str, Any]:
    """The record of a file that one of `keys` signed. Raises SignatureError saying what to do; its message quotes nothing of the file."""
    document = _document(text)
    record, signature = document.get("record"), document.get("signature")
    if not isinstance(record, dict) or not isinstance(signature, dict) or document.keys() != {"record", "signature"}:
        raise SignatureError("it is no signed record: it must hold `record` and `signature`, and nothing else")
    key = keys.get(str(signature.get("key")))
    if key is None:
        raise SignatureError(
            "none of the public keys given here has signed it; if you trust who did, put their public key beside the others"
        )
    try:
        key.verify(base64.b64decode(str(signature.get("value")), validate=True), canonical(record))
    except (InvalidSignature, ValueError):
        raise SignatureError("it was changed after it was signed, so nothing of it is used; get it anew from where it was made") from None
    return record


def _document(text: bytes) -> dict[str, Any]:
    if len(text) > LARGEST:
        raise SignatureError(f"it is larger than {LARGEST} bytes, which no record is")
    try:
        document = json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise SignatureError("it is no JSON that can be read in one way; get it anew from where it was made") from None
    if not isinstance(document, dict):
        raise SignatureError("it is no signed record: it must hold `record` and `signature`, and nothing else")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def make_key(file: Path) -> str:
    """Write a new private key, readable by its owner alone, and its public half beside it; the id. Raises OSError where one is there."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(private)
    public_of(file).write_bytes(public)
    return key_id(key.public_key())


def public_of(file: Path) -> Path:
    return file.with_name(file.name + PUBLIC)


def private_key(file: Path) -> Ed25519PrivateKey:
    """Raises SignatureError where the file holds none, or one with a password."""
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except OSError as error:
        raise SignatureError(f"{file.name}: cannot be read ({error.strerror}); correct the path or its permissions") from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError(f"{file.name}: holds no Ed25519 private key in PEM without a password; make one with `model new-key`")
    return key


def public_keys(folder: Path) -> PublicKeys:
    """Of every file *.pub. Raises SignatureError where one is none, so that no key is passed over by mistake."""
    try:
        files = sorted(f for f in folder.iterdir() if f.name.endswith(PUBLIC))
    except OSError:
        raise SignatureError(f"{folder.name}: cannot be read as a folder of public keys; correct the path or its permissions") from None
    found: dict[str, Ed25519PublicKey] = {}
    for file in files:
        try:
            key = serialization.load_pem_public_key(file.read_bytes())
        except (OSError, ValueError):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise SignatureError(f"{file.name}: holds no Ed25519 public key in PEM; correct it or take it away")
        found[key_id(key)] = key
    return found
