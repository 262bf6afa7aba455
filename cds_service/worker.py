"""One gunicorn process of the service: ends in good order, and refuses what is no HTTP in our words. The app itself is `wsgi`."""

from __future__ import annotations

import re
import signal
import socket
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import local
from types import FrameType
from typing import Any

from gunicorn.http import errors
from gunicorn.http.wsgi import Response
from gunicorn.workers.gthread import ThreadWorker

from cds_service.errors import BUG, HTTP, UNREAD, answer_for, outcome
from cds_service.wire import write_json

QUIET_SECONDS = 10  #: after which a client that sends nothing within a request, or takes nothing of its answer, is let go
REFUSERS = 2
CROWD = 8  #: requests that wait for a thread (a burst does, for a moment): the next ones are told to come later
SWITCH_SECONDS = 0.001  #: a thread that says no must not wait five milliseconds for each of those that work
_PIECE = 256 * 1024
_CALL = re.compile("/cds-services/[^/]+/?")
_ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))
_LINGER = b"\r\nConnection: close\r\nContent-Type: application/fhir+json\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
_STATUS = (
    (errors.LimitRequestHeaders, 431),
    (errors.LimitRequestLine, 414),
    (errors.UnsupportedTransferCoding, 501),
    (errors.ExpectationFailed, 417),
    (errors.ConfigurationProblem, 500),
    (errors.ParseException, 400),
)


class Worker(ThreadWorker):  # type: ignore[misc]
    """After SIGTERM it says that it drains and answers on, so that a load balancer can look elsewhere first; then it ends."""

    def init_process(self) -> None:
        quiet = struct.pack("ll", QUIET_SECONDS, 0)
        for listener in self.sockets:  # accepted connections inherit it; Python's own timeouts are reset by gunicorn
            listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, quiet)
            listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, quiet)
        sys.setswitchinterval(SWITCH_SECONDS)
        Response.default_headers = _nameless(Response.default_headers)
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Beside the threads that answer, a few that say no while all those are taken. They answer what is never turned away."""
        self.refusers = ThreadPoolExecutor(REFUSERS, "refuse")
        pool: ThreadPoolExecutor = super().get_thread_pool()
        return pool

    def enqueue_req(self, conn: Any) -> None:
        if self.tpool._work_queue.qsize() < CROWD and not self.state.load.is_full():
            super().enqueue_req(conn)
            return
        done = self.refusers.submit(self._refuse, conn)
        done.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _refuse(self, conn: Any) -> Any:
        self.crowded.now = True
        return self.handle(conn)

    def _app(self, environ: dict[str, Any], start: Any) -> Any:
        """A call that comes when all threads are taken is turned away here: what the app does around an answer would cost too much."""
        if not getattr(self.crowded, "now", False) or environ["REQUEST_METHOD"] != "POST" or not _CALL.fullmatch(environ["PATH_INFO"]):
            return self.app_itself(environ, start)
        while environ["wsgi.input"].read(_PIECE):  # a client that still sends would be reset, and see no answer
            pass
        error = self.state.load.turned_away()
        told = answer_for(error)
        self.state.metrics.answered("unknown", told.status, 0.0)
        headers = [("Content-Type", "application/fhir+json"), ("Retry-After", str(error.seconds)), *_ALWAYS]
        body = write_json(outcome(told, error))
        start(f"{told.status} Service Unavailable", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def load_wsgi(self) -> None:
        super().load_wsgi()
        self.app_itself: Any = self.wsgi  # type: ignore[has-type]
        self.wsgi = self._app
        from cds_service.wsgi import state  # made before the fork

        self.state, self.crowded = state, local()
        state.began()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        seconds = self.state.settings.drain_for
        if self.state.load.draining or not seconds:
            super().handle_exit(sig, frame)
            return
        self.state.load.drain()
        signal.signal(signal.SIGALRM, lambda *_: super(Worker, self).handle_exit(sig, frame))  # a thread could not be started safely here
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def run(self) -> None:
        try:
            super().run()
        finally:
            self.state.ended()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """gunicorn's own sentences quote the request, to the client and in its log."""
        status = next((status for kind, status in _STATUS if isinstance(exc, kind)), 500)
        told = BUG if status == 500 else HTTP.get(status, UNREAD)
        body = write_json(outcome(told))
        head = f"HTTP/1.1 {status} {told.code}".encode() + _LINGER + f"Content-Length: {len(body)}\r\n\r\n".encode()
        try:
            client.sendall(head + body)
        except OSError:
            return
        finally:
            self.state.refused(status)


def _nameless(headers: Any) -> Any:
    """What the server is and in which version is nobody's business."""

    def without(self: Any) -> list[str]:
        return [line for line in headers(self) if not line.startswith("Server:")]

    return without
