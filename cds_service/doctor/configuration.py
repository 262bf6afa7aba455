"""Checks of what the operator wrote: settings, clients file, switches, versions. Whether addresses answer is checked elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from cds_service.addresses import base_of, is_loopback
from cds_service.clients.client import Client
from cds_service.doctor.result import Result
from cds_service.doctor.surroundings import Surroundings
from models.errors import PrecisionError


def check_settings(here: Surroundings) -> Iterator[Result]:
    settings = here.settings
    if settings.development:
        yield Result(
            "settings",
            "warning",
            f"listening on {settings.host} alone, and nobody is told apart",
            "every program on this machine may call, and no EHR elsewhere can",
            "for production write a clients file and name it in PRECISION_HOOKS_CLIENTS (docs/integrate.md)",
        )
    else:
        yield Result("settings", "ok", "loaded and sound")
    if settings.base_url and not settings.base_url.startswith("https:") and not is_loopback(urlsplit(settings.base_url).hostname or ""):
        yield Result(
            "settings",
            "error",
            f"base_url is {settings.base_url}, not https",
            "tokens and charts would cross the network in clear, and EHRs refuse such a service",
            "put a TLS proxy in front and set PRECISION_HOOKS_BASE_URL to its https URL",
        )
    if settings.store_url.startswith("sqlite") and not settings.development:
        yield Result("settings", "ok", "the store is SQLite: good for one machine; use PostgreSQL for several")


def check_clients(here: Surroundings) -> Iterator[Result]:
    if not here.settings.clients:
        yield Result("clients", "ok", "there is no clients file: one local client, without tokens")
        return
    try:
        clients = here.clients()
    except PrecisionError as error:
        yield Result("clients", "error", str(error), "no EHR is admitted", "correct the clients file named in PRECISION_HOOKS_CLIENTS")
        return
    yield Result("clients", "ok", f"{len(clients)} in the clients file: {', '.join(client.id for client in clients)}")
    for client in clients:
        yield from _check_client(client, here.settings.base_url)


def _check_client(client: Client, base_url: str) -> Iterator[Result]:
    plain = [
        server for server in client.fhir_servers if not server.startswith("https:") and not is_loopback(urlsplit(server).hostname or "")
    ]
    for server in plain:
        yield Result(
            "clients",
            "error",
            f"client {client.id}: FHIR server {server} is not https",
            "its access tokens would cross the network in clear",
            "write the https address",
        )
    if not client.fhir_servers:
        yield Result(
            "clients",
            "warning",
            f"client {client.id}: no FHIR server is listed, so nothing is read beyond prefetch",
            "a prefetch key that the EHR leaves out cannot be read, and without genotypes a call is a 412",
            "list its FHIR base URL in fhir_servers, unless every key is prefetched",
        )
    strange = [aud for aud in client.audiences if not base_of(aud) or not aud.startswith(f"{base_url.rstrip('/')}/")]
    for aud in strange:
        yield Result(
            "clients",
            "warning",
            f"client {client.id}: audience {aud} is not an address under base_url ({base_url})",
            "a token that was made for another service would be accepted here too",
            "ask the EHR to send the endpoint's own URL as aud, or make sure that no other service has this audience",
        )
    ours = set(client.prefetch_keys.values())
    if len(ours) < len(client.prefetch_keys):
        yield Result(
            "clients",
            "warning",
            f"client {client.id}: two of its prefetch keys mean the same input",
            "only one of them is read",
            "keep one line for each input in [client.prefetch_keys]",
        )


def check_switches(here: Surroundings) -> Iterator[Result]:
    if not here.settings.switches:
        yield Result("switches", "ok", "there is no switches file: everything is on")
    else:
        try:
            here.switches()
        except PrecisionError as error:
            yield Result(
                "switches", "error", str(error), "the last good switches stay in force", "correct the file, then run the doctor again"
            )
        else:
            yield Result("switches", "ok", "the switches file is sound")


def check_versions(here: Surroundings) -> Iterator[Result]:
    yield Result("versions", "ok", ", ".join(here.versions))
