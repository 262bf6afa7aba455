"""The commands `audit verify`, `audit head`, `audit purge` and `audit export`: they parse words and print."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cds_service.audited import Entry
from cds_service.clients.client import LOCAL_ID, Client
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings, settings_or_exit
from cds_service.terminal import stop, tell, write

if TYPE_CHECKING:
    from cds_service.store.audit import AuditLog
    from cds_service.store.chain import Head


@click.group()
def audit() -> None:
    """Who asked what, what was answered and by which rules; nothing of a patient."""


@audit.command()
@click.option("--expect", metavar="HEAD", help="A head that was noted earlier, elsewhere: finds also an end that was cut off.")
def verify(expect: str | None) -> None:
    """Prove that every entry is the one that was written, in its place. Exit status: 0 sound, 1 not, 2 it could not be looked at."""
    noted = _noted(expect)
    try:
        found = log_of(settings_or_exit()).verify(noted)
    except StoreUnavailable as error:
        stop(str(error))
    if found.broken is not None:
        tell(f"NOT SOUND at entry {found.broken.seq}: {found.broken.what}; {found.broken.why}.")
        sys.exit(1)
    tell(f"Sound. {found.count} entries. Head {found.head}")


@audit.command()
def head() -> None:
    """Print where the audit ends. Note it where nobody who can write the store can change it, for `verify --expect`."""
    try:
        tell(str(log_of(settings_or_exit()).head()))
    except StoreUnavailable as error:
        stop(str(error))


@audit.command()
def purge() -> None:
    """Delete feedback, shown cards and used tokens that are too old, and empty the details of entries that are. Run it once a day."""
    settings = settings_or_exit()
    try:
        purged = log_of(settings).purge(retention(settings), datetime.now(UTC))
    except StoreUnavailable as error:
        stop(str(error))
    counts = f"{purged.feedback} of feedback, {purged.shown} shown cards and {purged.tokens} used tokens deleted"
    tell(f"{purged.emptied} entries of the audit emptied; {counts}.")


@audit.command()
@click.option("--tenant", help="Of this client alone.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Not older than this day or moment, in UTC.")
def export(tenant: str | None, since: datetime | None) -> None:
    """Print the audit, one JSON object a line, the oldest first. That it was read is an entry itself, made before the first line."""
    since = since.replace(tzinfo=UTC) if since else None
    log = log_of(settings_or_exit())
    what = {"what": "export", "since": since.isoformat() if since else ""}
    try:
        log.append([Entry("read", datetime.now(UTC), tenant or "", details={"by": reader(), **what})])
        for line in log.export(tenant, since):
            write(line.decode())
        write("", flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has seen enough
    except StoreUnavailable as error:
        stop(str(error))


def retention(settings: Settings) -> Mapping[str, int]:
    """Days, by tenant; what belongs to no tenant is kept as long as the longest."""
    from cds_service.clients.clients_file import read_clients

    clients = read_clients(settings).all if settings.clients else (Client(LOCAL_ID),)
    days = {client.id: client.retention_days for client in clients}
    return {**days, "": max(days.values())}


def reader() -> str:
    """The account of this machine that runs the command."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def log_of(settings: Settings) -> AuditLog:
    """For a command: it may wait for the calls under way."""
    from cds_service.store.audit import AuditLog

    return AuditLog(settings.store_url, settings.audit_key, busy_ms=10_000)


def _noted(text: str | None) -> Head | None:
    from cds_service.store.chain import Head

    try:
        return Head.read(text) if text else None
    except ValueError:
        stop("--expect must be a head as `precision-hooks audit head` prints it: a number, a colon and 64 hexadecimal characters.")
