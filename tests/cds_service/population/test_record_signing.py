"""Signed records: what was changed, forged, or signed by a stranger is refused with a sentence that tells what to do."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cds_service.population.record_signing import (
    SignatureError,
    canonical,
    key_id,
    make_key,
    private_key,
    public_keys,
    public_of,
    signed,
    verified,
)

BODY = {"model": "m", "people": 120, "parts": [{"site": "Zürich", "sum": -5}], "large": 2**70}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    make_key(folder / "site.pem")
    return folder / "site.pem"


def test_what_was_signed_is_read(key: Path) -> None:
    assert verified(signed(BODY, private_key(key)), public_keys(key.parent)) == BODY


def test_a_signature_does_not_go_by_how_the_file_is_laid_out(key: Path) -> None:
    document = json.loads(signed(BODY, private_key(key)))
    again = json.dumps({name: document[name] for name in reversed(document)}, indent=7).encode()
    assert verified(again, public_keys(key.parent)) == BODY


def changed(path: tuple[Any, ...], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        inner: Any = document
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(("record", "people"), 121), "was changed after it was signed"),
        (changed(("record", "parts", 0, "site"), "Zurich"), "was changed after it was signed"),
        (changed(("record", "more"), 1), "was changed after it was signed"),
        (changed(("signature", "value"), "AAAA"), "was changed after it was signed"),
        (changed(("signature", "value"), "no base64!"), "was changed after it was signed"),
        (changed(("signature", "key"), "0" * 16), "none of the public keys given here has signed it"),
        (changed(("record", "people"), 120.0), "no one way to sign it"),
        (changed(("record", "people"), True), "no one way to sign it"),
        (changed(("signature",), None), "no signed record"),
        (changed(("besides",), 1), "no signed record"),
    ],
)
def test_tampering_is_refused(key: Path, change: Callable[[dict[str, Any]], None], words: str) -> None:
    document = json.loads(signed(BODY, private_key(key)))
    change(document)
    with pytest.raises(SignatureError, match=words):
        verified(json.dumps(document).encode(), public_keys(key.parent))


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{", b"\xff", b'{"record": {}, "record": {}, "signature": {}}', b"[" * 100_000, b'{"record": NaN}']
)
def test_what_is_no_record_is_refused(key: Path, text: bytes) -> None:
    with pytest.raises(SignatureError):
        verified(text, public_keys(key.parent))


def test_another_sites_signature_does_not_count_until_its_key_is_there(key: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "other.pem")
    body = signed(BODY, private_key(tmp_path / "other.pem"))
    with pytest.raises(SignatureError, match="put their public key beside the others"):
        verified(body, public_keys(key.parent))
    (key.parent / "other.pem.pub").write_bytes(public_of(tmp_path / "other.pem").read_bytes())
    assert verified(body, public_keys(key.parent)) == BODY


def test_a_key_that_claims_anothers_name_has_not_its_signature(key: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "other.pem")
    document = json.loads(signed(BODY, private_key(tmp_path / "other.pem")))
    document["signature"]["key"] = key_id(private_key(key).public_key())
    with pytest.raises(SignatureError, match="was changed after it was signed"):
        verified(json.dumps(document).encode(), public_keys(key.parent))


def test_a_private_key_is_its_owners_alone_and_never_overwritten(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        make_key(key)


def test_keys_that_are_none(key: Path, tmp_path: Path) -> None:
    with pytest.raises(SignatureError, match="holds no Ed25519 private key"):
        private_key(public_of(key))
    with pytest.raises(SignatureError, match="cannot be read"):
        private_key(tmp_path / "none.pem")
    (key.parent / "broken.pub").write_text("no key")
    with pytest.raises(SignatureError, match=r"broken.pub: holds no Ed25519 public key"):
        public_keys(key.parent)
    with pytest.raises(SignatureError, match="cannot be read as a folder"):
        public_keys(tmp_path / "none")


def test_only_what_has_one_spelling_is_signed() -> None:
    assert canonical({"b": 1, "a": ["é"]}) == b'{"a":["\\u00e9"],"b":1}'
    for body in ({"a": 1.5}, {"a": None}, {"a": True}, {1: "a"}):
        with pytest.raises(SignatureError):
            canonical(body)
