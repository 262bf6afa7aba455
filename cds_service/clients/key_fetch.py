"""One GET of one key set: an address that the clients file lists, capped in bytes and time, no redirect, no proxy. It keeps nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3

from cds_service.addresses import is_loopback, origin_of
from cds_service.clients.keys import KeySet, NotAKeySet, read_keys
from cds_service.connections import Adapter, Line

SECONDS = 2.0  #: for one whole fetch, whatever the server does
MOST_BYTES = 1024 * 1024
_CHUNK = 64 * 1024
_FRESH = (300, 600, 86_400)  #: least, usual and most seconds for which keys count as fresh
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age=(\d{1,9})(?:$|[,\s])")
_LATE = f"did not answer within {SECONDS:.0f} seconds"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one fetch brought, or why it brought nothing: in our own words, without anything that the server sent."""

    keys: KeySet | None = None
    because: str = ""
    fresh: int = _FRESH[1]  #: seconds until the server should be asked again
    certificate_end: datetime | None = None  #: of the server's own certificate


class KeyFetch:
    """Fetches the key sets of the addresses in `listed`, and of no other."""

    def __init__(
        self, listed: Iterable[str], *, http_on_loopback: bool = False, sandbox: bool = False, seconds: float = SECONDS, ca_file: str = ""
    ) -> None:
        """`http_on_loopback` is for tests and development: without it nothing but https is called.

        `ca_file`: certificates of who vouches for servers; "": those that are known anyway.
        """
        self._ca_file = ca_file
        self._listed, self._http, self._sandbox, self._seconds = frozenset(listed), http_on_loopback, sandbox, seconds

    def get(self, jku: str) -> Fetched:
        if jku not in self._listed:
            return Fetched(because="is not in the clients file, so it is not called")
        origin = origin_of(jku)
        plain = origin.startswith("http://") and is_loopback(urlsplit(origin).hostname or "")
        if not origin.startswith("https://") and not (plain and self._http):
            return Fetched(because="is not https, so it is not called")
        line = Line(public_only=False)  # an address that the operator wrote down may lie inside the network
        end = time.monotonic() + self._seconds
        watch = Timer(self._seconds, line.cut)
        watch.daemon = True
        watch.start()
        try:
            fetched: Fetched = line.run(lambda: self._get(jku, end))
        finally:
            watch.cancel()
        cut = fetched.keys is None and time.monotonic() >= end  # what came before may look like an answer
        return Fetched(because=_LATE) if cut else fetched

    def _get(self, jku: str, end: float) -> Fetched:
        try:
            with (
                _session(self._ca_file) as session,
                session.get(jku, timeout=self._seconds, allow_redirects=False, stream=True) as response,
            ):
                return self._judge(response, end)
        except requests.exceptions.SSLError:
            because = "shows a certificate that is not trusted"
        except requests.Timeout:
            because = _LATE
        except requests.ConnectionError:
            because = "cannot be reached"
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
            because = "broke off, or answered what cannot be read"
        return Fetched(because=because)

    def _judge(self, response: requests.Response, end: float) -> Fetched:
        if response.is_redirect or 300 <= response.status_code < 400:
            return Fetched(because="answers with a redirect, which is not followed")
        if response.status_code != 200:
            return Fetched(because=f"answers with status {response.status_code}")
        certificate_end = _certificate_end(response)
        document = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            document += chunk
            if len(document) > MOST_BYTES:
                return Fetched(because="sends more than 1 MB")
            if time.monotonic() >= end:
                return Fetched(because=_LATE)
        try:
            keys = read_keys(bytes(document), sandbox=self._sandbox)
        except NotAKeySet as why:
            return Fetched(because=f"sent what {why}")
        return Fetched(keys, fresh=_fresh(response.headers.get("Cache-Control", "")), certificate_end=certificate_end)


def _session(ca_file: str = "") -> requests.Session:
    session = requests.Session()
    session.verify = ca_file or True
    session.trust_env = False  # no proxy and no .netrc of the environment
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"Accept": "application/jwk-set+json, application/json"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter(pool_connections=1, pool_maxsize=1))
    return session


def _fresh(control: str) -> int:
    least, usual, most = _FRESH
    lowered = control.lower()
    if "no-store" in lowered or "no-cache" in lowered:
        return least
    stated = _MAX_AGE.search(lowered)
    return min(max(int(stated[1]), least), most) if stated else usual


def _certificate_end(response: requests.Response) -> datetime | None:
    """When the server's certificate ends: then no key can be fetched any more, so the operator should hear of it in time."""
    wire: Any = getattr(getattr(response.raw, "connection", None), "sock", None)
    shown = wire.getpeercert() if hasattr(wire, "getpeercert") else None
    try:
        return datetime.strptime(shown["notAfter"], "%b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC) if shown else None
    except (KeyError, ValueError):
        return None
