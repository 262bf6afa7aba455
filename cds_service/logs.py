"""One JSON line for each event, to stderr. Its methods take only what may be logged: no body, id, token or URL has a parameter.

Written by hand, since a logging library would cost more of the start than the rest of this floor together.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Literal, TextIO

from cds_service.log_sink import stderr_sink
from cds_service.wire import write_json

Level = Literal["info", "warning", "error"]


class Log:
    """Writes events to stderr, beside the calls; to a `stream` that is given, at once. `lost` hears of each line that was dropped."""

    def __init__(self, stream: TextIO | None = None, lost: Callable[[], object] = lambda: None) -> None:
        self._stream = stream or sys.stderr
        self._sink = stderr_sink(lost) if stream is None else None

    def _write(self, level: Level, event: str, **members: Any) -> None:
        """One write for each line, so that threads do not mix theirs."""
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "event": event, **members}
        text = write_json(line) + b"\n"
        if self._sink is not None:
            self._sink.write(text)
            return
        self._stream.write(text.decode())
        self._stream.flush()

    def started(self, *, services: int, knowledge: str) -> None:
        self._write("info", "started", services=services, knowledge=knowledge)

    def answered(self, *, service: str, status: int, ms: float, correlation: str, cards: int, gaps: int, foreign: int) -> None:
        """`correlation` is a checked UUID; `service` one of our own ids, 'discovery' or 'unknown'."""
        level: Level = "warning" if foreign or status >= 500 else "info"
        counts = {"cards": cards, "gaps": gaps, "foreign_dropped": foreign}
        self._write(level, "answered", service=service, status=status, ms=round(ms, 1), correlation=correlation, **counts)

    def patient_mismatch(self, *, service: str, correlation: str) -> None:
        """A security event: data of another patient came with a request."""
        self._write("warning", "patient_mismatch", service=service, correlation=correlation)

    def not_admitted(self, *, service: str, reason: str) -> None:
        """Who called is not known. `reason`: one of our own words."""
        self._write("warning", "not_admitted", service=service, reason=reason)

    def reloaded(self, *, what: list[str], knowledge: str) -> None:
        """Files that changed are in force now. `what`: names of settings."""
        self._write("info", "reloaded", what=what, knowledge=knowledge)

    def reload_refused(self, *, problem: str) -> None:
        """A file that changed is wrong, so the old one stays in force. `problem`: our own sentence, without paths."""
        self._write("error", "reload_refused", problem=problem)

    def next_refused(self, *, correlation: str) -> None:
        """A security event: a search's next page lay on another server, where the token must not go."""
        self._write("warning", "next_on_another_server", correlation=correlation)

    def memory_failed(self, *, what: str, correlation: str) -> None:
        """The store was out of reach: cards may be shown again that were overridden. `what`: read or write."""
        self._write("warning", "memory_failed", what=what, correlation=correlation)

    def refused(self, *, status: int) -> None:
        """The server refused a request before the app saw it: no HTTP, or too large."""
        self._write("info", "refused", status=status)

    def fault(self, error: BaseException, *, service: str, correlation: str) -> None:
        """A bug: its kind and where, but not its message, which may quote a value of the patient."""
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        where = [f"{PurePath(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        self._write("error", "fault", kind=type(error).__name__, where=where, service=service, correlation=correlation)
