"""Proposals out: actions on draft orders, as CDS Hooks takes them. It decides nothing about when to propose."""

from __future__ import annotations


def delete_action(order: str, description: str) -> dict[str, str]:
    """Remove the draft "Type/id". `description` is required by CDS Hooks, and the words are the caller's."""
    return {"type": "delete", "description": description, "resourceId": order}
