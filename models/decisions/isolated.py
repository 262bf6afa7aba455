"""Keeps one broken rule from silencing the rest: its answer becomes a Gap, and its fault is handed on to be logged or raised."""

from __future__ import annotations

from collections.abc import Callable

from models.finding import Assessment
from models.patient import Gap


def isolated(subject: str, work: Callable[[], Assessment]) -> tuple[Assessment, tuple[Exception, ...]]:
    """The answer, or a Gap that names `subject` and the kind of fault alone (DESIGN.md, "Errors")."""
    try:
        return work(), ()
    except Exception as fault:  # noqa: BLE001 - the core's one way to go on after a broken rule
        return Assessment(gaps=(Gap(subject, "fault", f"the rule failed ({type(fault).__name__})"),)), (fault,)
