"""How one kind of EHR is answered: its limits as a value, and a finished response shaped to them. It never judges and reads no request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.clients.steps import in_words, is_medicine, steps

Json = dict[str, Any]
Say = Callable[..., str]  #: `Messages.text`: the name of a phrase and its parts → the phrase
LONGEST_SUMMARY = 139  #: CDS Hooks: fewer than 140 characters


def everything(action: Mapping[str, Any]) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Dialect:
    """What an EHR can show and do. The defaults are the specification; a dialect names only where it differs."""

    name: str
    about: str  #: one line for people
    summary_width: int = LONGEST_SUMMARY  #: what `present` aims at; drug and action are never cut, so a summary may be longer
    any_only: bool = False  #: no selectionBehavior but `any`
    one_action: bool = False  #: one action a suggestion
    shows_labels: bool = True  #: else the description of the action is all that is seen of a suggestion
    own_defaults: bool = False  #: a created order opens with the EHR's dose and instructions, whatever was sent
    recommends: bool = True  #: isRecommended only recommends; where it ticks the box beforehand, it is not sent
    app_context: bool = True
    system_actions: bool = True
    takes: Callable[[Mapping[str, Any]], bool] = everything  #: would it carry this action out?


def shaped(response: Json, dialect: Dialect, say: Say) -> Json:
    """The response in the dialect. What it cannot offer as a button is told in the card; nothing of the input is changed."""
    kept = {name: value for name, value in response.items() if name != "systemActions" or dialect.system_actions}
    return {**kept, "cards": [_card(card, dialect, say) for card in response["cards"]]}


def _card(card: Json, dialect: Dialect, say: Say) -> Json:
    if not dialect.app_context and "links" in card:
        card = {**card, "links": [{name: value for name, value in link.items() if name != "appContext"} for link in card["links"]]}
    given = card.get("suggestions", [])
    if not given:
        return card
    fit = [suggestion for suggestion in given if _usable(suggestion, dialect)]
    made = steps(fit, say) if dialect.one_action else fit
    told = _told(card, fit, dialect, say)
    shown = {name: value for name, value in card.items() if name not in ("suggestions", "selectionBehavior", "detail")}
    if made:
        shown["suggestions"] = [_suggestion(suggestion, dialect, say) for suggestion in made]
        shown["selectionBehavior"] = "any" if dialect.any_only else card["selectionBehavior"]
    return {**shown, **({"detail": detail} if (detail := "\n\n".join([*_before(card), *told])) else {})}


def _before(card: Json) -> list[str]:
    return [card["detail"]] if card.get("detail") else []


def _usable(suggestion: Json, dialect: Dialect) -> bool:
    """All of its actions belong together, so one that is not taken leaves none of them. Where only actions are seen, there must be one."""
    actions = suggestion.get("actions", [])
    return all(dialect.takes(action) for action in actions) and (bool(actions) or dialect.shows_labels)


def _suggestion(suggestion: Json, dialect: Dialect, say: Say) -> Json:
    kept = {name: value for name, value in suggestion.items() if name != "isRecommended" or dialect.recommends}
    if dialect.shows_labels:
        return kept
    return {**kept, "actions": [{**action, "description": _said(action, suggestion, dialect, say)} for action in suggestion["actions"]]}


def _said(action: Json, suggestion: Json, dialect: Dialect, say: Say) -> str:
    """A description that stands for the label, for the order that is made, and for what is left to do by hand."""
    said = action["description"]
    if suggestion["label"] not in said:
        said = f"{suggestion['label']}. {said}"
    missing = [words for words in in_words(action) if words not in said]
    said = ". ".join([said, *missing])
    return f"{said}. {say('dialect-set-dose')}" if dialect.own_defaults and is_medicine(action) else said


def _told(card: Json, fit: Sequence[Json], dialect: Dialect, say: Say) -> list[str]:
    """What the dialect takes away from the buttons, in the card's words."""
    lost = [suggestion for suggestion in card["suggestions"] if suggestion not in fit]
    split = [suggestion for suggestion in fit if len(suggestion.get("actions", ())) > 1] if dialect.one_action else []
    one_of = fit if dialect.any_only and card["selectionBehavior"] == "at-most-one" and len(fit) > 1 else []
    fresh = dialect.own_defaults and any(is_medicine(action) for suggestion in fit for action in suggestion.get("actions", ()))
    return [
        *([say("dialect-one-of", what=_named(one_of))] if one_of else []),
        *([say("dialect-steps", what=_named(split))] if split else []),
        *([say("dialect-defaults")] if fresh else []),
        *([say("dialect-not-offered", what="; ".join(_whole(suggestion) for suggestion in lost))] if lost else []),
    ]


def _named(suggestions: Sequence[Json]) -> str:
    return "; ".join(_starred(suggestion["label"]) for suggestion in suggestions)


def _whole(suggestion: Json) -> str:
    """The label, and what its actions add to it."""
    said = [action["description"] for action in suggestion.get("actions", ()) if action["description"] != suggestion["label"]]
    return _starred(f"{suggestion['label']} ({', '.join(said)})" if said else suggestion["label"])


def _starred(text: str) -> str:
    """Labels are our own words; of what Markdown acts on they hold star alleles at most."""
    return text.replace("*", "\\*")
