"""URLs in one spelling, and what is this machine alone. Nothing is looked up and nothing is opened."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """'https://host:port' in lower case, the default port left out; '' for what is no plain http(s) URL.

    User names, blanks, control characters, backslashes and non-ASCII hosts are refused: they are how one host is passed off as another.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    plain = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>') and "@" not in parts.netloc
    if parts.scheme not in _DEFAULT_PORTS or not host or not plain or "#" in url:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")


def base_of(url: str) -> str:
    """A FHIR base URL in one spelling (origin and path, no trailing slash); '' where it cannot be one."""
    origin, path = origin_of(url), urlsplit(url).path.rstrip("/") if origin_of(url) else ""
    return "" if not origin or "?" in url or ".." in path or "%" in path or "//" in path else origin + path


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
