"""The audit's chain: each link holds the one before, so that no entry can be changed, taken out or moved unseen. Pure; it reads nothing.

An entry's details are hashed by themselves, and the link holds that digest: details may be emptied later, and the chain still holds.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

GENESIS = "0" * 64  #: what stands before the first entry
AHEAD = 200  #: entries that are looked at after a break, to say of what kind it is

Damage = Literal["edited", "deleted", "reordered", "truncated"]
#: what "purged" entries allow, the latest first: by tenant, that what stands before `seq` and is older than a moment is empty
Purges = Mapping[str, Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the audit, as it lies in the store."""

    seq: int
    id: str
    at: int
    tenant: str
    event: str
    service: str
    instance: str
    body: str | None
    body_digest: str
    link: str
    has_profile: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Where the audit ends, as an operator notes it: '1234:9f3c…'."""

    seq: int = 0
    link: str = GENESIS
    count: int = 0

    def __str__(self) -> str:
        return f"{self.seq}:{self.link}"

    @classmethod
    def read(cls, text: str) -> Head:
        """Raises ValueError."""
        seq, _, link = text.strip().partition(":")
        if len(link) != len(GENESIS) or not set(link) <= set("0123456789abcdef"):
            raise ValueError
        return cls(int(seq), link, int(seq))


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the audit is not what was written."""

    seq: int
    what: Damage
    why: str


def canonical(details: Mapping[str, Any]) -> str:
    """ASCII, so that no database and no file can change a character of it. Raises ValueError or TypeError where it is not JSON."""
    return json.dumps(details, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(key: bytes, body: str) -> str:
    return hmac.digest(key, b"body\x1f" + body.encode(), "sha256").hex()


def link(key: bytes, previous: str, row: Row) -> str:
    """Also of the columns, which stay when the body is emptied."""
    held = [previous, row.seq, row.id, row.at, row.tenant, row.event, row.service, row.instance, row.body_digest]
    return hmac.digest(key, json.dumps(held, separators=(",", ":")).encode(), "sha256").hex()


def linked(key: bytes, head: Head, rows: Iterable[Row]) -> tuple[tuple[Row, ...], Head]:
    """New rows with their place, digest and link, and the head after them."""
    done: list[Row] = []
    for row in rows:
        placed = replace(row, seq=head.seq + 1, body_digest=digest(key, row.body or ""))
        placed = replace(placed, link=link(key, head.link, placed))
        done.append(placed)
        head = Head(placed.seq, placed.link, head.count + 1)
    return tuple(done), head


def first_break(key: bytes, rows: Iterator[Row], head: Head, purges: Purges, noted: Head | None = None) -> Break | None:
    """Walk the whole chain. `head`: what the store says is its end; `noted`: an earlier head that an operator wrote down elsewhere."""
    place = Head()
    if noted and head.seq < noted.seq:
        return Break(head.seq + 1, "truncated", f"the audit ends here, but it had {noted.seq} entries")
    for row in rows:
        if wrong := _wrong(key, place, row, purges, head) or _renounced(noted, row):
            return _named(key, place, row, rows, wrong)
        place = Head(row.seq, row.link, place.count + 1)
    if (place.seq, place.count) != (head.seq, head.count):
        return Break(place.seq + 1, "truncated", f"the entries end here, but the head says {head.count}")
    return None if place.link == head.link else Break(head.seq, "edited", "the head does not hold the last entry's link")


def _wrong(key: bytes, place: Head, row: Row, purges: Purges, head: Head) -> Break | None:
    if row.seq > head.seq:
        return Break(row.seq, "truncated", "the head ends before this entry")
    if row.seq != place.seq + 1:
        return Break(place.seq + 1, "deleted", f"the entries {place.seq + 1} to {row.seq - 1} are missing")
    if row.link != link(key, place.link, row):
        return Break(row.seq, "edited", "the entry is not the one that was linked here")
    if row.body is None:
        return None if _allowed(row, purges) else Break(row.seq, "deleted", "the entry was emptied, and no purge says so")
    if row.body_digest != digest(key, row.body):
        return Break(row.seq, "edited", "the details are not those that were written")
    if not row.has_profile and "profile" in json.loads(row.body):
        return Break(row.seq, "deleted", "what was read of the patient was taken out, and no purge says so")
    return None


def _renounced(noted: Head | None, row: Row) -> Break | None:
    if noted and row.seq == noted.seq and row.link != noted.link:
        return Break(row.seq, "edited", "the entry has another link than the one that was noted: the chain was written anew")
    return None


def _allowed(row: Row, purges: Purges) -> bool:
    return any(row.seq < seq and row.at < before for seq, before in purges.get(row.tenant, ()))


def _named(key: bytes, place: Head, row: Row, rest: Iterator[Row], found: Break) -> Break:
    """Of an entry that does not fit: does it stand elsewhere, or was something before it taken out and the rest renumbered?"""
    if found.what != "edited" or row.link == link(key, place.link, row):
        return found
    following = [after for after, _ in zip(rest, range(AHEAD), strict=False)]
    for after in following:
        if after.link == link(key, place.link, replace(after, seq=row.seq)):
            return Break(row.seq, "reordered", f"the entry that belongs here stands at {after.seq}")
    for gone in range(1, AHEAD):
        if following and following[0].link == link(key, row.link, replace(following[0], seq=following[0].seq + gone)):
            return Break(row.seq, "deleted", f"{gone} entries before this one are missing, and those after it were renumbered")
    return found
