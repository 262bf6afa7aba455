"""What may be wrong with one setting, in words. It reads nothing but the paths that settings name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cds_service.addresses import base_of, is_loopback, origin_of
from models.errors import PrecisionError

Settings = Any  #: cds_service.settings.Settings, which imports this module
_SHORTEST_SECRET = 32
_FEWEST_SIGNS = 10  #: different characters in a secret: "00000000…" and "changemechangeme…" have fewer
_PLACEHOLDERS = ("change", "secret", "example", "password", "replace")


class SettingsError(PrecisionError):
    """A setting is wrong. The message names it and the remedy."""


def _host(given: Settings) -> str:
    if given.clients or is_loopback(given.host):
        return ""
    return "can be reached from elsewhere, and nothing says who may call; name a file in PRECISION_HOOKS_CLIENTS, or listen on 127.0.0.1"


def _base_url(given: Settings) -> str:
    if given.clients and not given.base_url:
        return "is needed with a clients file: tokens are made for this URL, which the service cannot learn from a request"
    known = not given.base_url or base_of(given.base_url)
    return "" if known else "is not a plain http(s) URL; give the URL that clients call, such as https://cds.example.org"


def _origins(given: Settings) -> str:
    for origin in given.cors_origins:
        if origin in ("*", "null"):
            return f"may not hold '{origin}', which lets any page read answers; list the exact origins, such as https://ehr.example.org"
        if not origin or origin_of(origin) != origin:
            return "must list bare origins in lower case: scheme, host and port, no path, no default port (https://ehr.example.org)"
    return ""


def _servers(given: Settings) -> str:
    for server in given.fhir_servers:
        if not base_of(server):
            return "must list base URLs without user, query or fragment, such as https://ehr.example.org/fhir"
        if server.startswith("http:") and not is_loopback(urlsplit(server).hostname or ""):
            return "http:// would show tokens to the network; it is allowed to loopback only"
    return ""


def _fernet(name: str) -> Callable[[Settings], str]:
    """One key, or several separated by commas: the first one encrypts, all of them decrypt."""

    def check(given: Settings) -> str:
        if not getattr(given, name):
            return ""
        from cryptography.fernet import Fernet  # on use: most installations set no key

        try:
            for key in getattr(given, name).split(","):
                Fernet(key.strip())
        except ValueError:
            return "is not a Fernet key: 32 bytes in URL-safe base64; make one with cryptography's Fernet.generate_key()"
        return ""

    return check


def _secret(name: str) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        value = getattr(given, name)
        if value and len(value) < _SHORTEST_SECRET:
            return "must have 32 characters at least, or it could be found out by trying; make one with openssl rand -hex 32"
        if value and (len(set(value)) < _FEWEST_SIGNS or any(word in value.lower() for word in _PLACEHOLDERS)):
            return "is a placeholder and no secret; make one with openssl rand -hex 32"
        return ""

    return check


def _profile(given: Settings) -> str:
    missing = given.audit_keep_profile and not given.profile_key
    return "needs profile_key: what was read of a patient is kept encrypted or not at all" if missing else ""


def _calibrations(given: Settings) -> str:
    if given.calibrations and not given.calibration_keys:
        return "needs calibration_keys: a record counts only where a key that you trust has signed it"
    return _folder("calibrations")(given)


def _one_of(name: str, words: tuple[str, ...]) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        return "" if getattr(given, name) in words else f"must be one of {', '.join(words)}"

    return check


def _folder(name: str) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        path = getattr(given, name)
        return "" if not path or Path(path).is_dir() else "names no folder; correct the path"

    return check


def _in_range(name: str, low: int, high: int) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        return "" if low <= getattr(given, name) <= high else f"must be greater than or equal to {low} and at most {high}"

    return check


def _store(given: Settings) -> str:
    known = given.store_url.startswith(("sqlite://", "postgresql://", "postgresql+psycopg://"))
    return "" if known else "must be an SQLAlchemy URL of SQLite or PostgreSQL, such as sqlite:////var/lib/precision-hooks/store.sqlite"


def _file(name: str) -> Callable[[Settings], str]:
    def check(given: Settings) -> str:
        path = getattr(given, name)
        return "" if not path or Path(path).is_file() else "names no file, so nothing of it would hold; correct the path"

    return check


def checks(kind: type) -> Mapping[str, Callable[[Settings], str]]:
    """What is checked of each setting: the answer is what is wrong, "" when nothing is."""
    known = fields(kind)
    return {
        **{f.name: _in_range(f.name, *f.metadata["range"]) for f in known if "range" in f.metadata},
        **{f.name: _one_of(f.name, f.metadata["words"]) for f in known if "words" in f.metadata},
        **{name: _file(name) for name in ("site_codes", "rxnorm_file", "clients", "switches", "ca_file")},
        **{name: _folder(name) for name in ("sites", "knowledge", "trials", "calibration_keys", "model_reports")},
        **{name: _secret(name) for name in ("memory_key", "audit_key", "metrics_key")},
        **{name: _fernet(name) for name in ("comment_key", "profile_key")},
        "host": _host,
        "base_url": _base_url,
        "cors_origins": _origins,
        "fhir_servers": _servers,
        "store_url": _store,
        "audit_keep_profile": _profile,
        "calibrations": _calibrations,
    }
