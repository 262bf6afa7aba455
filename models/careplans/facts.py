"""Facts of one patient and questions to them: yes, no, or not known and why. It reads no chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.knowledge.careplan_types import Clause, When

#: known · absent: nothing is on file, and that was looked at · unread: it could not be looked at, or cannot be used
State = Literal["known", "absent", "unread"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. A number is a range, because ages are intervals and laboratories write "<5" and ">60"."""

    label: str
    state: State = "absent"
    flag: bool | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    because: str = ""  #: why it is not known, one sentence without patient data
    origin: str = ""
    effective: str = ""  #: ISO date
    quiet: bool = False  #: that nothing is on file is usual, and not told

    @property
    def value(self) -> float | None:
        """The number itself, where it is one."""
        return self.low if self.low is not None and self.low == self.high else None


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Verdict:
    """None: not known, for want of the facts in `missing`."""

    holds: bool | None
    missing: tuple[str, ...] = ()


def flag(label: str, value: bool, origin: str = "", effective: str = "") -> Fact:
    return Fact(label, "known", flag=value, origin=origin, effective=effective)


def number(label: str, low: float, high: float, unit: str = "", origin: str = "", effective: str = "") -> Fact:
    return Fact(label, "known", low=low, high=high, unit=unit, origin=origin, effective=effective)


def verdict(when: When, facts: Facts) -> Verdict:
    """All must hold. One that surely does not settles it, whatever else is not known."""
    answers = [_any(alternatives, facts) for alternatives in when]
    if any(answer.holds is False for answer in answers):
        return Verdict(False)
    missing = tuple(dict.fromkeys(name for answer in answers for name in answer.missing if answer.holds is None))
    return Verdict(None if any(answer.holds is None for answer in answers) else True, missing)


def _any(alternatives: tuple[Clause, ...], facts: Facts) -> Verdict:
    answers = [(clause.fact, _answer(clause, facts.get(clause.fact, Fact(clause.fact)))) for clause in alternatives]
    if any(answer for _, answer in answers):
        return Verdict(True)
    open_ = tuple(name for name, answer in answers if answer is None)
    return Verdict(None, open_) if open_ else Verdict(False)


def _answer(clause: Clause, fact: Fact) -> bool | None:
    if clause.op == "untested":
        return {"absent": True, "known": False, "unread": None}[fact.state]
    if fact.state != "known":
        return None
    if clause.op in ("is", "not"):
        return None if fact.flag is None else fact.flag == (clause.op == "is")
    if fact.low is None or fact.high is None:
        return None
    if fact.high < clause.number:
        return clause.op == "<"
    return clause.op == ">=" if fact.low >= clause.number else None
