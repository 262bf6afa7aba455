"""Connections to FHIR servers that can be cut from outside and that refuse private addresses. They know no FHIR and no token."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, local
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from cds_service.addresses import is_loopback

_here = local()


class PrivateAddress(Exception):
    """The name led to an address inside the network: nothing was sent."""


class Line:
    """What one job has on the wire now. No timeout of a socket bounds headers that drip or a handshake that stalls; `cut` does."""

    def __init__(self, *, public_only: bool) -> None:
        self.public_only = public_only  #: refuse private addresses, except for hosts that are named as loopback
        self._lock = Lock()
        self._wire: socket.socket | None = None
        self._is_cut = False

    def run(self, job: Callable[[], Any]) -> Any:
        """Do the job in this thread; the connections that it uses are on this line until it ends."""
        _here.line = self
        try:
            return job()
        finally:
            _here.line = None
            with self._lock:
                self._wire = None  # it may serve another job by now

    def hold(self, wire: socket.socket) -> None:
        with self._lock:
            self._wire = wire
            self._end()

    def cut(self) -> None:
        """End the job's reading and writing, now and later; its thread is free again at once."""
        with self._lock:
            self._is_cut = True
            self._end()

    def _end(self) -> None:
        if self._is_cut and self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)


class _Wired:
    """Tells the job's line which socket is in use. A duplicate, since TLS takes the first one away while it shakes hands."""

    host: str
    _wire: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        line: Line | None = getattr(_here, "line", None)
        if line is not None and line.public_only and not is_loopback(self.host) and _is_private(made):
            made.close()
            raise PrivateAddress
        self._wire = made.dup()
        if line is not None:
            line.hold(self._wire)
        return made

    def request(self, *given: Any, **named: Any) -> None:
        line: Line | None = getattr(_here, "line", None)
        if line is not None and self._wire is not None:  # a connection that is used again
            line.hold(self._wire)
        super().request(*given, **named)  # type: ignore[misc]

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        if self._wire is not None:
            self._wire.close()
            self._wire = None


def _is_private(made: socket.socket) -> bool:
    """By the address that was reached, not by a name that may be looked up twice and answer differently."""
    return not ipaddress.ip_address(str(made.getpeername()[0]).partition("%")[0]).is_global


class _Http(_Wired, HTTPConnection):
    pass


class _Https(_Wired, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class Adapter(HTTPAdapter):
    """requests over these connections."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
