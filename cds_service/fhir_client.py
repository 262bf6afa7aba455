"""GET on the caller's FHIR server: allow-list first, one deadline, caps. It judges no resource; it says what it could not get."""

from __future__ import annotations

import ipaddress
import random
import socket
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from cds_service.addresses import base_of, is_loopback, origin_of
from cds_service.breaker import Breaker
from cds_service.clients.client import Client
from cds_service.connections import Adapter, Line, PrivateAddress
from cds_service.fhir_answers import LATE, PRIVATE, Answer, Deadline, judged, next_link
from cds_service.settings import Settings

_RETRY_SHARE = 0.4  #: of the deadline that must be left for a second try
_JITTER = 0.05  #: seconds at most before the second try
_FAIR = 0.2  #: seconds of the deadline that a server must have had before its silence counts against it
_SKEW = 2  #: seconds before its end at which a token is no longer used
_THREADS = 64  #: reads under way in one process, ten a call without prefetch; those of a hanging server cannot take more


@dataclass(frozen=True, slots=True)
class Access:
    """Leave to read one server until `deadline`. The token goes to this server's origin and nowhere else."""

    base: str
    token: str = field(repr=False)
    deadline: Deadline
    token_end: float = float("inf")  #: monotonic time after which the token is not used
    correlation: str = ""  #: hookInstance, for security events
    caller: Client = field(default_factory=Client.nobody, repr=False)

    @classmethod
    def of(cls, server: str, token: str, expires_in: int | None, deadline: Deadline, caller: Client, correlation: str = "") -> Access:
        end = float("inf") if expires_in is None else time.monotonic() + expires_in - _SKEW
        return cls(base_of(server), token, deadline, end, correlation, caller)

    @property
    def listed(self) -> bool:
        """An operator vouches for this server, wherever it lies."""
        return self.base in self.caller.bases


class FhirClient:
    """Reads FHIR servers for every call of one process; holds connections, never tokens or cookies."""

    def __init__(self, settings: Settings, *, offline: bool = False, next_refused: Callable[[str], None] = lambda _: None) -> None:
        """`next_refused` hears the correlation of a search whose next page lay on another server."""
        self._settings, self._offline, self._next_refused = settings, offline, next_refused
        self._breaker = Breaker()
        self._session = requests.Session()
        self._session.verify = settings.ca_file or True
        self._session.trust_env = False  # no proxy and no .netrc of the environment sees a token
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, Adapter(pool_connections=8, pool_maxsize=_THREADS))
        self._threads = ThreadPoolExecutor(_THREADS, "fhir")

    def close(self) -> None:
        """Give back connections and threads; reads under way are left to end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def refusal(self, server: str, caller: Client) -> str:
        """Why this server may not be read for this caller, or ''. Nothing leaves the process for a refused one, not even a DNS question."""
        base = base_of(server)
        if self._offline:
            return "this run calls no FHIR server"
        if not base:
            return "fhirServer is not a plain http(s) URL, so it is not called"
        if base in caller.bases:
            return ""
        if caller.bases or not caller.is_local:
            return "fhirServer is not among the FHIR servers that are listed for this client (fhir_servers), so it is not called"
        host = urlsplit(base).hostname or ""
        if base.startswith("http:") and not is_loopback(host):
            return "fhirServer is not https, so it is not called"
        return ""

    def together(self, jobs: Mapping[Hashable, Callable[[], Any]], access: Access) -> dict[Hashable, Any]:
        """Run jobs side by side; those not done at the deadline are left behind and missing in the answer.

        Threads, because no socket timeout bounds a name look-up, a TLS handshake or headers that drip. The connections of
        late ones are cut, so that a hanging server cannot hold threads.
        """
        lines = {key: Line(public_only=not access.listed) for key in jobs}
        started: dict[Hashable, Future[Any]] = {key: self._threads.submit(lines[key].run, job) for key, job in jobs.items()}
        done, _ = wait(started.values(), timeout=access.deadline.left)
        for key, future in started.items():
            if future not in done and not future.cancel():
                lines[key].cut()
        return {key: future.result() for key, future in started.items() if future in done}

    def read(self, path: str, access: Access) -> Answer:
        """One resource or the first page of a search: `path` is relative to the server's base."""
        return self._get(f"{access.base}/{path}", access, self._settings.fhir_byte_limit)

    def pages(self, first: Mapping[str, Any], access: Access, spent: int = 0) -> Iterator[Answer]:
        """The pages after `first`. The last answer says why, where pages are missing."""
        seen: set[str] = set()
        page, size = first, spent
        while link := next_link(page):
            url = urljoin(access.base + "/", link)
            if origin_of(url) != origin_of(access.base):
                self._next_refused(access.correlation)
                yield Answer(because="the next page lies on another server, so it is not read")
                return
            if url in seen:
                yield Answer(because="the pages of the search go in a circle")
                return
            if len(seen) + 1 >= self._settings.fhir_page_limit:
                yield Answer(because="the search has more pages than are read")
                return
            seen.add(url)
            answer = self._get(url, access, self._settings.fhir_byte_limit - size)
            if answer.absent:
                answer = Answer(because="the next page of the search is gone")
            yield answer
            if answer.body is None:
                return
            page, size = answer.body, size + answer.size

    def _get(self, url: str, access: Access, limit: int) -> Answer:
        host = (access.caller.id, origin_of(access.base))
        refused = self.refusal(access.base, access.caller) or self._private(access) or self._breaker.refusal(host)
        if refused:
            return Answer(because=refused)
        answer = self._try(url, access, limit)
        if answer.retry and access.deadline.left > _RETRY_SHARE * access.deadline.seconds:
            time.sleep(random.uniform(0, min(_JITTER, access.deadline.left / 10)))
            answer = self._try(url, access, limit)
        self._breaker.heard(host, failed=answer.down, rest=answer.rest)
        return answer

    def _private(self, access: Access) -> str:
        """A server that nobody listed may not lie inside the network: its address would be the caller's choice."""
        host = urlsplit(access.base).hostname or ""
        if access.listed or is_loopback(host):
            return ""
        try:
            found = {ipaddress.ip_address(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
        except (OSError, ValueError):
            return "the FHIR server's name cannot be resolved"
        return "" if all(address.is_global for address in found) else PRIVATE

    def _try(self, url: str, access: Access, limit: int) -> Answer:
        left = access.deadline.left
        if left <= 0:
            return Answer(because=LATE)
        if time.monotonic() >= access.token_end:
            return Answer(because="the access token has expired, or is about to")
        headers = {"Accept": "application/fhir+json", "Authorization": f"Bearer {access.token}"}
        try:
            with self._session.get(url, headers=headers, timeout=(left, left), allow_redirects=False, stream=True) as response:
                return judged(response, access.deadline, limit)
        except PrivateAddress:
            return Answer(because=PRIVATE)
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            return Answer(because=LATE, down=left > _FAIR)
        except requests.exceptions.SSLError:
            return Answer(because="the FHIR server's certificate is not trusted", down=True)
        except requests.ConnectionError:
            return Answer(because="the FHIR server cannot be reached", retry=True, down=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
            return Answer(because="the FHIR server's answer broke off or cannot be read")
