"""Section 6 of the CDS Hooks checklist as code: every rule a service response must keep. Not tied to our own cards."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

INDICATORS = ("info", "warning", "critical")
RAW_HTML = re.compile(r"<[a-zA-Z/!?]")
ALPHANUMERIC = re.compile(r"^[A-Za-z0-9]{1,100}$")


def problems(response: Any) -> list[str]:
    """Every broken rule, each with its JSON path; [] when the response keeps them all."""
    if not isinstance(response, dict) or not isinstance(response.get("cards"), list):
        return ["$: a response is an object with an array `cards`"]
    found = list(_empties(response, "$"))
    for i, card in enumerate(response["cards"]):
        found += _card(card, f"$.cards[{i}]")
    uuids = [c.get("uuid") for c in response["cards"]] + [s.get("uuid") for c in response["cards"] for s in c.get("suggestions", ())]
    if len(set(uuids)) != len(uuids):
        found.append("$.cards: uuids repeat")
    return found


def _empties(value: Any, path: str) -> list[str]:
    if value is None or value in ("", {}) or (value == [] and path != "$.cards"):
        return [f"{path}: empty or null"]
    if isinstance(value, dict):
        return [p for k, v in value.items() for p in _empties(v, f"{path}.{k}")]
    if isinstance(value, list):
        return [p for i, v in enumerate(value) for p in _empties(v, f"{path}[{i}]")]
    return []


def _card(card: dict[str, Any], path: str) -> list[str]:
    found = []
    summary = card.get("summary")
    if not isinstance(summary, str) or not 0 < len(summary) < 140 or "\n" in summary:
        found.append(f"{path}.summary: one sentence under 140 characters")
    if card.get("indicator") not in INDICATORS:
        found.append(f"{path}.indicator: one of {INDICATORS}")
    if RAW_HTML.search(card.get("detail") or "") or RAW_HTML.search(summary or ""):
        found.append(f"{path}: raw HTML")
    if not _uuid(card.get("uuid")):
        found.append(f"{path}.uuid: a UUID, so that feedback is sent")
    found += _source(card.get("source"), f"{path}.source")
    found += _suggestions(card, path)
    found += [
        f"{path}.overrideReasons[{i}]: code, system and display" for i, r in enumerate(card.get("overrideReasons", ())) if not _coding(r)
    ]
    found += [p for i, link in enumerate(card.get("links", ())) for p in _link(link, f"{path}.links[{i}]")]
    return found


def _source(source: Any, path: str) -> list[str]:
    if not isinstance(source, dict) or not source.get("label"):
        return [f"{path}: an object with a label"]
    found = [f"{path}.{name}: an absolute URL" for name in ("url", "icon") if name in source and not _absolute(source[name])]
    topic = source.get("topic") or {}
    if not _coding(topic) or not ALPHANUMERIC.match(topic["code"]):
        found.append(f"{path}.topic: code (alphanumeric, at most 100), system and display")
    return found


def _suggestions(card: dict[str, Any], path: str) -> list[str]:
    suggestions = card.get("suggestions", [])
    found = []
    behaviour = card.get("selectionBehavior")
    if suggestions and behaviour not in ("at-most-one", "any"):
        found.append(f"{path}.selectionBehavior: at-most-one or any")
    if behaviour != "any" and sum(bool(s.get("isRecommended")) for s in suggestions) > 1:
        found.append(f"{path}.suggestions: several recommended need `any`")
    for i, suggestion in enumerate(suggestions):
        where = f"{path}.suggestions[{i}]"
        if not suggestion.get("label") or not _uuid(suggestion.get("uuid")):
            found.append(f"{where}: label and uuid")
        found += [p for j, action in enumerate(suggestion.get("actions", ())) for p in _action(action, f"{where}.actions[{j}]")]
    return found


def _action(action: dict[str, Any], path: str) -> list[str]:
    if action.get("type") not in ("create", "update", "delete") or not action.get("description"):
        return [f"{path}: type and description"]
    if action["type"] == "delete":
        return [] if re.fullmatch(r"[A-Za-z]+/[A-Za-z0-9.-]{1,64}", str(action.get("resourceId", ""))) else [f"{path}.resourceId: Type/id"]
    return (
        [] if isinstance(action.get("resource"), dict) and action["resource"].get("resourceType") else [f"{path}.resource: a full resource"]
    )


def _link(link: dict[str, Any], path: str) -> list[str]:
    found = (
        []
        if link.get("label") and _absolute(link.get("url")) and link.get("type") in ("absolute", "smart")
        else [f"{path}: label, url, type"]
    )
    if "appContext" in link and link.get("type") != "smart":
        found.append(f"{path}.appContext: only for smart")
    return found


def _coding(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(k), str) and value[k] for k in ("code", "system", "display"))


def _absolute(url: Any) -> bool:
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    return bool(parts.scheme == "https" and parts.netloc)


def _uuid(text: Any) -> bool:
    try:
        return bool(str(UUID(str(text))) == text)
    except ValueError:
        return False
