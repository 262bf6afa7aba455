"""What each dialect must keep, and what shaping must never lose. Written from the EHRs' documents, not from the dialects' code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.response_rules import RAW_HTML

Json = dict[str, Any]
SAME = ("uuid", "indicator", "summary", "source", "overrideReasons", "extension")  #: members that no dialect touches
HTML = "com.epic.cdshooks.card.detail.content-type"


def lost(before: Json, after: Json) -> list[str]:
    """Every piece of the original that the shaped response neither carries nor tells."""
    if len(before["cards"]) != len(after["cards"]):
        return ["$.cards: a card was lost or added"]
    found = [] if before.get("extension") == after.get("extension") else ["$.extension: coverage changed"]
    for i, (old, new) in enumerate(zip(before["cards"], after["cards"], strict=True)):
        found += [f"$.cards[{i}].{name}: changed" for name in SAME if old.get(name) != new.get(name)]
        found += [f"$.cards[{i}]: {what}" for what in _meaning(old, new)]
    return found


def _meaning(old: Json, new: Json) -> Iterator[str]:
    """Drug, evidence and links in the text; each suggestion as it was, or told."""
    text = f"{new['summary']}\n{new.get('detail', '')}"
    if not new.get("detail", "").startswith(old.get("detail", "")):
        yield "the detail was cut"
    finding = old["extension"]["org.precision-hooks.finding"]
    for told in finding.get("rolledUp", [finding]):
        if told["drug"]["name"] not in text:
            yield f"{told['drug']['name']} is not named"
    if "rolledUp" not in finding:
        yield from (f"{e['label']}, {e['version']} is not told" for e in finding["evidence"] if f"{e['label']}, {e['version']}" not in text)
    kept = {s["uuid"]: sorted(_does(a) for a in s.get("actions", ())) for s in new.get("suggestions", ())}
    for suggestion in old.get("suggestions", ()):
        same = kept.get(suggestion["uuid"]) == sorted(_does(a) for a in suggestion.get("actions", ()))
        if not same and suggestion["label"] not in new.get("detail", "").replace("\\", ""):
            yield f"{suggestion['label']} is neither offered nor told"


def invented(before: Json, after: Json) -> list[str]:
    """Actions that the original does not have, and such as stand twice."""
    had = {_does(a) for card in before["cards"] for s in card.get("suggestions", ()) for a in s.get("actions", ())}
    for card in after["cards"]:
        done = [_does(a) for s in card.get("suggestions", ()) for a in s.get("actions", ())]
        if not set(done) <= had:
            return ["an action was invented"]
    return []


def _does(action: Json) -> str:
    return json.dumps({name: value for name, value in action.items() if name != "description"}, sort_keys=True)


def limits(response: Json, name: str) -> list[str]:
    """What the EHR would refuse, ignore or drop."""
    found = [f"{HTML} is set"] if HTML in json.dumps(response) else []
    found += [f"raw HTML: {text[:60]}" for text in _texts(response["cards"]) if RAW_HTML.search(text)]
    return found + LIMITS[name](response)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)


def _epic(response: Json) -> list[str]:
    found = _no_systems(response)
    for card in response["cards"]:
        suggestions = card.get("suggestions", [])
        if suggestions and card["selectionBehavior"] != "any":
            found.append("selectionBehavior: only any")
        removed = [a["resourceId"] for s in suggestions for a in s["actions"] if a["type"] == "delete"]
        found += ["one order is removed by two buttons"] if len(set(removed)) != len(removed) else []
        for suggestion in suggestions:
            found += [f"{suggestion['label']}: {what}" for what in _epic_suggestion(suggestion, card)]
    return found


def _epic_suggestion(suggestion: Json, card: Json) -> Iterator[str]:
    if "isRecommended" in suggestion:
        yield "would be ticked beforehand"
    if len(suggestion.get("actions", ())) != 1:
        yield "one action"
        return
    (action,) = suggestion["actions"]
    if action["type"] not in ("create", "delete"):
        yield "an order is not changed"
    if suggestion["label"] not in action["description"]:
        yield "the description does not carry the label"
    resource = action.get("resource", {})
    if resource.get("resourceType") == "MedicationRequest":
        if resource["medicationCodeableConcept"]["text"] not in action["description"]:
            yield "the description does not name the medicine"
        if "by hand" not in action["description"] or "set dose and sig by hand" not in card["detail"]:
            yield "that the dose is the EHR's default is not said"


def _no_systems(response: Json) -> list[str]:
    found = ["systemActions"] if "systemActions" in response else []
    return found + ["appContext" for card in response["cards"] for link in card.get("links", ()) if "appContext" in link]


def _sandbox(response: Json) -> list[str]:
    made = [
        a["resource"] for c in response["cards"] for s in c.get("suggestions", ()) for a in s.get("actions", ()) if a["type"] != "delete"
    ]
    concepts = [resource.get("medicationCodeableConcept", {}) for resource in made]
    return ["a button that does nothing" for c in concepts if not c.get("text") or not c.get("coding", [{}])[0].get("code")]


LIMITS: dict[str, Callable[[Json], list[str]]] = {
    "spec": lambda response: [],
    "epic": _epic,
    "oracle": _no_systems,
    "sandbox": _sandbox,
}
