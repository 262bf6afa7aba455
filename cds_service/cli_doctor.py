"""The commands `doctor`, `sheet` and `config show`: they parse words and print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from cds_service.setting_checks import SettingsError
from cds_service.settings import Settings, load_settings, settings_or_exit
from cds_service.terminal import stop, tell
from models.errors import PrecisionError

if TYPE_CHECKING:
    from cds_service.doctor.result import Result
    from cds_service.doctor.surroundings import Surroundings

LAST = 1000  #: calls that --inbound looks at
MOST = 20_000


@click.command()
@click.option("--offline", is_flag=True, help="Ask no other machine: clocks, key sets and certificates are said to be not checked.")
@click.option("--inbound", is_flag=True, help="Look at what EHRs sent with their last calls instead, and say what to change there.")
@click.option("--client", default="", help="With --inbound: only calls of this client (its id in the clients file).")
@click.option("--last", type=click.IntRange(1, MOST), default=LAST, show_default=True, help="With --inbound: how many calls.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def doctor(offline: bool, inbound: bool, client: str, last: int, as_json: bool) -> None:
    """Say what is wrong with this installation, or with what EHRs send, and what to do about it. Nothing is changed.

    Exit status: 0 all is well, 1 there are warnings, 2 there are errors.
    """
    from cds_service.doctor.here import surroundings
    from cds_service.doctor.result import document, exit_status, lines
    from cds_service.wire import write_json

    here = surroundings(_settings_or_result(as_json), offline=offline)
    more: dict[str, Any] = {}
    results = _inbound(here, client, last) if inbound else _installation(here, more)
    told = document(results) | more
    tell(write_json(told, indent=True).decode() if as_json else "\n".join(lines(results)))
    sys.exit(exit_status(results))


def _settings_or_result(as_json: bool) -> Settings:
    """Wrong settings are what a doctor is asked about: told like any other result."""
    from cds_service.doctor.result import Result, document, lines
    from cds_service.wire import write_json

    try:
        return load_settings()
    except SettingsError as error:
        wrong = Result("settings", "error", str(error), "the service does not start", "correct these settings")
        tell(write_json(document([wrong]), indent=True).decode() if as_json else "\n".join(lines([wrong])))
        sys.exit(2)


def _installation(here: Surroundings, more: dict[str, Any]) -> list[Result]:
    from cds_service.doctor.checks import examined
    from cds_service.doctor.firing import BEFORE, RECENT, by_day, changed, newly_unmapped, spans, unheard
    from cds_service.doctor.here import unmapped_rows
    from cds_service.doctor.result import Result
    from cds_service.errors import StoreUnavailable

    results = examined(here)
    if here.journal is None:
        return results
    try:
        before, recent = spans(here.journal.stream(here.now - RECENT - BEFORE), here.now)
    except StoreUnavailable as error:
        return [*results, Result("what changed", "unchecked", str(error), remedy="see the check of the store")]
    more["firing"] = by_day(before, recent)
    return [*results, *changed(before, recent), *unheard(recent), *newly_unmapped(unmapped_rows(here), here.now.date())]


def _inbound(here: Surroundings, client: str, last: int) -> list[Result]:
    from cds_service.doctor.calls import seen_in
    from cds_service.doctor.here import setup_of
    from cds_service.doctor.result import Result
    from cds_service.errors import StoreUnavailable

    if here.journal is None:
        return [Result("inbound", "unchecked", "there is no store yet: it is made when the service first starts")]
    try:
        found = [e for event in ("call", "refused") for e in here.journal.entries(client or None, event, None, last)]
    except StoreUnavailable as error:
        return [Result("inbound", "unchecked", str(error), remedy="see the check of the store: precision-hooks doctor")]
    newest = sorted(found, key=lambda entry: entry.at, reverse=True)[:last]
    return seen_in(newest, setup_of(here))


@click.command()
@click.argument("service", default="")
@click.option("--client", default="", help="Id in the clients file; needed only where there are several.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
def sheet(service: str, client: str, as_json: bool) -> None:
    """Print what an EHR's team types in for SERVICE (all services, if none is named): every value as it holds now."""
    from cds_service.doctor.here import knowledge_of, known_clients
    from cds_service.services import load_services
    from cds_service.sheet import markdown, sheet_of
    from cds_service.sites import site
    from cds_service.state import offered
    from cds_service.wire import write_json

    settings = settings_or_exit()
    try:
        knowledge, clients = knowledge_of(settings), {one.id: one for one in known_clients(settings)}
    except PrecisionError as error:
        stop(str(error))
    services = offered(load_services(), settings)
    if service and service not in services:
        stop(f"no service is called {service}; there are {', '.join(services)}.")
    if client not in clients and (client or len(clients) > 1):
        trouble = f"no client is called {client}" if client else "there are several clients"
        stop(f"{trouble}; name one of {', '.join(clients)} with --client.")
    named = clients[client] if client else next(iter(clients.values()))
    if named.site:
        knowledge = site(named.site, settings.sites, knowledge).knowledge
    sheets = [sheet_of(one, settings, knowledge, named) for name, one in services.items() if service in ("", name)]
    tell(write_json({"sheets": sheets}, indent=True).decode() if as_json else "\n".join(markdown(one) for one in sheets))


@click.group()
def config() -> None:
    """The settings that hold."""


@config.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def show(as_json: bool) -> None:
    """Print every setting with the value that holds. Secrets are told as set or not set, and passwords in URLs are left out."""
    from cds_service.doctor.shown import shown
    from cds_service.wire import write_json

    held = shown(settings_or_exit())
    tell(write_json(held, indent=True).decode() if as_json else "\n".join(f"{name} = {_text(value)}" for name, value in held.items()))


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
