"""One JSON line for each event, to stderr. Its methods take only what may be logged: no body, id, token or URL has a parameter."""

from __future__ import annotations

import sys
import traceback
from pathlib import PurePath
from typing import TextIO

import structlog

from cds_service.wire import write_json


class Log:
    """Writes events; `stream` is stderr unless a test wants to read them."""

    def __init__(self, stream: TextIO | None = None) -> None:
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
        render = structlog.processors.JSONRenderer(serializer=lambda event, **_: write_json(event).decode())
        self._log = structlog.wrap_logger(
            structlog.WriteLogger(stream or sys.stderr), processors=[structlog.processors.add_log_level, stamp, render]
        )

    def started(self, *, services: int, knowledge: str) -> None:
        self._log.info("started", services=services, knowledge=knowledge)

    def answered(self, *, service: str, status: int, ms: float, correlation: str, cards: int, gaps: int, foreign: int) -> None:
        """`correlation` is a checked UUID; `service` one of our own ids, 'discovery' or 'unknown'."""
        level = self._log.warning if foreign or status >= 500 else self._log.info
        level(
            "answered",
            service=service,
            status=status,
            ms=round(ms, 1),
            correlation=correlation,
            cards=cards,
            gaps=gaps,
            foreign_dropped=foreign,
        )

    def patient_mismatch(self, *, service: str, correlation: str) -> None:
        """A security event: data of another patient came with a request."""
        self._log.warning("patient_mismatch", service=service, correlation=correlation)

    def fault(self, error: BaseException, *, service: str, correlation: str) -> None:
        """A bug: its kind and where, but not its message, which may quote a value of the patient."""
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        where = [f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        self._log.error("fault", kind=type(error).__name__, where=where, service=service, correlation=correlation)
