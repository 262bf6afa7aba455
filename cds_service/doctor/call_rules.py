"""What of one call shows that something is wrong with how an EHR is set up. The words for each stand in call_words.toml, `calls` counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Facts = Mapping[str, Any]  #: what the audit keeps of one call under `inbound` and `refusal`
Seen = Callable[[Facts], Iterable[str]]  #: what shows it: inputs, keys, reasons; [""] where there is nothing to name
_OPENED = 60  #: Epic's trigger action when a chart is opened


def _kind(kind: str) -> Callable[[Facts], Iterable[str]]:
    return lambda facts: [str(facts.get("missing", ""))] if facts.get("kind") == kind else []


def _flag(name: str) -> Callable[[Facts], Iterable[str]]:
    return lambda facts: [""] if facts.get(name) else []


def _listed(name: str) -> Callable[[Facts], Iterable[str]]:
    return lambda facts: facts.get(name, ())


def _why(*words: str) -> Callable[[Facts], Iterable[str]]:
    """Inputs that could not be had, or not whole, for this reason; also of a call that was refused for it."""

    def seen(facts: Facts) -> Iterable[str]:
        return [name for name, why in facts.get("why", {}).items() if why in words] or (
            [str(facts["missing"])] if facts.get("because") in words and "missing" in facts else []
        )

    return seen


def _states(*states: str) -> Callable[[Facts], Iterable[str]]:
    """Of calls that were answered: of a refused one it is not known what could have been read."""
    return lambda facts: [name for name, state in facts.get("inputs", {}).items() if state in states and not facts.get("kind")]


def _drafts(word: str) -> Callable[[Facts], Iterable[str]]:
    return lambda facts: [""] if facts.get("drafts", {}).get(word) else []


def _nothing_named(facts: Facts) -> Iterable[str]:
    drafts = facts.get("drafts", {})
    return [""] if drafts.get("orders") and drafts["orders"] == drafts.get("no_medicine") else []


def _no_entries(facts: Facts) -> Iterable[str]:
    return [""] if facts.get("drafts", {}).get("entries") == 0 else []


def _no_way(facts: Facts) -> Iterable[str]:
    """Something was not prefetched, and no server or token came with which to read it."""
    lacking = "missing" in facts.get("inputs", {}).values()
    return [""] if lacking and not (facts.get("server") and facts.get("authorization")) else []


def _refused_token(facts: Facts) -> Iterable[str]:
    if facts.get("kind") != "unauthorized" or facts.get("reason") == "audience":
        return []
    hint = facts.get("hint", "")
    return [f"{facts.get('reason', 'no reason was kept')}" + (f": {hint}" if hint else "")]


def _audience(facts: Facts) -> Iterable[str]:
    return [str(facts.get("hint") or "it is for another address")] if facts.get("reason") == "audience" else []


def _unread(facts: Facts) -> Iterable[str]:
    return [name for name in facts.get("gaps", {}).get("not_understood", {}) if name != "other"]


def _trigger(facts: Facts) -> Iterable[str]:
    """Epic reuses patient-view for other triggers."""
    number = facts.get("trigger", 0)
    return [str(number)] if number and not facts.get("drafts") and facts.get("kind") is None and number != _OPENED else []


SEEN: Mapping[str, Seen] = {
    "no-drafts": _kind("no-drafts"),
    "empty-drafts": _no_entries,
    "no-medicine": _nothing_named,
    "medicine-lost": _drafts("not_found"),
    "no-rxnorm": _drafts("no_rxnorm"),
    "no-code": _drafts("no_code"),
    "unmapped": _flag("unmapped"),
    "no-input": _kind("no-input"),
    "key-missing": _states("missing"),
    "key-fetched": _states("fetched"),
    "no-access": _no_way,
    "scope": _why("403"),
    "token": _why("401", "expired"),
    "not-listed": _why("not-listed"),
    "slow": _why("late", "unreachable", "certificate", "429", "no-fhir", "500", "502", "503", "504"),
    "busy": _why("busy"),
    "key-failed": _why("outcome"),
    "key-type": _why("type"),
    "paged": _listed("paged"),
    "short": _why("short", "many-pages", "too-large", "other-server"),
    "key-renamed": lambda facts: [f"{theirs} → {ours}" for theirs, ours in likely(facts)],
    "key-unknown": lambda facts: [key for key in facts.get("unknown_keys", ()) if not _meant(key, facts.get("inputs", {}))],
    "audience": _audience,
    "unauthorized": _refused_token,
    "tokens": _flag("tokens"),
    "foreign": _flag("foreign"),
    "patient": _kind("patient"),
    "release": lambda facts: facts.get("releases", ()) if facts.get("kind") == "release" else (),
    "older": lambda facts: () if facts.get("kind") else facts.get("releases", ()),
    "envelope": _listed("paths"),
    "content": _kind("content"),
    "fault": lambda facts: [""] if facts.get("status") == 500 else [],
    "unread": _unread,
    "trigger": _trigger,
}


def likely(facts: Facts) -> list[tuple[str, str]]:
    """Keys that no service knows and that look like one of ours that did not come."""
    inputs = facts.get("inputs", {})
    return [(key, ours) for key in facts.get("unknown_keys", ()) if (ours := _meant(key, inputs))]


def _meant(key: str, inputs: Mapping[str, str]) -> str:
    """The input whose name, or the first four letters of it, the key holds."""
    plain = "".join(c for c in key.lower() if c.isalpha())
    lacking = (ours for ours, state in inputs.items() if state in ("missing", "fetched", "unavailable"))
    return next((ours for ours in lacking if ours.rstrip("s") in plain or (len(plain) > 3 and ours.startswith(plain))), "")
