"""Epic, as its public CDS Hooks tutorial describes it. Not checked against an Epic system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.clients.dialect import Dialect


def _takes(action: Mapping[str, Any]) -> bool:
    """It removes and creates orders; it does not change one."""
    return action["type"] in ("create", "delete")


DIALECT = Dialect(
    "epic",
    "Epic: one action a suggestion, told by its description; any of them may be chosen; new orders open with Epic's defaults",
    any_only=True,
    one_action=True,
    shows_labels=False,
    own_defaults=True,
    recommends=False,  # isRecommended ticks the box: nothing of ours is to be ordered or removed without a look
    app_context=False,
    system_actions=False,
    takes=_takes,
)
