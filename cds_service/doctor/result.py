"""What one check found, and how results are told to people and machines. It checks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["ok", "unchecked", "warning", "error"]
_MARKS: dict[Level, str] = {"ok": "ok", "unchecked": "not checked", "warning": "WARNING", "error": "ERROR"}
_WORST_FIRST: tuple[Level, ...] = ("error", "warning", "unchecked", "ok")


@dataclass(frozen=True, slots=True)
class Result:
    """`what` is the case, `why` it matters, `remedy` what to do: the last two only where something is to be done."""

    check: str
    level: Level
    what: str
    why: str = ""
    remedy: str = ""
    count: int = 0  #: calls that showed it, where it was seen in calls
    of: int = 0  #: and how many were looked at

    def document(self) -> dict[str, Any]:
        members = {
            "check": self.check,
            "level": self.level,
            "what": self.what,
            "why": self.why,
            "remedy": self.remedy,
            "count": self.count,
            "of": self.of,
        }
        return {name: value for name, value in members.items() if value}


def exit_status(results: Iterable[Result]) -> int:
    """0 all well (what could not be checked is said, and is no fault), 1 warnings, 2 errors."""
    levels = {result.level for result in results}
    return 2 if "error" in levels else 1 if "warning" in levels else 0


def document(results: Sequence[Result]) -> dict[str, Any]:
    return {"status": exit_status(results), "results": [result.document() for result in results]}


def lines(results: Sequence[Result]) -> list[str]:
    """The worst first; of the same weight as they were found."""
    told: list[str] = []
    for result in sorted(results, key=lambda r: _WORST_FIRST.index(r.level)):
        times = f" ({result.count} of {result.of} calls)" if result.of else ""
        told.append(f"{_MARKS[result.level]:<12} {result.check}: {result.what}{times}")
        told += [f"{'':<12}   why: {result.why}"] if result.why else []
        told += [f"{'':<12}   do:  {result.remedy}"] if result.remedy else []
    return told
