"""The command `switch`: shows and changes what is off, in shadow, for pilot users or on. It writes one file; running services read it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import get_args

import click

from cds_service.settings import Settings, settings_or_exit
from cds_service.switches import ANY, Mode, Switch, Switches
from cds_service.terminal import stop
from models.errors import PrecisionError


@click.group()
def switch() -> None:
    """Switch services and rules off, to shadow, on for pilot users, or on: for all clients or one. It takes effect within seconds."""


@switch.command("list")
def list_() -> None:
    """Print every switch of the file that PRECISION_HOOKS_SWITCHES names."""
    _show(_read(settings_or_exit()))


@switch.command("set")
@click.argument("mode", type=click.Choice(get_args(Mode)))
@click.option("--client", default=ANY, help="Id of a client (all).")
@click.option("--service", default=ANY, help="Id of a service (all).")
@click.option("--rule", default="", help="A medicine, or one rule of it: clopidogrel, clopidogrel–CYP2C19.")
@click.option("--user", "users", multiple=True, help="context.userId of a pilot user; may be given several times.")
@click.option("--owner", required=True, help="Who decided it.")
@click.option("--reason", required=True, help="Why.")
def set_(mode: Mode, client: str, service: str, rule: str, users: tuple[str, ...], owner: str, reason: str) -> None:
    """Add a switch, or change the one for the same client, service and rule."""
    made = Switch(mode, client, service, rule, users, owner, reason, date.today().isoformat())
    settings = settings_or_exit()
    _write(settings, (*(row for row in _read(settings).rows if not _same(row, made)), made))


@switch.command()
@click.option("--owner", required=True, help="Who decided it.")
@click.option("--reason", required=True, help="Why.")
def off(owner: str, reason: str) -> None:
    """The kill switch: every service is off for every client, whatever other switches say. `switch clear` takes it back."""
    settings = _with_file(settings_or_exit())
    made = Switch("off", owner=owner, reason=reason, since=date.today().isoformat())
    path = Path(settings.switches).resolve()
    try:
        rows = (*(row for row in _rows_or_aside(settings, path) if not _same(row, made)), made)
        _put(path, rows)
    except OSError as error:
        stop(f"{path.name} cannot be written ({error.strerror}), so nothing is switched off. Correct its permissions, or stop the service.")
    _show(Switches(rows))


def _rows_or_aside(settings: Settings, path: Path) -> tuple[Switch, ...]:
    """The others; none where they cannot be checked, and the file is kept aside: in an emergency nothing else need be right."""
    try:
        return _checked(settings).rows
    except PrecisionError as error:
        aside = path.with_name(f"{path.name}.{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
        shutil.copy2(path, aside)
        click.echo(f"The other switches cannot be checked; they are kept in {aside.name}. The kill switch stands alone.\n{error}", err=True)
        return ()


@switch.command()
@click.option("--client", default=ANY)
@click.option("--service", default=ANY)
@click.option("--rule", default="")
def clear(client: str, service: str, rule: str) -> None:
    """Take out the switch for this client, service and rule; without options the one for everything."""
    settings = settings_or_exit()
    gone, rows = Switch("on", client, service, rule), _read(settings).rows
    kept = tuple(row for row in rows if not _same(row, gone))
    if len(kept) == len(rows):
        stop("there is no such switch; `precision-hooks switch list` shows those that there are.")
    _write(settings, kept)


def _same(one: Switch, other: Switch) -> bool:
    return (one.client, one.service, one.rule) == (other.client, other.service, other.rule)


def _read(settings: Settings) -> Switches:
    """Checked, or an end with what is wrong."""
    try:
        return _checked(_with_file(settings))
    except PrecisionError as error:
        stop(str(error))


def _with_file(settings: Settings) -> Settings:
    if not settings.switches:
        stop("no switches file is set: name one in PRECISION_HOOKS_SWITCHES (it may be empty).")
    return settings


def _checked(settings: Settings) -> Switches:
    """As a service would: against its clients, services and rules. Raises PrecisionError."""
    from cds_service.app import create_state

    return create_state(settings, remember=False, offline=True).switches


def _write(settings: Settings, rows: tuple[Switch, ...]) -> None:
    """In one step: a service that looks meanwhile sees the old file or the new one. What would be wrong is not left there."""
    path = Path(settings.switches).resolve()  # of a link, what it leads to
    try:
        before = path.read_bytes()
        _put(path, rows)
    except OSError as error:
        stop(f"{path.name} cannot be written ({error.strerror}), so nothing was changed.")
    try:
        _show(_read(settings))
    except SystemExit:
        _replace(path, before)
        raise


def _put(path: Path, rows: tuple[Switch, ...]) -> None:
    _replace(path, "\n".join(map(_table, rows)).encode())


def _replace(path: Path, content: bytes) -> None:
    """With the permissions of the old file: the service, which may be another user, must be able to read it."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, beside)
    beside.replace(path)


def _table(row: Switch) -> str:
    """JSON's strings and lists are TOML's too."""
    members = [(f.name, getattr(row, f.name)) for f in fields(row)]
    return "[[switch]]\n" + "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in members if value)


def _show(switches: Switches) -> None:
    for row in switches.rows:
        what = f"client {row.client}, service {row.service}" + (f", rule {row.rule}" if row.rule else "")
        pilot = f" for {', '.join(row.users)}" if row.users else ""
        click.echo(f"{row.mode}{pilot}: {what}. {row.owner}, {row.since}: {row.reason}")
    if not switches.rows:
        click.echo("Everything is on.")
