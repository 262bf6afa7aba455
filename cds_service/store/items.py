"""The body of a feedback call as items that can be kept, and what is wrong with the others. Pure; it stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cds_service.errors import HookRequestError, Problem
from cds_service.wire import NotJson, read_json

_OUTCOMES = ("accepted", "overridden")
_LONGEST = 256  #: characters of an id, a code or a display
_LONGEST_COMMENT = 10_000
MOST_PROBLEMS = 100  #: of one batch that are told
MOST_ITEMS = 20_000  #: of one batch
_SKEW = timedelta(minutes=5)
#: Epic puts its native reason here: …reasonCategory, …reasonDisplay, …reasonTitle
_EPIC = "com.epic.cdshooks.feedback.overrideReason."


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one card."""

    card: str
    outcome: str
    timestamp: str  #: ISO, UTC
    skewed: bool = False  #: it had no time zone (taken as UTC), or lies in the future
    suggestions: tuple[str, ...] = ()
    reason_system: str = ""
    reason_code: str = ""
    reason_display: str = ""
    comment: str = field(default="", repr=False)  #: may tell of the patient


def read_items(body: bytes, now: datetime) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    """The good items and the problems of the bad ones. Raises HookRequestError where not one can be kept."""
    try:
        document = read_json(body)
    except NotJson as error:
        raise HookRequestError(Problem("$", f"the body cannot be read: {error}")) from None
    if not isinstance(document, dict):
        raise HookRequestError(Problem("$", "the body must be a JSON object"))
    listed = document.get("feedback")
    listed = [listed] if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not listed:
        raise HookRequestError(Problem("feedback", "must be a list with at least one item"))
    if len(listed) > MOST_ITEMS:
        raise HookRequestError(Problem("feedback", f"holds more than {MOST_ITEMS} items; send them in several calls"))
    items: list[Item] = []
    problems: list[Problem] = []
    for index, given in enumerate(listed):
        bad: list[Problem] = []
        item = _item(given, f"feedback[{index}]", now, bad)
        problems += bad
        items += [item] if item and not bad else []
    if not items:
        raise HookRequestError(*problems[:MOST_PROBLEMS])
    return tuple(items), tuple(problems)


def _item(given: Any, path: str, now: datetime, bad: list[Problem]) -> Item | None:
    if not isinstance(given, dict):
        bad.append(Problem(path, "must be an object"))
        return None
    card, outcome = given.get("card"), given.get("outcome")
    if not isinstance(card, str) or not 0 < len(card) <= _LONGEST or not card.isprintable():
        bad.append(Problem(f"{path}.card", "must be the uuid of a card"))
    if outcome not in _OUTCOMES:
        bad.append(Problem(f"{path}.outcome", "must be accepted or overridden"))
    moment, naive = _moment(given.get("outcomeTimestamp"))
    if moment is None:
        bad.append(Problem(f"{path}.outcomeTimestamp", "must be an RFC 3339 date and time, in UTC"))
    suggestions = _suggestions(given.get("acceptedSuggestions"))
    if outcome == "accepted" and not suggestions:
        bad.append(Problem(f"{path}.acceptedSuggestions", "must list the id of at least one suggestion when the outcome is accepted"))
    if bad or moment is None:
        return None
    return Item(str(card), str(outcome), moment.isoformat(), naive or moment > now + _SKEW, suggestions, *_reason(given))


def _moment(given: Any) -> tuple[datetime | None, bool]:
    """The instant in UTC, and whether its zone had to be assumed."""
    try:
        read = datetime.fromisoformat(given) if isinstance(given, str) and len(given) <= 64 else None
        if read is None:
            return None, False
        return (read.replace(tzinfo=UTC), True) if read.tzinfo is None else (read.astimezone(UTC), False)
    except (ValueError, OverflowError):
        return None, False


def _suggestions(given: Any) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else []
    ids = (entry.get("id") for entry in listed if isinstance(entry, dict))
    return tuple(i for i in ids if isinstance(i, str) and 0 < len(i) <= _LONGEST and i.isprintable())


def _reason(given: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """(system, code, display, comment) of overrideReason, of Epic's overrideReasons, or of Epic's extension."""
    stated = given.get("overrideReason") or given.get("overrideReasons") or {}
    stated = stated[0] if isinstance(stated, list) and stated else stated
    if not isinstance(stated, dict):
        return "", "", "", ""
    reason = stated.get("reason")
    coding: Mapping[str, Any] = reason if isinstance(reason, dict) else {}
    comment = stated.get("userComment")
    display = _short(coding.get("display")) or _epic(stated.get("extension")) or _epic(coding.get("extension"))
    return _short(coding.get("system")), _short(coding.get("code")), display, comment[:_LONGEST_COMMENT] if isinstance(comment, str) else ""


def _epic(extension: Any) -> str:
    """Epic's native reason as 'category: title', from its extension's members."""
    members = extension if isinstance(extension, dict) else {}
    named = [_short(_shown(members.get(_EPIC + name))) for name in ("reasonCategory", "reasonTitle", "reasonDisplay")]
    return _short(": ".join(dict.fromkeys(n for n in named if n)))


def _shown(value: Any) -> Any:
    return value.get("display") if isinstance(value, dict) else value


def _short(value: Any) -> str:
    """On one line; without control characters, of which PostgreSQL refuses NUL and with it the whole batch."""
    return "".join(c for c in value.strip()[:_LONGEST] if c.isprintable()) if isinstance(value, str) else ""
