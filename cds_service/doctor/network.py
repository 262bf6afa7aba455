"""The checks' way to other machines: short, without tokens, without redirects, to addresses that the operator wrote down."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from cds_service.addresses import is_loopback

SECONDS = 3.0  #: for one address


class Internet:
    """One for each run. `ca_file`: who vouches for servers, beside those that are known anyway."""

    def __init__(self, ca_file: str = "") -> None:
        self._ca_file = ca_file

    def date_of(self, url: str) -> datetime | None:
        import requests

        try:
            with requests.get(url, timeout=SECONDS, allow_redirects=False, stream=True, verify=self._ca_file or True) as response:
                stated = response.headers.get("Date", "")
        except requests.RequestException:
            raise OSError("not reachable") from None  # its own sentence may hold the address and a proxy's password
        try:
            return parsedate_to_datetime(stated).astimezone(UTC)
        except ValueError:
            return None

    def certificate_end(self, url: str) -> datetime:
        parts = urlsplit(url)
        host = parts.hostname or ""
        with (
            socket.create_connection((host, parts.port or 443), SECONDS) as plain,
            ssl.create_default_context(cafile=self._ca_file or None).wrap_socket(plain, server_hostname=host) as wire,
        ):
            shown = wire.getpeercert() or {}
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)

    def keys_at(self, jku: str) -> tuple[int, str]:
        """As calls would fetch them: by the same code, with the same limits."""
        from cds_service.clients.key_fetch import KeyFetch

        fetched = KeyFetch([jku], http_on_loopback=is_loopback(urlsplit(jku).hostname or ""), ca_file=self._ca_file).get(jku)
        return (len(fetched.keys.keys) if fetched.keys else 0), fetched.because
