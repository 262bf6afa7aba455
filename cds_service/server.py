"""The socket under the app: waitress, set so that no body touches the disk and its own refusals look like ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, create_server
from waitress.task import ErrorTask
from waitress.utilities import RequestEntityTooLarge

from cds_service.errors import HTTP, UNREAD, outcome
from cds_service.wire import write_json

if TYPE_CHECKING:
    from flask import Flask

    from cds_service.settings import Settings

THREADS = 16
CONNECTIONS = 500  #: open at once; waitress's 100 are soon held by a few idle or slow clients, and then nobody is answered
QUIET_SECONDS = 30  #: after which a connection that sends nothing is closed
_DRAINED = 128 * 1024 * 1024  #: bytes of a refused body that are read and thrown away, so that its sender reads the answer


class _Nowhere:
    """Takes the rest of a body that is refused anyway."""

    def append(self, data: bytes) -> None:
        return

    def close(self) -> None:
        return

    def __len__(self) -> int:
        return 0


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Reads a body that is too large to its end: closing on a client that still sends would reset it, and it would see no 413."""

    completed: bool
    expect_continue: bool

    def received(self, data: bytes) -> int:
        before = self.completed
        consumed: int = super().received(data)
        if before or not isinstance(self.error, RequestEntityTooLarge) or self.body_rcv is None:
            return consumed
        if self.expect_continue and not self.body_bytes_received:
            self.expect_continue = False  # it has not sent the body yet, and need not
            return consumed
        self.body_rcv.getbuf().close()
        self.body_rcv.buf = _Nowhere()
        self.completed = (
            bool(self.body_rcv.completed or self.body_rcv.error) or max(self.content_length, self.body_bytes_received) > _DRAINED
        )
        return consumed


class _Refusal(ErrorTask):  # type: ignore[misc]
    """What waitress itself refuses, as an OperationOutcome. Its own sentences may quote the request."""

    def execute(self) -> None:
        status = int(self.request.error.code)
        told = HTTP.get(status, UNREAD)
        body = write_json(outcome(told))
        self.status = f"{status} {self.request.error.reason}"
        self.response_headers += [
            ("Content-Type", "application/fhir+json"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)
        self.channel.server.refused(status)


class _Channel(HTTPChannel):  # type: ignore[misc]
    parser_class = _Parser
    error_task_class = _Refusal


def server_of(app: Flask, settings: Settings, refused: Callable[[int], None]) -> Any:
    """A server that listens; `run()` answers until stopped. `refused` hears the status of what did not reach the app.

    Raises OSError where it cannot listen, ValueError where the host has no address.
    """
    # waitress refuses what is as long as its limit; the buffers hold a whole body, so that nothing of a patient is written to a file
    limit = settings.max_body_bytes + 1
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=QUIET_SECONDS,
        cleanup_interval=QUIET_SECONDS // 3,
        channel_request_lookahead=1,  # or nobody could tell whether the client has hung up
        asyncore_use_poll=True,  # select() ends at 1,024 file descriptors
        ident="",
        max_request_body_size=limit,
        inbuf_overflow=2 * limit,
        outbuf_overflow=2 * limit,
    )
    listeners = [server] if isinstance(server, BaseWSGIServer) else [s for s in server.map.values() if isinstance(s, BaseWSGIServer)]
    for one in listeners:  # a name with several addresses has one for each
        one.channel_class, one.refused = _Channel, refused
    return server
