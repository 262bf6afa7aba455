"""The empty answer for a client that shows its users every error: no cards, and a header that says so. Whether to give it is a setting."""

from __future__ import annotations

import re

from cds_service.clients.client import Client

HEADER = "X-CDS-Degraded"
#: what may be told this way: a service that could not look. Never who calls and what they sent wrongly, which somebody must mend
SOFTENED = frozenset({412, 429, 500, 503})
_TOKEN = re.compile(r"[a-z0-9-]{1,40}")


def softened(client: Client, status: int) -> bool:
    return client.error_mode == "empty-200" and status in SOFTENED


def degraded(status: int, code: str) -> tuple[dict[str, list[object]], dict[str, str]]:
    """(body, headers) of a 200 in the place of `status`; `code` is the OperationOutcome's issue type, such as "timeout"."""
    why = code if _TOKEN.fullmatch(code) else "exception"
    return {"cards": []}, {HEADER: f"{status}; {why}"}
