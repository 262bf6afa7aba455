"""Does the client still wait for its answer? It looks at the connection and takes nothing from it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any


def still_there(environ: Mapping[str, Any]) -> bool:
    """False only where the client has certainly hung up. Costs a few microseconds."""
    hung_up = environ.get("waitress.client_disconnected")
    if hung_up is not None:
        return not hung_up()
    line = environ.get("gunicorn.socket")
    if not isinstance(line, socket.socket):
        return True
    try:
        return bool(line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))  # nothing to come any more, or the next request
    except (BlockingIOError, ValueError):  # silence; of TLS nothing can be told this way
        return True
    except OSError:
        return False
