"""One line of the audit: who did what, when and why. It holds our own words, numbers, digests and keyed hashes; nothing of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

Event = Literal["call", "feedback", "discovery", "refused", "security", "started", "reloaded", "switched", "purged", "read"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened once. The same entry may be written twice (from the spool, after a timeout); by its id it counts once."""

    event: Event
    at: datetime  #: UTC
    tenant: str  #: the client's id, "" where none was known
    service: str = ""  #: one of our ids
    instance: str = ""  #: hookInstance, a UUID in lower case
    details: Mapping[str, Any] = field(default_factory=dict)  #: JSON values
    id: str = field(default_factory=lambda: str(uuid4()))
    profile: bytes = field(
        default=b"", repr=False
    )  #: what was read of the patient, as a Fernet token; `details["profile"]` holds its digest
