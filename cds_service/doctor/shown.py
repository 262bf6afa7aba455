"""Every setting as an operator may show it to others: secrets as set or not set, passwords taken out of URLs."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cds_service.settings import Settings

_HIDDEN = "***"
_SECRET_WORDS = re.compile(r"pass|secret|key|token|pwd", re.IGNORECASE)


def shown(settings: Settings) -> dict[str, Any]:
    """By name. A field that is left out of the settings' repr is a secret."""
    return {f.name: _shown(getattr(settings, f.name), secret=not f.repr) for f in fields(Settings)}


def _shown(value: Any, *, secret: bool) -> Any:
    if secret:
        return "set" if value else "not set"
    if isinstance(value, tuple):
        return [_shown(one, secret=False) for one in value]
    return without_password(value) if isinstance(value, str) and "://" in value else value


def without_password(url: str) -> str:
    """Of user and password the user is left; of the query, what names no secret. A URL that cannot be read is not shown at all."""
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return _HIDDEN
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    netloc = f"{name}{':' + _HIDDEN if colon else ''}{at}{host}"
    query = "&".join(f"{key}={_HIDDEN if _SECRET_WORDS.search(key) else value}" for key, value in given)
    return f"{parts.scheme}://{netloc}{parts.path}" + (f"?{query}" if query else "")
