"""An audit entry in its other shapes: a record of the journal, a row, a line that is read again. It stores nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cds_service.audited import Entry
from cds_service.store.chain import Row, canonical

KIND = "audit"  #: of records in the journal
_START = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is kept. `emptied`: it was too old, so its details and profile were taken out."""

    seq: int
    entry: Entry
    digest: str
    link: str
    emptied: bool = False

    def document(self) -> dict[str, Any]:
        """JSON. What was read of the patient is not in it."""
        columns = {name: getattr(self.entry, name) for name in ("id", "tenant", "event", "service", "instance")}
        told = {"emptied": True} if self.emptied else {"details": self.entry.details}
        return {"seq": self.seq, "at": self.entry.at.isoformat(), **columns, **told, "digest": self.digest, "link": self.link}


def record_of(entry: Entry) -> dict[str, Any]:
    """JSON values. Raises TypeError or ValueError where details are no JSON."""
    record = {
        "id": entry.id,
        "at": ticks(entry.at),
        "tenant": entry.tenant,
        "event": entry.event,
        "service": entry.service,
        "instance": entry.instance,
        "body": canonical(entry.details),
    }
    return record | ({"profile": base64.b64encode(entry.profile).decode()} if entry.profile else {})


def ticks(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment.astimezone(UTC) - _START) // _TICK


def unplaced(record: Mapping[str, Any]) -> Row:
    """Of a record: without place, digest and link."""
    columns = ("id", "at", "tenant", "event", "service", "instance", "body")
    return Row(0, **{name: record[name] for name in columns}, body_digest="", link="")


def columns_of(row: Row, record: Mapping[str, Any]) -> dict[str, Any]:
    """What is inserted."""
    names = ("seq", "id", "at", "tenant", "event", "service", "instance", "body", "body_digest", "link")
    profile = record.get("profile")
    return {name: getattr(row, name) for name in names} | {"profile": base64.b64decode(profile) if profile else None}


def row_of(row: Any) -> Row:
    """Of a row as SQLAlchemy gives it. Whatever somebody wrote into it, it is compared as text."""
    texts = {name: str(getattr(row, name)) for name in ("id", "tenant", "event", "service", "instance", "body_digest", "link")}
    return Row(row.seq, at=row.at, body=None if row.body is None else str(row.body), has_profile=row.profile is not None, **texts)


def line_of(row: Any) -> Line:
    """Of a row as SQLAlchemy gives it."""
    details, profile = _details(row.body or "{}"), bytes(row.profile or b"")
    entry = Entry(row.event, _START + row.at * _TICK, row.tenant, row.service, row.instance, details, row.id, profile)
    return Line(row.seq, entry, row.body_digest, row.link, row.body is None)


def _details(body: str) -> dict[str, Any]:
    """Those that somebody wrote over are told as what they are: the other entries must come out all the same."""
    try:
        details = json.loads(body)
    except (ValueError, TypeError):
        details = None
    return details if isinstance(details, dict) else {"unreadable": str(body)}
