"""How often rules fire, from the audit: one that fell silent, and one that fires far more often than it used to. Pure; it judges no advice.

A rate is counted in calls of that EHR to that service, so that a quiet week is no anomaly. Two rates are told apart by the exact test for
two Poisson rates (given both counts, the later one is binomial), never by their bare ratio: of many rules one always has a strange week.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cds_service.audited import Entry
from cds_service.doctor.result import Result

RECENT = timedelta(days=7)  #: what is looked at
BEFORE = timedelta(days=28)  #: what it is held against
TIMES = 5  #: so many times as often is told
CHANCE = 0.001  #: of hundreds of rules, one in a thousand looks is a false alarm
REFERRED = "referred"  #: outcome of what another service tells
UNMAPPED, REFUSED = "unmapped codes", "refused calls"  #: counted like rules

Who = tuple[str, str]  #: client, service
Rule = tuple[str, str, str]  #: kind, medicine, genes
Counts = Counter[tuple[str, str, Rule]]


@dataclass(slots=True)
class Span:
    """Calls and cards of some days."""

    calls: Counter[Who] = field(default_factory=Counter)
    fired: Counts = field(default_factory=Counter)
    by_day: Counter[tuple[date, str, str, Rule]] = field(default_factory=Counter)
    knowledge: dict[str, None] = field(default_factory=dict)  #: digests, as they came
    referred: Counter[tuple[str, str]] = field(default_factory=Counter)  #: client and the service to which something was left

    def add(self, entry: Entry) -> None:
        who = (entry.tenant, entry.service)
        self.calls[who] += 1
        if digest := entry.details.get("knowledge"):
            self.knowledge[str(digest)] = None
        for owner in _owners(entry.details):
            self.referred[entry.tenant, owner] += 1
        for rule in dict.fromkeys(_rules(entry.details)):
            self.fired[*who, rule] += 1
            self.by_day[entry.at.date(), *who, rule] += 1


def changed(before: Span, recent: Span) -> list[Result]:
    """What fires otherwise in the last seven days than in the four weeks before; nothing where there was nothing before."""
    if not before.calls:
        return [Result("what changed", "unchecked", "there are no calls from before the last seven days to hold these against")]
    results = [*_services(before, recent), *_each_rule(before, recent)]
    return results or [Result("what changed", "ok", f"{len(before.fired.keys() | recent.fired.keys())} rules fire as they used to")]


def spans(entries: Iterable[Entry], now: datetime) -> tuple[Span, Span]:
    """The four weeks before, and the last seven days."""
    before, recent = Span(), Span()
    for entry in entries:
        if entry.event == "call" and now - RECENT - BEFORE <= entry.at <= now:
            (recent if entry.at > now - RECENT else before).add(entry)
    return before, recent


def by_day(*of: Span) -> list[dict[str, object]]:
    """How often each rule fired on each day, for machines."""
    days: dict[tuple[str, str, Rule], dict[str, int]] = {}
    for (day, client, service, rule), count in sorted(pair for span in of for pair in span.by_day.items()):
        days.setdefault((client, service, rule), {})[day.isoformat()] = count
    return [
        {"client": client, "service": service, "kind": rule[0], "drug": rule[1], "genes": rule[2], "days": told}
        for (client, service, rule), told in days.items()
    ]


def _rules(details: Mapping[str, object]) -> Iterator[Rule]:
    cards = details.get("cards")
    for card in cards if isinstance(cards, list) else ():
        yield str(card.get("kind", "")), str(card.get("drug", "")), " ".join(sorted(set(card.get("genes", ()))))
    inbound = details.get("inbound")
    if isinstance(inbound, Mapping) and inbound.get("unmapped"):
        yield UNMAPPED, "", ""
    if details.get("refusal"):
        yield REFUSED, "", ""


def unheard(recent: Span) -> list[Result]:
    """Advice that is left to another service which this EHR does not call: then nobody tells it."""
    return [
        Result(
            "referred advice",
            "error",
            f"{client or 'the EHR'} does not call {owner}, to which {times} calls of the last seven days left something to tell",
            "neither service tells it there, and nobody sees that it is missing",
            f"have the EHR call {owner} at the same hook, or switch that service off for this client: the others then tell it",
        )
        for (client, owner), times in sorted(recent.referred.items())
        if not recent.calls[client, owner]
    ]


def _owners(details: Mapping[str, object]) -> frozenset[str]:
    """Services named by what was looked at and left to them; the audit keeps the sentence, which ends in the name."""
    checked = details.get("checked")
    rows = (row for row in checked if len(row) > 2 and row[1] == REFERRED) if isinstance(checked, list) else ()
    return frozenset(str(row[2]).rpartition(" ")[2] for row in rows)


def _services(before: Span, recent: Span) -> Iterator[Result]:
    for client, service in sorted(before.calls.keys() - recent.calls.keys()):
        earlier = before.calls[client, service]
        if _silence(earlier, BEFORE.days, RECENT.days) < CHANCE:
            yield Result(
                "what changed",
                "error",
                f"{_named(client, service)} is not called any more: {earlier} calls in the four weeks before, none in the last seven days",
                "no order is checked, and nobody sees that a card is missing",
                "ask the EHR's team what changed there: criteria, endpoint, certificate, client",
            )


def _each_rule(before: Span, recent: Span) -> Iterator[Result]:
    for client, service, rule in sorted(before.fired.keys() | recent.fired.keys()):
        key, who = (client, service, rule), (client, service)
        old, new = before.fired[key], recent.fired[key]
        calls_before, calls_now = before.calls[who], recent.calls[who]
        if not calls_before or not calls_now:
            continue  # the whole service is new, or gone
        told = f"{_named(client, service)}: {_said(rule)}"
        rates = (
            f"{old} of {calls_before} calls in the four weeks before, {new} of {calls_now} in the last seven days{_digests(before, recent)}"
        )
        if new == 0 and _silence(old, calls_before, calls_now) < CHANCE:
            yield _fell_silent(rule, told, rates)
        elif new * calls_before >= TIMES * old * calls_now and _more(old, new, calls_before, calls_now) < CHANCE:
            yield _far_more(rule, told, rates)


def _fell_silent(rule: Rule, told: str, rates: str) -> Result:
    if rule[0] in (UNMAPPED, REFUSED):
        return Result("what changed", "ok", f"{told} are there no more: {rates}")
    return Result(
        "what changed",
        "warning",
        f"{told} has not fired: {rates}",
        "a rule that does not fire is not missed by anyone; a replaced code of the medicine is the usual cause",
        "sign such an order for a test patient; look for the medicine in `precision-hooks unmapped`; ask what changed in the EHR",
    )


def _far_more(rule: Rule, told: str, rates: str) -> Result:
    if rule[0] == UNMAPPED:
        return Result(
            "what changed",
            "warning",
            f"{told} suddenly come: {rates}",
            "a medicine whose code was replaced is not checked any more",
            "see `precision-hooks unmapped` for codes that are new, and name them in the site's codes or import your RxNorm",
        )
    if rule[0] == REFUSED:
        return Result(
            "what changed",
            "warning",
            f"{told} suddenly come: {rates}",
            "nothing is checked in them",
            "precision-hooks doctor --inbound says why they are refused",
        )
    return Result(
        "what changed",
        "warning",
        f"{told} fires far more often: {rates}",
        "clinicians stop reading what comes too often, and something may be read wrongly",
        "look at some of these calls (precision-hooks explain); compare knowledge, policy and the EHR's criteria with those of before",
    )


def _digests(before: Span, recent: Span) -> str:
    new = [digest for digest in recent.knowledge if digest not in before.knowledge]
    return f"; knowledge {', '.join(new)} is new since" if new else ""


def _named(client: str, service: str) -> str:
    return f"{service} of client {client}" if client else service


def _said(rule: Rule) -> str:
    kind, drug, genes = rule
    return " ".join(part for part in (kind, f"{drug}–{genes}" if genes else drug) if part)


def _silence(old: int, calls_before: int, calls_now: int) -> float:
    """The chance of no firing now, had nothing changed: that all `old` firings fell into the first of the two spans."""
    return (calls_before / (calls_before + calls_now)) ** old


def _more(old: int, new: int, calls_before: int, calls_now: int) -> float:
    """The chance of `new` firings or more now, had nothing changed, given how many there were in both spans."""
    share, total = calls_now / (calls_before + calls_now), old + new
    terms = (_log_binomial(total, k) + k * math.log(share) + (total - k) * math.log1p(-share) for k in range(new, total + 1))
    return math.fsum(math.exp(term) for term in terms)


def _log_binomial(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def newly_unmapped(rows: Sequence[Sequence[str]], today: date) -> list[Result]:
    """Codes first met in the last seven days. `rows` as `precision-hooks unmapped` prints them: place, system, code, count, first, last."""
    since = (today - RECENT).isoformat()
    fresh = [row for row in rows if row[4] > since]
    if not fresh or all(row[4] > since for row in rows):  # a new installation meets every code for the first time
        return []
    shown = ", ".join(f"{row[1] or 'no system'}|{row[2]} ({row[3]}×)" for row in fresh[:5])
    return [
        Result(
            "what changed",
            "warning",
            f"{len(fresh)} unmapped codes were met for the first time in the last seven days: {shown}",
            "a medicine whose code was replaced is not checked any more",
            "name them in the site's codes, or import your RxNorm; see all by `precision-hooks unmapped`",
        )
    ]
