"""Going live gently: each service and each rule is off, in shadow, for pilot users or on, for each client. It decides and reads no file.

The most specific row wins (a rule's over a service's over all, a client's over all), of equals the more careful one. Two things win over
everything: a row for every client and every service that says off (the kill switch), and for a rule the mode of its service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from cds_service.coverage import subjects
from models.finding import Assessment, Checked, Finding

Mode = Literal["off", "shadow", "pilot", "on"]
CAREFUL: tuple[Mode, ...] = get_args(Mode)  #: the most careful first
ANY = "*"
OFF: Mode = "off"
SHADOW: Mode = "shadow"
WHY: Mapping[str, str] = {
    OFF: "switched off at this installation",
    SHADOW: "switched to shadow at this installation: worked out and not shown",
}


@dataclass(frozen=True, slots=True)
class Switch:
    """One row of the file."""

    mode: Mode
    client: str = ANY
    service: str = ANY
    rule: str = ""  #: a medicine ("clopidogrel") or one rule of it ("clopidogrel–CYP2C19"); "": the whole service
    users: tuple[str, ...] = ()  #: context.userId of the pilot
    owner: str = ""
    reason: str = ""
    since: str = ""  #: date

    def concerns(self, client: str, service: str) -> bool:
        return self.client in (ANY, client) and self.service in (ANY, service)

    @property
    def kills(self) -> bool:
        return self.mode == OFF and (self.client, self.service, self.rule) == (ANY, ANY, "")

    def mode_for(self, user: str) -> Mode:
        """A pilot is on for its users, and in shadow for everybody else."""
        return self.mode if self.mode != "pilot" else "on" if user in self.users else SHADOW


@dataclass(frozen=True, slots=True)
class Switches:
    """Every row. None: everything is on."""

    rows: tuple[Switch, ...] = ()

    def mode(self, client: str, service: str, user: str) -> Mode:
        """Of a service, for this user."""
        if any(row.kills for row in self.rows):
            return OFF
        return _strictest([row for row in self.rows if not row.rule and row.concerns(client, service)], user)

    def applied(self, found: Assessment, client: str, service: str, user: str) -> tuple[Assessment, tuple[Finding, ...]]:
        """(what may be shown, what was computed in shadow). What is not shown stands in `checked`, with why."""
        whole = self.mode(client, service, user)
        rows = [row for row in self.rows if row.rule and row.concerns(client, service)]
        if whole == "on" and not rows:
            return found, ()
        shown: list[Finding] = []
        shadowed: list[Finding] = []
        held: list[Checked] = []
        for finding in found.findings:
            mode = min(whole, _rule_mode(rows, finding, user), key=CAREFUL.index)
            if mode == "on":
                shown.append(finding)
                continue
            shadowed += [finding] if mode == SHADOW else []
            held += [Checked(name, mode, WHY[mode]) for name in subjects(finding)] if whole == "on" else []
        held += [Checked("cards", whole, WHY[whole])] if whole != "on" else []
        return replace(found, findings=tuple(shown), checked=(*found.checked, *held)), tuple(shadowed)

    def speaks_of(self, medicine: str, client: str, service: str, user: str) -> bool:
        """Is what this service says of the medicine shown to this user, as far as any row about it tells?"""
        own = [row for row in self.rows if row.concerns(client, service) and row.rule.partition("–")[0] == medicine]
        return self.mode(client, service, user) == "on" and all(row.mode_for(user) == "on" for row in own)


def _rule_mode(rows: list[Switch], finding: Finding, user: str) -> Mode:
    own = [row for row in rows if row.rule == finding.drug.name or row.rule in subjects(finding)]
    narrow = [row for row in own if "–" in row.rule]
    return _strictest(narrow or own, user)


def _strictest(rows: list[Switch], user: str) -> Mode:
    """Of the most specific rows the most careful; on where there is none."""
    if not rows:
        return "on"
    best = max(_breadth(row) for row in rows)
    return min((row.mode_for(user) for row in rows if _breadth(row) == best), key=CAREFUL.index)


def _breadth(row: Switch) -> tuple[bool, bool]:
    return row.service != ANY, row.client != ANY


def switched_off() -> Assessment:
    """Of a service that is off: nothing was worked out."""
    return Assessment(checked=(Checked("cards", OFF, WHY[OFF]),))
