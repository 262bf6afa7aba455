"""Keyed hashes under which the store knows patients, encounters and orders: without the key nothing leads back to an id."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256


@dataclass(frozen=True, slots=True, repr=False)
class Sitting:
    """Of whom and of what one call speaks, in the caller's own ids. It is never kept, and has no repr."""

    tenant: str
    server: str  #: FHIR base URL, "" if none: two hospitals may both have a Patient/1
    patient: str
    encounter: str = ""
    orders: tuple[tuple[str, str], ...] = ()  #: id of a draft order, and what it orders to the dose


@dataclass(frozen=True, slots=True)
class Keys:
    """HMAC-SHA256 in hexadecimal. An order's key holds patient, encounter and dose: another dose is another order."""

    secret: bytes = field(repr=False)

    def patient(self, of: Sitting) -> str:
        return self._hash("patient", of.tenant, of.server, of.patient)

    def encounter(self, of: Sitting) -> str:
        return self._hash("encounter", of.tenant, of.server, of.patient, of.encounter) if of.encounter else ""

    def user(self, tenant: str, user: str) -> str:
        return self._hash("user", tenant, user) if user else ""

    def orders(self, of: Sitting) -> dict[str, str]:
        about = (of.tenant, of.server, of.patient, of.encounter)
        return {order: self._hash("order", *about, order, content) for order, content in of.orders}

    def _hash(self, *parts: str) -> str:
        text = "\x1f".join(part.replace("\x1f", "\x1f\x1f") for part in parts)
        return hmac.new(self.secret, text.encode(), sha256).hexdigest()
