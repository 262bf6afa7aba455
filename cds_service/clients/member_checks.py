"""What may be wrong with one member of a client's table, in words with the remedy. It reads no file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cds_service.addresses import base_of, is_loopback, origin_of
from cds_service.clients.client import ALGORITHMS

Check = Callable[[Any], str]  #: of the value: what is wrong with it, "" where nothing is
DIALECTS = ("spec", "epic", "oracle", "sandbox")
ERROR_MODES = ("outcome", "empty-200")
_MOST_CHARACTERS = 300
_PLAIN = re.compile(r"[!-~]+")
NAME = re.compile(r"[a-z0-9-]{1,40}")


def _plain(value: Any) -> str:
    if not isinstance(value, str) or not _PLAIN.fullmatch(value) or len(value) > _MOST_CHARACTERS:
        return (
            f"must be a text of 1 to {_MOST_CHARACTERS} ASCII characters without blanks; copy it from the EHR's registration to the letter"
        )
    return ""


def _path(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "must be the path of a JWKS file, beside the clients file"


def _jku(value: Any) -> str:
    """What `requests` would call must be what is written: no other spelling, nothing that could be read as another host."""
    if why := _plain(value):
        return why
    base = base_of(value)
    if base != value.removesuffix("/") or not base or base == origin_of(value):
        return (
            "must be a plain URL with a path, in lower case up to it: no user, default port, query or fragment "
            "(https://ehr.example.org/jwks.json)"
        )
    return "" if value.startswith("https:") or _on_loopback(value) else "must be https, or anybody on the way could send keys"


def _server(value: str) -> str:
    if not base_of(value):
        return "must list base URLs without user, query or fragment, such as https://ehr.example.org/fhir"
    return "" if value.startswith("https:") or _on_loopback(value) else "must list https URLs; http would show tokens to the network"


def _origin(value: str) -> str:
    known = bool(value) and origin_of(value) == value
    return "" if known else "must list bare origins in lower case (https://ehr.example.org); '*' and 'null' would let any page read answers"


def _on_loopback(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _algorithm(value: str) -> str:
    return "" if value in ALGORITHMS else f"must list {' or '.join(ALGORITHMS)}; no other algorithm is accepted"


def _list(check: Check, *, least: int = 0) -> Check:
    def of(value: Any) -> str:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            return 'must be a list of texts: ["…"]'
        if len(value) < least or len(set(value)) != len(value):
            return "must name something, and nothing twice; otherwise leave the member out"
        return next((why for one in value if (why := check(one))), "")

    return of


def _one_of(words: tuple[str, ...]) -> Check:
    return lambda value: "" if value in words else f"must be one of {', '.join(words)}"


def _whole(low: int, high: int) -> Check:
    return lambda value: "" if type(value) is int and low <= value <= high else f"must be a whole number from {low} to {high}"


def _name(value: Any) -> str:
    return "" if isinstance(value, str) and NAME.fullmatch(value) else "must be 1 to 40 of a–z, 0–9 and '-'"


def _keys(value: Any) -> str:
    if not isinstance(value, dict) or not all(isinstance(ours, str) and ours for ours in value.values()):
        return "must be a table of texts: its name of a prefetch key = ours"
    if not all(0 < len(theirs) <= _MOST_CHARACTERS and theirs.isprintable() for theirs in value):
        return f"has a name that is empty, longer than {_MOST_CHARACTERS} characters or not printable"
    return "" if len(set(value.values())) == len(value) else "gives one of our keys two names; only one of them could count"


#: members that clients_file reads, in the order in which they are told
MEMBERS: Mapping[str, Check] = {
    "issuer": _plain,
    "jku": _jku,
    "key_set": _path,
    "audiences": _list(_plain),
    "subject": _plain,
    "tenant": _plain,
    "algorithms": _list(_algorithm, least=1),
    "fhir_servers": _list(_server),
    "cors_origins": _list(_origin),
    "dialect": _one_of(DIALECTS),
    "site": _name,
    "calls_per_minute": _whole(1, 1_000_000),
    "error_mode": _one_of(ERROR_MODES),
    "deadline_ms": _whole(50, 30_000),
    "retention_days": _whole(1, 36_500),
    "alias": _name,
    "prefetch_keys": _keys,
}
