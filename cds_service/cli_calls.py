"""The commands `explain` and `replay`: what was recorded of a call, and the same call once more. They parse words and print."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cds_service.audited import Entry
from cds_service.cli_audit import log_of, reader
from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings, settings_or_exit
from cds_service.terminal import bytes_of, stop, tell
from models.errors import PrecisionError

if TYPE_CHECKING:
    from cds_service.replay import Replayed
    from cds_service.state import State
    from cds_service.store.audit import AuditLog
    from cds_service.store.entries import Line
    from cds_service.store.keys import Keys

MOST = 1000  #: entries under one hookInstance that are looked at


@click.command()
@click.argument("hook_instance", metavar="HOOK_INSTANCE")
@click.option("--client", help="Of this client alone (two EHRs do not share a hookInstance, unless one is wrong).")
@click.option("--json", "as_json", is_flag=True, help="Print the entries themselves, one JSON object a line.")
@click.option("--profile", is_flag=True, help="Also print what was read of the patient, where it was kept (audit_keep_profile).")
def explain(hook_instance: str, client: str | None, as_json: bool, profile: bool) -> None:
    """Show what was recorded of a call: cards with their topics, rules that were looked at, what was not checked, and on what it rests.

    Exit status: 0 something was recorded, 1 nothing was, 2 it could not be looked at. That it was read is recorded too.
    """
    from cds_service.explain import explained

    settings = settings_or_exit()
    log = log_of(settings)
    lines = _found(log, hook_instance.lower(), client)
    if not lines:
        tell("Nothing is recorded under this hookInstance.")
        sys.exit(1)
    _noted(log, "explain", hook_instance.lower(), client)
    entries = [line.entry for line in lines]
    if as_json:
        from cds_service.wire import write_json

        tell("\n".join(write_json(line.document()).decode() for line in reversed(lines)))
    else:
        tell(explained(entries))
    if profile:
        for entry in entries:
            _tell_profile(entry, settings)


@click.command()
@click.argument("request_file", metavar="REQUEST.json", type=click.Path(path_type=Path))
@click.option("--client", help="Of this client alone.")
def replay(request_file: Path, client: str | None) -> None:
    """Answer a recorded request once more, as of then, and compare the bytes. REQUEST.json is the body as the EHR sent it, or '-'.

    Exit status: 0 the same answer, 1 another one (with what is known of why), 2 it is not recorded or could not be looked at.
    """
    from cds_service.replay import replayed
    from cds_service.witness import digest

    body = bytes_of(request_file)
    settings = settings_or_exit()
    log = log_of(settings)
    recorded = _same_body(log, body, digest(body), client)
    if recorded is None:
        stop("no answer to this very body is recorded: one byte more or less makes it another.")
    _noted(log, "replay", recorded.instance, recorded.tenant)
    try:
        state = _state_as_of(recorded, settings)
        caller = state.trust.clients.of(recorded.tenant) or state.local
        done: Replayed = replayed(body, recorded, caller, lambda entry: state)
    except PrecisionError as error:
        stop(str(error))
    if done.same:
        tell(f"The same answer, byte for byte, as on {recorded.at.isoformat(timespec='seconds')}.")
        return
    tell("\n".join(["Another answer than was recorded:", *(f"- {reason}" for reason in done.reasons)]))
    sys.exit(1)


def _found(log: AuditLog, instance: str, client: str | None) -> tuple[Line, ...]:
    try:
        return log.entries(tenant=client, instance=instance, limit=MOST)
    except StoreUnavailable as error:
        stop(str(error))


def _same_body(log: AuditLog, body: bytes, wanted: str, client: str | None) -> Entry | None:
    """The latest answered call with this body."""
    from cds_service.wire import NotJson, read_json

    try:
        document = read_json(body)
    except NotJson as error:
        stop(f"the request cannot be read: {error}.")
    instance = document.get("hookInstance") if isinstance(document, dict) else None
    lines = _found(log, str(instance).lower(), client)
    return next((line.entry for line in lines if line.entry.event == "call" and line.entry.details.get("request") == wanted), None)


def _state_as_of(recorded: Entry, settings: Settings) -> State:
    """A state that keeps nothing, whose clock stands at the entry and whose memory is the entry's."""
    import io

    from cds_service.app import create_state
    from cds_service.logs import Log
    from cds_service.recall import Recall
    from cds_service.replay import RecordedMemory

    state = create_state(settings, log=Log(io.StringIO()), now=lambda: recorded.at, offline=True, remember=False)
    if not settings.memory:
        return state
    memory = RecordedMemory(recorded.details.get("remembered", ()), _keys(settings))
    return replace(state, recall=Recall(memory, settings.most_info, state.metrics, state.log))


def _keys(settings: Settings) -> Keys:
    """Of the hashes under which the store knows patients and orders."""
    from cds_service.store.memory import MemoryStore

    store = MemoryStore(settings.store_url, settings.memory_key, settings.memory_months, busy_ms=10_000)
    store.open_beside(datetime.now(UTC)).join()
    keys = store.known_keys()
    store.close()
    if keys is None:
        stop("the store cannot be reached, so what was remembered then cannot be compared; see PRECISION_HOOKS_STORE_URL.")
    return keys


def _noted(log: AuditLog, what: str, instance: str, client: str | None) -> None:
    try:
        log.append([Entry("read", datetime.now(UTC), client or "", instance=instance, details={"by": reader(), "what": what})])
    except StoreUnavailable as error:
        stop(str(error))


def _tell_profile(entry: Entry, settings: Settings) -> None:
    from cds_service.store.sealing import Sealing

    if not entry.profile:
        return
    try:
        tell(Sealing(settings.profile_key).open_profile(entry.profile, entry.details.get("profile", "")).decode())
    except ValueError as error:
        stop(f"the profile of {entry.at.isoformat(timespec='seconds')} cannot be shown: {error}; see PRECISION_HOOKS_PROFILE_KEY.")
