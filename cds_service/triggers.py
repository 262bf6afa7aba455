"""What made Epic call, from the request's extension: it uses patient-view for triggers of its own too. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TRIGGER = "com.epic.cdshooks.request.bpa-trigger-action"
_HIGHEST = 9999


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger action of Epic's."""

    says: str
    ordering: bool = False  #: an order is being made: who calls may take silence for "the order is fine"


#: the triggers that its public tutorial names; a site may have others
KNOWN: Mapping[int, Trigger] = {
    5: Trigger("general advisory"),
    6: Trigger("problem entered"),
    7: Trigger("diagnosis entered"),
    18: Trigger("order entered", ordering=True),
    23: Trigger("orders signed", ordering=True),
    26: Trigger("admission"),
    27: Trigger("discharge"),
    29: Trigger("transfer"),
    60: Trigger("chart opened"),
}


def trigger_action(extension: Mapping[str, Any]) -> int | None:
    """The number, given as a string, a number, or an object around one ({"value": "23"}, {"valueString": "23"}); None: not told."""
    given = extension.get(TRIGGER)
    if isinstance(given, Mapping):
        given = next((value for name, value in given.items() if name.startswith("value")), None)
    if isinstance(given, str) and len(given) <= 8 and given.strip().isascii() and given.strip().isdigit():
        given = int(given.strip())
    return given if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _HIGHEST else None


def orders_unseen(hook: str, extension: Mapping[str, Any]) -> bool:
    """An order is being made, but the hook brings no draft orders: the answer must say that none was checked."""
    known = KNOWN.get(trigger_action(extension) or 0)
    return hook == "patient-view" and known is not None and known.ordering
