"""What the audit recorded under one hookInstance, in lines for people. It looks up nothing and computes no advice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cds_service.audited import Entry

_UNLIKE = "There were calls under this hookInstance with different bodies: make sure which of them the clinician saw."


def explained(entries: Sequence[Entry]) -> str:
    """Every entry, the oldest first."""
    blocks = ["\n".join(_lines(entry)) for entry in sorted(entries, key=lambda e: e.at)]
    bodies = {e.details["request"] for e in entries if e.event == "call" and "request" in e.details}
    return "\n\n".join([*blocks, *([_UNLIKE] if len(bodies) > 1 else [])])


def _lines(entry: Entry) -> Iterator[str]:
    told = entry.details
    yield f"{entry.at.isoformat(timespec='seconds')} {entry.event} {entry.service} of client {entry.tenant or 'unknown'}".replace("  ", " ")
    if "status" in told:
        yield f"  answered {told['status']}" + (f" in {told['ms']} ms" if "ms" in told else "") + _level(told)
    if "error" in told:
        yield f"  refused: {told['error']}" + (f" ({', '.join(told['refusal'].get('paths', ()))})" if told.get("refusal") else "")
    if entry.event == "call" and "knowledge" in told:
        yield from _call(told)


def _level(told: Mapping[str, Any]) -> str:
    return f", level of service: {told['level']}" if told.get("level", "full") != "full" else ""


def _call(told: Mapping[str, Any]) -> Iterator[str]:
    policy = f", policy {told['policy']}" if "policy" in told else ""
    yield f"  as of {told['as_of']}, knowledge {told['knowledge']}{policy}, version {told['version']}"
    yield f"  request {told['request']}, chart as read {told['chart']}, response {told['response']}"
    if told.get("test"):
        yield "  of a patient or result that is marked as test data"
    yield from (f"  card {_card(card)}" for card in told.get("cards", ()))
    yield from (f"  computed but not shown (shadow): {_card(card)}" for card in told.get("shadow", ()))
    if not told.get("cards"):
        yield "  no card"
    yield from (f"  looked at {', '.join(checked)}" for checked in told.get("checked", ()))
    yield from (f"  not checked: {', '.join(gap)}" for gap in told.get("gaps", ()))
    if told.get("remembered"):
        yield f"  earlier cards that were remembered: {', '.join(f'{row[1]} ({row[7]} {row[6][:10]})' for row in told['remembered'])}"
    if told.get("foreign"):
        yield f"  resources of other patients that were dropped: {told['foreign']}"
    if told.get("inbound"):
        yield f"  what came: {'; '.join(f'{name} {_short(value)}' for name, value in told['inbound'].items())}"


def _card(card: Mapping[str, Any]) -> str:
    rests = f", rests on {', '.join(card['origins'])}" if card.get("origins") else ""
    about = "–".join([card["drug"], *dict.fromkeys(card["genes"])])
    return f"{card['indicator']} {about} ({card['kind']}), topic {card['topic']}, uuid {card['card']}{rests}; {'; '.join(card['sources'])}"


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={inner}" for name, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
