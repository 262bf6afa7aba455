"""What is remembered of earlier cards for one patient, and what identifies a card. Values only; no patient's value or id is among them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID, uuid5

from models.finding import Finding, Urgency

Outcome = Literal["shown", "overridden", "accepted"]
_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """One card that was shown, and what was said of it since."""

    card: str  #: its uuid
    topic: str
    family: str
    indicator: Urgency
    encounter: str  #: keyed hash, "" where the call named none
    orders: frozenset[str]  #: keyed hashes
    at: datetime
    outcome: Outcome = "shown"
    reason: str = ""  #: of an override: one of `overrides.REASONS`, "other", or "" for none
    settled: datetime | None = None  #: when the outcome came about


@dataclass(frozen=True, slots=True)
class Memory:
    """What one call remembers, and by which keys it will be remembered. Without a store: nothing, by no key."""

    now: datetime = _START
    patient: str = field(default="", repr=False)  #: keyed hash; "" while nothing can be kept
    encounter: str = field(default="", repr=False)
    orders: Mapping[str, str] = field(default_factory=dict, repr=False)  #: id of a draft order → keyed hash of the very order
    nameless: bool = False  #: a draft order has no id, so which order a card is about cannot be said for sure
    shown: tuple[Shown, ...] = ()  #: of earlier calls, the latest first


def card_id(instance: str, service: str, topic: str) -> UUID:
    """A card's uuid: the same for a request that is sent again."""
    return uuid5(UUID(instance), f"{service}/{topic}")


def family(finding: Finding) -> str:
    """What a card is about, whatever the facts: its kind and drug. 24 hexadecimal characters."""
    about = f"{finding.kind}\x1f{finding.drug.rxnorm or finding.drug.name}"
    return hashlib.sha256(about.encode()).hexdigest()[:24]
