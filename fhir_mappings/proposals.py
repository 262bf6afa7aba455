"""Proposals out: actions on draft orders, as CDS Hooks takes them. It decides nothing about when to propose."""

from __future__ import annotations

from models.patient import Order


def delete_action(order: Order) -> dict[str, str] | None:
    """Remove this draft: {"type", "resourceId"}; None when the draft has no id that an EHR could act on.

    The caller adds `description`, which CDS Hooks requires: words are not this floor's.
    """
    return {"type": "delete", "resourceId": order.id} if order.id else None
