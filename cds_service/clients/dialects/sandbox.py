"""The public CDS Hooks sandbox, a mock EHR. Its signing key is public: no client of production speaks this dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.clients.dialect import Dialect


def _takes(action: Mapping[str, Any]) -> bool:
    """It silently does nothing with a new order unless that is of a medicine, with its text and its code."""
    if action["type"] == "delete":
        return True
    concept = action["resource"].get("medicationCodeableConcept") or {}
    return bool(concept.get("text")) and bool((concept.get("coding") or [{}])[0].get("code"))


DIALECT = Dialect("sandbox", "the public CDS Hooks sandbox: only orders of medicines can be created", takes=_takes)
